#include "rewards/math/expression.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace whet::math {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ExpressionTest, BeginsWithTheAbsentNodeAlone) {
  const Expression tree;
  EXPECT_EQ(tree.size(), 1);
  EXPECT_EQ(tree.root(), kAbsentNode);
  EXPECT_EQ(tree.op(kAbsentNode), Op::kAbsent);
  EXPECT_EQ(ExpressionText(tree), "_");
}

TEST(ExpressionTest, KeepsChildrenInTheirOrder) {
  Expression tree;
  const NodeId x = tree.Add(Op::kSymbol, {}, "x");
  const NodeId two = tree.Add(Op::kNumber, {}, "2");
  const NodeId power = tree.Add(Op::kPower, {x, two});
  EXPECT_THAT(tree.children(power), ElementsAre(x, two));
  EXPECT_THAT(tree.children(x), IsEmpty());
  EXPECT_EQ(tree.text(x), "x");
  EXPECT_EQ(tree.text(two), "2");
}

TEST(ExpressionTest, DepthIsTheLongestWayToALeaf) {
  Expression tree;
  const NodeId x = tree.Add(Op::kSymbol, {}, "x");
  const NodeId minus = tree.Add(Op::kNegate, {x});
  const NodeId y = tree.Add(Op::kSymbol, {}, "y");
  const NodeId sum = tree.Add(Op::kAdd, {y, minus});
  EXPECT_EQ(tree.depth(x), 1);
  EXPECT_EQ(tree.depth(sum), 3);
}

TEST(ExpressionTest, ATextMayBeOfAnotherNode) {
  Expression tree;
  NodeId name = tree.Add(Op::kSymbol, {}, "x_{long enough to be moved when the texts grow}");
  const std::string text(tree.text(name));
  for (int i = 0; i < 100; ++i) name = tree.Add(Op::kSymbol, {}, tree.text(name));
  EXPECT_EQ(tree.text(name), text);
}

TEST(ExpressionTest, ACopyLeavesTheOriginal) {
  Expression tree;
  tree.SetRoot(tree.Add(Op::kNumber, {}, "1"));
  Expression copy = tree;
  copy.SetRoot(copy.Add(Op::kNegate, {copy.root()}));
  EXPECT_EQ(ExpressionText(tree), "1");
  EXPECT_EQ(ExpressionText(copy), "(negate 1)");
}

TEST(ExpressionTest, AVeryDeepTreeIsWrittenWithoutRecursion) {
  Expression tree;
  NodeId node = tree.Add(Op::kSymbol, {}, "x");
  constexpr int kDepth = 1'000'000;
  for (int i = 0; i < kDepth; ++i) node = tree.Add(Op::kNegate, {node});
  tree.SetRoot(node);
  EXPECT_EQ(ExpressionText(tree).size(), 1 + kDepth * std::string("(negate )").size());
}

TEST(ExpressionTest, TextsOfWordsAreQuoted) {
  Expression tree;
  tree.SetRoot(tree.Add(Op::kText, {}, "a \"b\""));
  EXPECT_EQ(ExpressionText(tree), R"("a \"b\"")");
}

TEST(ExpressionDeathTest, ChildrenMustBeThere) {
  Expression tree;
  EXPECT_DEATH(tree.Add(Op::kNegate, {7}), "check failed");
}

}  // namespace
}  // namespace whet::math
