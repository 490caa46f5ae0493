#include "base/random.h"

#include <cmath>
#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace whet {
namespace {

using ::testing::ElementsAre;

const RandomKey kKey(1, RandomPurpose::kTrain);

// Known answers of the reference implementation (Random123, kat_vectors).
TEST(Philox4x32Test, AgreesWithTheReferenceOnZeros) {
  EXPECT_THAT(Philox4x32({0, 0, 0, 0}, {0, 0}),
              ElementsAre(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8));
}

TEST(Philox4x32Test, AgreesWithTheReferenceOnOnes) {
  EXPECT_THAT(
      Philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
      ElementsAre(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd));
}

TEST(Philox4x32Test, AgreesWithTheReferenceOnDigitsOfPi) {
  EXPECT_THAT(
      Philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
      ElementsAre(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1));
}

// A change here makes recorded runs impossible to replay.
TEST(RandomKeyTest, StreamsAreWhatTheyAlwaysWere) {
  EXPECT_EQ(kKey.Child("prompt-7").Child(3).Child(15).Bits(100)[0], 0x2cde27f1U);
}

TEST(RandomKeyTest, StreamsOfDifferentNamesDiffer) {
  std::set<std::array<uint32_t, 4>> seen;
  for (const RandomKey& key :
       {kKey, kKey.Child(0), kKey.Child(1), kKey.Child(uint64_t{1} << 32), kKey.Child(0).Child(0),
        kKey.Child(""), kKey.Child("a"), kKey.Child(absl::string_view("a\0", 2)),
        kKey.Child("abcdefgh"), kKey.Child("abcdefghi"), RandomKey(2, RandomPurpose::kTrain),
        RandomKey(uint64_t{1} << 32, RandomPurpose::kTrain),
        RandomKey(1, RandomPurpose::kEvaluation)}) {
    for (uint64_t position : {uint64_t{0}, uint64_t{1}, uint64_t{1} << 32}) {
      EXPECT_TRUE(seen.insert(key.Bits(position)).second);
    }
  }
}

TEST(RandomKeyTest, UniformFillsTheUnitIntervalEvenly) {
  int count_of_tenth[10] = {};
  for (uint64_t i = 0; i < 100'000; ++i) ++count_of_tenth[static_cast<int>(kKey.Uniform(i) * 10)];
  // Standard deviation of a count: sqrt(100000 * 0.1 * 0.9) = 95.
  for (const int count : count_of_tenth) EXPECT_NEAR(count, 10'000, 500);
}

TEST(RandomKeyTest, UniformStaysBelowOne) {
  for (uint64_t i = 0; i < 1'000'000; ++i) {
    const float u = kKey.Uniform(i);
    ASSERT_GE(u, 0.0F);
    ASSERT_LT(u, 1.0F);
  }
}

TEST(RandomKeyTest, UniformDoubleHasMeanOneHalf) {
  double sum = 0;
  for (uint64_t i = 0; i < 100'000; ++i) sum += kKey.UniformDouble(i);
  // Standard deviation of the mean: sqrt(1/12 / 100000) = 0.0009.
  EXPECT_NEAR(sum / 100'000, 0.5, 0.005);
}

TEST(RandomKeyTest, BelowIsEvenAndBelow) {
  int count_of[3] = {};
  for (uint64_t i = 0; i < 30'000; ++i) ++count_of[kKey.Below(3, i)];
  for (const int count : count_of) EXPECT_NEAR(count, 10'000, 500);
}

TEST(RandomKeyTest, BelowHasNoModuloBiasForLargeBounds) {
  // 3 * 2^62: scaling 64 bits down without rejection would give every third number twice as often.
  const uint64_t bound = uint64_t{3} << 62;
  int every_third = 0;
  for (uint64_t i = 0; i < 30'000; ++i) every_third += kKey.Below(bound, i) % 3 == 0 ? 1 : 0;
  EXPECT_NEAR(every_third, 10'000, 500);
}

TEST(RandomKeyTest, NormalHasMeanZeroAndDeviationOne) {
  double sum = 0;
  double sum_of_squares = 0;
  for (uint64_t i = 0; i < 100'000; ++i) {
    const double x = kKey.Normal(i);
    sum += x;
    sum_of_squares += x * x;
  }
  EXPECT_NEAR(sum / 100'000, 0.0, 0.02);
  EXPECT_NEAR(sum_of_squares / 100'000, 1.0, 0.03);
}

}  // namespace
}  // namespace whet
