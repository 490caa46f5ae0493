#include "orchestrator/prompt_order.h"

#include <algorithm>
#include <memory>
#include <set>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace whet {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

Prompts PromptsOf(uint64_t count) {
  Prompts prompts;
  for (uint64_t id = 0; id < count; ++id) {
    prompts.push_back(std::make_shared<const Prompt>(Prompt{.id = id,
                                                            .question = "",
                                                            .text = "",
                                                            .tokens = {},
                                                            .ground_truth = "",
                                                            .data_source = "",
                                                            .extra = ""}));
  }
  return prompts;
}

// Ids of the prompts drawn from `first` to before `end`.
std::vector<uint64_t> IdsOf(PromptOrder* order, int64_t first, int64_t end) {
  std::vector<uint64_t> ids;
  for (int64_t i = first; i < end; ++i) ids.push_back(order->At(i).prompt->id);
  return ids;
}

TEST(PromptOrderTest, AnEpochHasEveryPromptOnceAndDrawsCountEpochs) {
  PromptOrder order(PromptsOf(5), 1);
  EXPECT_THAT(IdsOf(&order, 0, 5), UnorderedElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(IdsOf(&order, 5, 10), UnorderedElementsAre(0, 1, 2, 3, 4));
  EXPECT_EQ(order.At(4).draw, 0);
  EXPECT_EQ(order.At(5).draw, 1);
  EXPECT_EQ(order.At(14).draw, 2);
}

TEST(PromptOrderTest, ANumberSaysWhereARunIs) {
  PromptOrder straight(PromptsOf(100), 1);
  const std::vector<uint64_t> ids = IdsOf(&straight, 0, 300);
  // As a run that goes on would ask, and backwards.
  PromptOrder resumed(PromptsOf(100), 1);
  EXPECT_EQ(resumed.At(250).prompt->id, ids[250]);
  EXPECT_EQ(resumed.At(7).prompt->id, ids[7]);
  EXPECT_EQ(resumed.At(199).prompt->id, ids[199]);
}

TEST(PromptOrderTest, EpochsAndSeedsAreInOtherOrders) {
  PromptOrder order(PromptsOf(100), 1);
  PromptOrder other(PromptsOf(100), 2);
  EXPECT_NE(IdsOf(&order, 0, 100), IdsOf(&order, 100, 200));
  EXPECT_NE(IdsOf(&order, 0, 100), IdsOf(&other, 0, 100));
}

TEST(ShuffleTest, GivesEveryOrderAboutAsOften) {
  // 3! = 6 orders, 600 shuffles: each is expected 100 times, with a deviation of 9.1.
  std::vector<std::vector<int>> orders;
  for (uint64_t i = 0; i < 600; ++i) {
    std::vector<int> items = {0, 1, 2};
    Shuffle(RandomKey(i, RandomPurpose::kOrder), &items);
    orders.push_back(items);
  }
  for (const std::vector<int>& order : std::set<std::vector<int>>(orders.begin(), orders.end())) {
    const auto count = std::count(orders.begin(), orders.end(), order);
    EXPECT_GT(count, 60);
    EXPECT_LT(count, 140);
  }
  EXPECT_EQ(std::set<std::vector<int>>(orders.begin(), orders.end()).size(), 6);
}

TEST(ShuffleTest, OfOneOrNoneChangesNothing) {
  std::vector<int> one = {7};
  Shuffle(RandomKey(1, RandomPurpose::kOrder), &one);
  EXPECT_THAT(one, ElementsAre(7));
  std::vector<int> none;
  Shuffle(RandomKey(1, RandomPurpose::kOrder), &none);
  EXPECT_TRUE(none.empty());
}

}  // namespace
}  // namespace whet
