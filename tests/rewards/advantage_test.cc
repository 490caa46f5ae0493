#include "rewards/advantage.h"

#include <optional>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace whet {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::IsEmpty;

constexpr std::nullopt_t kAbsent = std::nullopt;

auto Near(double value) { return FloatNear(static_cast<float>(value), 1e-4f); }

std::vector<float> AdvantagesOf(const GroupRewards& group, const AdvantageOptions& options = {}) {
  return GroupAdvantages({group}, options).at(0);
}

TEST(GroupAdvantagesTest, OneRightOfFourStandsOut) {
  // mean = 1/4, std = sqrt((0.75^2 + 3 * 0.25^2) / 3) = 0.5; epsilon = 1e-4:
  //   right: (1 - 0.25) / 0.5001 =  1.4997
  //   wrong: (0 - 0.25) / 0.5001 = -0.4999
  EXPECT_THAT(AdvantagesOf({1, 0, 0, 0}),
              ElementsAre(Near(1.4997), Near(-0.4999), Near(-0.4999), Near(-0.4999)));
}

TEST(GroupAdvantagesTest, EqualRewardsTeachNothing) {
  EXPECT_THAT(AdvantagesOf({0.5, 0.5, 0.5}), Each(0.0f));
}

TEST(GroupAdvantagesTest, AbsentRewardsCountNowhere) {
  // mean = 1/2, std = sqrt(2 * 0.25 / 1) = 0.70711: 0.5 / 0.70721 = 0.7070. As a 0, the absent one
  // would make the mean 1/3.
  EXPECT_THAT(AdvantagesOf({1, kAbsent, 0}), ElementsAre(Near(0.7070), 0.0f, Near(-0.7070)));
}

TEST(GroupAdvantagesTest, ARewardAloneInItsGroupIsZero) {
  for (const AdvantageScale scale :
       {AdvantageScale::kGroupDeviation, AdvantageScale::kNone, AdvantageScale::kBatchDeviation}) {
    EXPECT_THAT(AdvantagesOf({kAbsent, 7, kAbsent}, {.scale = scale}), Each(0.0f));
    EXPECT_THAT(AdvantagesOf({kAbsent, kAbsent}, {.scale = scale}), Each(0.0f));
  }
}

TEST(GroupAdvantagesTest, WithoutScaleTheDifferenceStays) {
  EXPECT_THAT(AdvantagesOf({4, 0, 0, 0}, {.scale = AdvantageScale::kNone}),
              ElementsAre(3.0f, -1.0f, -1.0f, -1.0f));
}

TEST(GroupAdvantagesTest, TheBatchsDeviationIsSharedByItsGroups) {
  // All rewards 2 0 1 1: mean 1, std = sqrt((1 + 1) / 3) = 0.81650. Both groups have the mean 1:
  // 1 / 0.81660 = 1.2246.
  const Advantages advantages =
      GroupAdvantages({{2, 0}, {1, 1}}, {.scale = AdvantageScale::kBatchDeviation});
  EXPECT_THAT(advantages, ElementsAre(ElementsAre(Near(1.2246), Near(-1.2246)), Each(0.0f)));
}

TEST(GroupAdvantagesTest, EpsilonIsAddedToTheDeviation) {
  // mean = 1, std = sqrt(2): 1 / (1.41421 + 0.5) = 0.52241.
  EXPECT_THAT(AdvantagesOf({2, 0}, {.epsilon = 0.5}), ElementsAre(Near(0.52241), Near(-0.52241)));
}

TEST(GroupAdvantagesTest, NothingGivesNothing) {
  EXPECT_THAT(GroupAdvantages({}, {}), IsEmpty());
  EXPECT_THAT(AdvantagesOf({}), IsEmpty());
}

TEST(NormalizeThenSumTest, EachRuleHasTheSameSay) {
  // Rule 0: 1 0 0 0, rule 1: 0 100 0 0. Each z is 1.5 for its winner and -0.5 for the others (with
  // epsilon 0), s = 1 1 -1 -1, mean 0, std = sqrt(4 / 3) = 1.15470, A = 0.86603.
  const GroupParts parts = {{1, 0}, {0, 100}, {0, 0}, {0, 0}};
  EXPECT_THAT(NormalizeThenSumAdvantages({parts}, {1, 1}, 0).at(0),
              ElementsAre(Near(0.86603), Near(0.86603), Near(-0.86603), Near(-0.86603)));
}

TEST(NormalizeThenSumTest, WeightsCountAfterNormalizing) {
  // z as above; s = 2 * 1.5 - 0.5 = 2.5, 2 * -0.5 + 1.5 = 0.5, -1.5, -1.5. Mean 0,
  // std = sqrt((6.25 + 0.25 + 2.25 + 2.25) / 3) = 1.91485: 1.30558, 0.26112, -0.78335.
  const GroupParts parts = {{1, 0}, {0, 100}, {0, 0}, {0, 0}};
  EXPECT_THAT(NormalizeThenSumAdvantages({parts}, {2, 1}, 0).at(0),
              ElementsAre(Near(1.30558), Near(0.26112), Near(-0.78335), Near(-0.78335)));
}

TEST(NormalizeThenSumTest, LeavesOutWhatIsAbsent) {
  // Rule 0 gives z = +-0.70711 to rows 0 and 1; rule 1 is alone in row 2, whose z and s are 0. Row
  // 3 has no s. s = 0.70711 -0.70711 0: mean 0, std = sqrt(1 / 2) = 0.70711: A = 1 -1 0.
  const GroupParts parts = {{1, kAbsent}, {0, kAbsent}, {kAbsent, 5}, {kAbsent, kAbsent}};
  EXPECT_THAT(NormalizeThenSumAdvantages({parts}, {1, 1}, 0).at(0),
              ElementsAre(Near(1), Near(-1), Near(0), 0.0f));
}

TEST(EqualGroupTest, TellsWhetherRewardsDiffer) {
  EXPECT_TRUE(IsEqualGroup({1, 1, 1}));
  EXPECT_FALSE(IsEqualGroup({1, 1, 0}));
  EXPECT_TRUE(IsEqualGroup({0.1 + 0.2, 0.3}));  // They differ by 5.6e-17.
  EXPECT_FALSE(IsEqualGroup({0.3, 0.3 + 1e-6}));
}

TEST(EqualGroupTest, LooksAtRewardsThatAreThere) {
  EXPECT_TRUE(IsEqualGroup({1, kAbsent, 1}));
  EXPECT_FALSE(IsEqualGroup({1, kAbsent, 0}));
  EXPECT_TRUE(IsEqualGroup({kAbsent, 1}));
  EXPECT_TRUE(IsEqualGroup({kAbsent, kAbsent}));
  EXPECT_TRUE(IsEqualGroup({}));
}

}  // namespace
}  // namespace whet
