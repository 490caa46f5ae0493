// Parts of answers, and copies of trees.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "rewards/math/answer.h"

namespace whet::math {

NodeId CopyTree(const Expression& from, NodeId id, const std::string& prefix, Expression* to) {
  if (id == kAbsentNode) return kAbsentNode;
  std::vector<NodeId> children;
  children.reserve(from.children(id).size());
  for (const NodeId child : from.children(id)) {
    children.push_back(CopyTree(from, child, prefix, to));
  }
  std::string text(from.text(id));
  if (from.op(id) == Op::kSymbol && text != "e" && text != "i") text = prefix + text;
  return to->Add(from.op(id), children, text, from.detail(id));
}

std::string TextOf(const Expression& tree, NodeId id) {
  Expression part;
  part.SetRoot(CopyTree(tree, id, "", &part));
  return ExpressionText(part);
}

Answer IntervalOf(const Expression& tree, NodeId chain) {
  const NodeId first = tree.child(chain, 1);
  const NodeId second = tree.child(chain, 2);
  const bool falling =
      tree.relation(first) == Relation::kGreater || tree.relation(first) == Relation::kGreaterEqual;
  const auto closed = [&tree](NodeId link) {
    return tree.relation(link) == Relation::kLessEqual ||
           tree.relation(link) == Relation::kGreaterEqual;
  };
  Answer from = {.kind = Answer::Kind::kScalar, .node = tree.child(chain, 0)};
  Answer to = {.kind = Answer::Kind::kScalar, .node = tree.child(second, 0)};
  bool from_closed = closed(first);
  bool to_closed = closed(second);
  if (falling) {
    std::swap(from, to);
    std::swap(from_closed, to_closed);
  }
  return {.kind = Answer::Kind::kInterval,
          .items = {std::move(from), std::move(to)},
          .left_closed = from_closed,
          .right_closed = to_closed};
}

NodeId MiddleOf(const Expression& tree, NodeId chain) {
  return tree.child(tree.child(chain, 1), 0);
}

bool HasNames(const Answer& set) {
  return !set.items.empty() &&
         std::all_of(set.items.begin(), set.items.end(),
                     [](const Answer& item) { return item.kind == Answer::Kind::kAssignment; });
}

bool NamesDiffer(const Expression& tree, const Answer& set) {
  return HasNames(set) && set.items.size() > 1 &&
         TextOf(tree, set.items[0].node) != TextOf(tree, set.items[1].node);
}

}  // namespace whet::math
