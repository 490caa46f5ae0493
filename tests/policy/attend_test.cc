// Attention of one position against its formula in doubles, its gradient against finite
// differences.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "policy/cpu/row_functions.h"
#include "tests/policy/attend_case.h"
#include "tests/policy/row_reference.h"

namespace whet {
namespace {

constexpr double kError = 1e-5;

template <typename T>
class AttendTest : public ::testing::Test {};
using Elements = ::testing::Types<float, Bf16>;
TYPED_TEST_SUITE(AttendTest, Elements);

TYPED_TEST(AttendTest, IsItsFormula) {
  for (const CpuFunctions* const set : RunnableFunctions()) {
    for (const int64_t head_dim : kHeadDims) {
      for (const int64_t count : kRowSizes) {
        const AttendCase c(/*heads=*/3, head_dim, count);
        const AttendCase::Result own = c.Attend<TypeParam>(*set);
        for (int64_t h = 0; h < 3; ++h) {
          const std::string name = absl::StrCat(set->name, ", ", head_dim, ", ", count, ", ", h);
          double log_sum = 0;
          const Doubles wanted = AttentionOf(c.query(h), c.keys(), c.values(), &log_sum);
          EXPECT_EQ(Difference(own.OutputOf(h, head_dim), wanted, kError), "") << name;
          EXPECT_NEAR(static_cast<double>(own.log_sum[static_cast<size_t>(h)]), log_sum,
                      kError * (1 + std::abs(log_sum)))
              << name;
        }
      }
    }
  }
}

// Key heads have any number of query heads: they are computed four at a time, then the rest.
TYPED_TEST(AttendTest, AHeadDoesNotDependOnThoseBesideIt) {
  for (const CpuFunctions* const set : RunnableFunctions()) {
    for (const int64_t head_dim : kHeadDims) {
      const AttendCase all(/*heads=*/9, head_dim, /*count=*/97);
      for (int64_t heads = 1; heads <= 9; ++heads) {
        const AttendCase first = all.WithHeads(heads);
        const AttendCase::Result wanted = all.Attend<TypeParam>(*set);
        const AttendCase::Result own = first.Attend<TypeParam>(*set);
        for (int64_t h = 0; h < heads; ++h) {
          EXPECT_EQ(own.OutputOf(h, head_dim), wanted.OutputOf(h, head_dim)) << heads << ", " << h;
          EXPECT_EQ(own.log_sum[static_cast<size_t>(h)], wanted.log_sum[static_cast<size_t>(h)]);
        }
      }
    }
  }
}

TEST(AttendOneTest, KeptInBf16IsTheSameAsInF32) {
  for (const CpuFunctions* const set : RunnableFunctions()) {
    const AttendCase c(/*heads=*/2, /*head_dim=*/80, /*count=*/97);  // Of numbers that bf16 holds.
    EXPECT_EQ(c.Attend<float>(*set).output, c.Attend<Bf16>(*set).output) << set->name;
  }
}

TEST(AttendOneTest, OneKeyGivesItsValue) {
  for (const CpuFunctions* const set : RunnableFunctions()) {
    const AttendCase c(/*heads=*/1, /*head_dim=*/64, /*count=*/1);
    EXPECT_EQ(c.Attend<float>(*set).OutputOf(0, 64), c.values()[0]) << set->name;
  }
}

TEST(AttendOneTest, ScoresFarApartPickOneValueAndEqualOnesAverage) {
  for (const CpuFunctions* const set : RunnableFunctions()) {
    AttendCase c(/*heads=*/1, /*head_dim=*/64, /*count=*/20);
    c.SetQuery(0, Doubles(64, 1e15));
    for (size_t j = 0; j < 20; ++j) c.SetKey(j, Doubles(64, j == 13 ? 1e15 : -1e15));
    EXPECT_EQ(c.Attend<float>(*set).OutputOf(0, 64), c.values()[13]) << set->name;
    for (size_t j = 0; j < 20; ++j) c.SetKey(j, Doubles(64, 1e15));
    Doubles mean(64, 0.0);
    for (size_t j = 0; j < 20; ++j) {
      for (size_t i = 0; i < 64; ++i) mean[i] += c.values()[j][i] / 20;
    }
    EXPECT_EQ(Difference(c.Attend<float>(*set).OutputOf(0, 64), mean, kError), "") << set->name;
  }
}

// The derivatives of Σ output · gradient for one of its parts.
TEST(AttendOneTest, ItsGradientIsItsSlope) {
  for (const CpuFunctions* const set : RunnableFunctions()) {
    for (int64_t heads = 1; heads <= 5; ++heads) {
      for (const int64_t head_dim : {8, 24}) {
        for (const int64_t count : {1, 15, 16, 17, 31}) {
          const AttendCase c(heads, head_dim, count);
          const std::string name =
              absl::StrCat(set->name, ", ", heads, ", ", head_dim, ", ", count);
          const AttendCase::Gradients own = c.AttendBackward(*set);
          const AttendCase::Gradients wanted = c.SlopesOfReference();
          EXPECT_EQ(Difference(own.query, wanted.query, kError), "") << name;
          EXPECT_EQ(Difference(own.keys, wanted.keys, kError), "") << name;
          EXPECT_EQ(Difference(own.values, wanted.values, kError), "") << name;
        }
      }
    }
  }
}

}  // namespace
}  // namespace whet
