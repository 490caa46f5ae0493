// Each function of each instruction set against its formula in doubles, gradients against finite
// differences of it.
#include "policy/cpu/row_functions.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/policy/row_reference.h"

namespace whet {
namespace {

using ::testing::Each;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kEpsilon = 1e-5;

// Sums in f32 err by a few units in the last place.
constexpr double kSumError = 4e-6;
constexpr double kSlopeError = 1e-5;
template <typename T>
constexpr double kTolerance = kSumError + 2 * kRounding<T>;

template <typename T>
class RowFunctionsTest : public ::testing::Test {
 protected:
  // Calls body(functions, name of the case, size) for every instruction set and size.
  template <typename Body>
  void ForEachSize(const Body& body) {
    ASSERT_FALSE(RunnableFunctions().empty());
    for (const CpuFunctions* const set : RunnableFunctions()) {
      for (const int64_t n : kRowSizes) {
        body(FunctionsFor<T>(*set), absl::StrCat(set->name, ", ", n), n);
      }
    }
  }
};
using Elements = ::testing::Types<float, Bf16>;
TYPED_TEST_SUITE(RowFunctionsTest, Elements);

TYPED_TEST(RowFunctionsTest, ConversionsRoundToTheNearest) {
  using T = TypeParam;
  this->ForEachSize([](const auto& f, const std::string& name, int64_t n) {
    // Of 24 bits, as f32 has; and what ends a range.
    Doubles x = RandomRow(n, 1);
    for (double& element : x) element = static_cast<float>(element * 1.2345678);
    const double special[] = {kInfinity, -kInfinity, 0.0, 3.4e38, 1e-40, 1.00390625, 1.01171875};
    for (size_t i = 0; i < std::min(std::size(special), x.size()); ++i) x[i] = special[i];
    std::vector<T> narrow(x.size());
    f.from_f32(As<float>(x).data(), n, narrow.data());
    EXPECT_EQ(ToDoubles(narrow), ToDoubles(As<T>(x))) << name;
    std::vector<float> wide(x.size());
    f.to_f32(narrow.data(), n, wide.data());
    EXPECT_EQ(ToDoubles(wide), ToDoubles(narrow)) << name;
    // All bits of its mantissa set: rounding up would make it a number.
    float full_nan;
    constexpr uint32_t kFullNaN = 0x7FFFFFFF;
    std::memcpy(&full_nan, &kFullNaN, sizeof full_nan);
    f.from_f32(&full_nan, 1, narrow.data());
    EXPECT_TRUE(std::isnan(ToDoubles(narrow)[0])) << name;
  });
}

TYPED_TEST(RowFunctionsTest, RmsNormIsItsFormula) {
  using T = TypeParam;
  this->ForEachSize([](const auto& f, const std::string& name, int64_t n) {
    const Doubles x = RandomRow(n, 1, 3.0);
    const Doubles weight = RandomRow(n, 2);
    std::vector<T> y(x.size());
    const double inverse_rms = static_cast<double>(f.rms_norm(
        As<T>(x).data(), As<T>(weight).data(), n, static_cast<float>(kEpsilon), y.data()));
    EXPECT_EQ(Difference(ToDoubles(y), RmsNormOf(x, weight, kEpsilon), kTolerance<T>), "") << name;
    const double rms = std::sqrt(Dot(x, x) / static_cast<double>(n) + kEpsilon);
    EXPECT_NEAR(inverse_rms * rms, 1.0, kSumError) << name;
  });
}

TYPED_TEST(RowFunctionsTest, RmsNormOfNothingIsNothing) {
  using T = TypeParam;
  this->ForEachSize([](const auto& f, const std::string& name, int64_t n) {
    const std::vector<T> zeros = As<T>(Doubles(static_cast<size_t>(n), 0.0));
    std::vector<T> y = As<T>(RandomRow(n, 1));
    f.rms_norm(zeros.data(), As<T>(RandomRow(n, 2)).data(), n, 1e-6F, y.data());
    EXPECT_THAT(ToDoubles(y), Each(0.0)) << name;
  });
}

TYPED_TEST(RowFunctionsTest, RmsNormsGradientIsItsSlope) {
  using T = TypeParam;
  this->ForEachSize([](const auto& f, const std::string& name, int64_t n) {
    const Doubles x = RandomRow(n, 1, 3.0);
    const Doubles weight = RandomRow(n, 2);
    const Doubles dy = RandomRow(n, 3);
    std::vector<T> y(x.size());
    std::vector<T> dx(x.size());
    std::vector<float> d_weight(x.size(), 0.5F);  // What is there is added to.
    const float inverse_rms = f.rms_norm(As<T>(x).data(), As<T>(weight).data(), n,
                                         static_cast<float>(kEpsilon), y.data());
    f.rms_norm_backward(As<T>(x).data(), As<T>(weight).data(), As<T>(dy).data(), n, inverse_rms,
                        dx.data(), d_weight.data());
    const Doubles of_x = SlopeOf(
        [&](const Doubles& moved) { return Dot(RmsNormOf(moved, weight, kEpsilon), dy); }, x);
    Doubles of_weight = SlopeOf(
        [&](const Doubles& moved) { return Dot(RmsNormOf(x, moved, kEpsilon), dy); }, weight);
    for (double& slope : of_weight) slope += 0.5;
    EXPECT_EQ(Difference(ToDoubles(dx), of_x, kSlopeError + kRounding<T>), "") << name;
    EXPECT_EQ(Difference(ToDoubles(d_weight), of_weight, kSlopeError), "") << name;
  });
}

TYPED_TEST(RowFunctionsTest, SiluMulIsItsFormula) {
  using T = TypeParam;
  this->ForEachSize([](const auto& f, const std::string& name, int64_t n) {
    const Doubles gate_up = RandomRow(2 * n, 1, 3.0);
    std::vector<T> y(static_cast<size_t>(n));
    f.silu_mul(As<T>(gate_up).data(), n, y.data());
    EXPECT_EQ(Difference(ToDoubles(y), SiluMulOf(gate_up), kTolerance<T>, 1e-3), "") << name;
  });
}

TYPED_TEST(RowFunctionsTest, SiluOfExtremesIsItsLimit) {
  using T = TypeParam;
  const Doubles gates = {0.0, -90.0, -1000.0, -1e30, -3e38, 90.0, 1000.0, 1e30, kInfinity};
  const Doubles wanted = {0.0, 0.0, 0.0, 0.0, 0.0, 90.0, 1000.0, 1e30, kInfinity};
  for (const CpuFunctions* const set : RunnableFunctions()) {
    for (size_t i = 0; i < gates.size(); ++i) {
      std::vector<T> y(1);
      std::vector<T> d(2);
      const std::vector<T> gate_up = As<T>({gates[i], 1.0});
      FunctionsFor<T>(*set).silu_mul(gate_up.data(), 1, y.data());
      const double own = ToDoubles(y)[0];
      EXPECT_TRUE(own == wanted[i] || std::abs(own - wanted[i]) <= 1e-30 + 1e-2 * wanted[i])
          << set->name << ": " << own << " of " << gates[i];
      // Slopes: 1/2 at 0, then 0 on the left and 1 on the right.
      if (!std::isfinite(gates[i])) continue;
      FunctionsFor<T>(*set).silu_mul_backward(gate_up.data(), As<T>({1.0}).data(), 1, d.data());
      const double slope = i == 0 ? 0.5 : wanted[i] > 0 ? 1.0 : 0.0;
      EXPECT_NEAR(ToDoubles(d)[0], slope, 1e-30) << set->name << ": " << gates[i];
    }
  }
}

TYPED_TEST(RowFunctionsTest, SiluMulsGradientIsItsSlope) {
  using T = TypeParam;
  this->ForEachSize([](const auto& f, const std::string& name, int64_t n) {
    const Doubles gate_up = RandomRow(2 * n, 1, 2.0);
    const Doubles dy = RandomRow(n, 2);
    std::vector<T> d_gate_up(gate_up.size());
    f.silu_mul_backward(As<T>(gate_up).data(), As<T>(dy).data(), n, d_gate_up.data());
    const Doubles slope =
        SlopeOf([&](const Doubles& moved) { return Dot(SiluMulOf(moved), dy); }, gate_up);
    EXPECT_EQ(Difference(ToDoubles(d_gate_up), slope, kSlopeError + kRounding<T>), "") << name;
  });
}

TYPED_TEST(RowFunctionsTest, RotationTurnsPairsAndBack) {
  using T = TypeParam;
  this->ForEachSize([](const auto& f, const std::string& name, int64_t half) {
    const Doubles x = RandomRow(2 * half, 1);
    const Doubles dy = RandomRow(2 * half, 2);
    Doubles cosines;
    Doubles sines;
    for (const double angle : RandomRow(half, 3, 3.0)) {
      cosines.push_back(static_cast<float>(std::cos(angle)));
      sines.push_back(static_cast<float>(std::sin(angle)));
    }
    std::vector<T> y(x.size());
    std::vector<T> dx(x.size());
    f.rotate(As<T>(x).data(), As<float>(cosines).data(), As<float>(sines).data(), half, y.data());
    f.rotate_back(As<T>(dy).data(), As<float>(cosines).data(), As<float>(sines).data(), half,
                  dx.data());
    EXPECT_EQ(Difference(ToDoubles(y), RotatedBy(x, cosines, sines), kTolerance<T>), "") << name;
    const Doubles slope =
        SlopeOf([&](const Doubles& moved) { return Dot(RotatedBy(moved, cosines, sines), dy); }, x);
    EXPECT_EQ(Difference(ToDoubles(dx), slope, kSlopeError + kRounding<T>), "") << name;
  });
}

TYPED_TEST(RowFunctionsTest, LogitStatisticsGiveProbabilitiesAndEntropy) {
  using T = TypeParam;
  this->ForEachSize([](const auto& f, const std::string& name, int64_t n) {
    for (const double inverse_temperature : {1.0, 0.5, 2.0}) {
      const Doubles logits = RandomRow(n, 1, 4.0);
      const LogitReference wanted = SoftmaxOf(logits, inverse_temperature);
      std::vector<float> block_sums(
          static_cast<size_t>((n + kVocabularyBlock - 1) / kVocabularyBlock));
      const std::vector<T> row = As<T>(logits);
      const float t = static_cast<float>(inverse_temperature);
      const LogitStatistics s = f.logit_statistics(row.data(), n, t, block_sums.data());
      const double sum = static_cast<double>(s.sum);
      const double log_sum = static_cast<double>(s.largest) + std::log(sum);
      EXPECT_NEAR(log_sum, wanted.log_sum, kSumError * (1 + std::abs(wanted.log_sum))) << name;
      EXPECT_NEAR(std::log(sum) - static_cast<double>(s.weighted) / sum, wanted.entropy, 1e-5)
          << name;
      // The sum is that of its blocks, in order.
      float all = 0.0F;
      for (const float block_sum : block_sums) all += block_sum;
      EXPECT_EQ(all, s.sum) << name;
      EXPECT_EQ(f.logit_statistics(row.data(), n, t, nullptr).sum, s.sum) << name;
      std::vector<float> exponentials(logits.size());
      f.exponentials(row.data(), n, t, s.largest, exponentials.data());
      Doubles probabilities = ToDoubles(exponentials);
      for (double& p : probabilities) p /= sum;
      EXPECT_EQ(Difference(probabilities, wanted.probabilities, kSumError, 1e-6), "") << name;
    }
  });
}

TYPED_TEST(RowFunctionsTest, LogitGradientsAreTheSlopesOfLogprobAndEntropy) {
  using T = TypeParam;
  this->ForEachSize([](const auto& f, const std::string& name, int64_t n) {
    for (const double inverse_temperature : {1.0, 0.5}) {
      const Doubles logits = RandomRow(n, 1, 2.0);
      const std::vector<T> row = As<T>(logits);
      const float t = static_cast<float>(inverse_temperature);
      const LogitGradientArguments arguments = {
          .count = n,
          .inverse_temperature = t,
          .statistics = f.logit_statistics(row.data(), n, t, nullptr),
          .target = n / 2,
          .logprob_gradient = 1.5F,
          .entropy_gradient = -0.25F};
      std::vector<T> gradients(row.size());
      f.logit_gradients(row.data(), arguments, gradients.data());
      const Doubles slope = SlopeOf(
          [&](const Doubles& moved) {
            const LogitReference s = SoftmaxOf(moved, inverse_temperature);
            const double target = moved[static_cast<size_t>(n / 2)] * inverse_temperature;
            return 1.5 * (target - s.log_sum) - 0.25 * s.entropy;
          },
          logits);
      EXPECT_EQ(Difference(ToDoubles(gradients), slope, kSlopeError + kRounding<T>), "") << name;
    }
  });
}

// Every exponent, and between them; 2 units in the last place are 2^-22 of the value.
TEST(ExpTest, IsRightToTwoUnitsInTheLastPlace) {
  Doubles x;
  for (int i = 0; i <= 87300; ++i) x.push_back(static_cast<float>(-i / 1000.0));
  for (const CpuFunctions* const set : RunnableFunctions()) {
    std::vector<float> e(x.size());
    set->f32.exponentials(As<float>(x).data(), static_cast<int64_t>(x.size()), 1.0F, 0.0F,
                          e.data());
    Doubles wanted;
    for (const double element : x) wanted.push_back(std::exp(element));
    EXPECT_EQ(Difference(ToDoubles(e), wanted, 0x1p-22, 0.0), "") << set->name;
    EXPECT_EQ(e[0], 1.0F);
    const std::vector<float> far = {-88.0F, -1e30F, -static_cast<float>(kInfinity)};
    set->f32.exponentials(far.data(), 3, 1.0F, 0.0F, e.data());
    EXPECT_EQ(e[0] + e[1] + e[2], 0.0F) << set->name;
  }
}

class ExtremeLogitsTest : public ::testing::TestWithParam<const CpuFunctions*> {
 protected:
  LogitStatistics StatisticsOf(const Doubles& logits) const {
    return GetParam()->f32.logit_statistics(As<float>(logits).data(),
                                            static_cast<int64_t>(logits.size()), 1.0F, nullptr);
  }
  // Of log p(target) + entropy.
  Doubles GradientsOf(const Doubles& logits, int64_t target) const {
    std::vector<float> gradients(logits.size());
    GetParam()->f32.logit_gradients(As<float>(logits).data(),
                                    {.count = static_cast<int64_t>(logits.size()),
                                     .inverse_temperature = 1.0F,
                                     .statistics = StatisticsOf(logits),
                                     .target = target,
                                     .logprob_gradient = 1.0F,
                                     .entropy_gradient = 1.0F},
                                    gradients.data());
    return ToDoubles(gradients);
  }
};

TEST_P(ExtremeLogitsTest, EqualLogitsAreEquallyLikelyHoweverLarge) {
  for (const double value : {0.0, 5.0, 1e30, -1e30, 3e38, -3e38}) {
    const LogitStatistics s = StatisticsOf(Doubles(1000, value));
    EXPECT_EQ(s.largest, static_cast<float>(value));
    EXPECT_EQ(s.sum, 1000.0F) << value;
    EXPECT_EQ(s.weighted, 0.0F) << value;
  }
}

TEST_P(ExtremeLogitsTest, OneFarAboveAllIsCertain) {
  for (const double value : {1e3, 1e30, 3e38}) {
    Doubles logits(100, -value);
    logits[37] = value;
    const LogitStatistics s = StatisticsOf(logits);
    EXPECT_EQ(s.sum, 1.0F) << value;
    EXPECT_EQ(s.weighted, 0.0F) << value;
    EXPECT_THAT(GradientsOf(logits, 37), Each(0.0)) << value;
  }
}

TEST_P(ExtremeLogitsTest, WhatIsMinusInfinityIsImpossible) {
  // Two of a hundred are possible, equally: p = 1/2, entropy ln 2.
  Doubles logits(100, -kInfinity);
  logits[3] = logits[98] = 7.0;
  const LogitStatistics s = StatisticsOf(logits);
  EXPECT_EQ(s.largest, 7.0F);
  EXPECT_EQ(s.sum, 2.0F);
  EXPECT_EQ(s.weighted, 0.0F);
  // d log p(3) is 1 - 1/2 at 3 and -1/2 at 98; the entropy is at its largest.
  Doubles wanted(100, 0.0);
  wanted[3] = 0.5;
  wanted[98] = -0.5;
  EXPECT_EQ(Difference(GradientsOf(logits, 3), wanted, 1e-6), "");
}

TEST_P(ExtremeLogitsTest, WhatHasNoProbabilitiesIsNaN) {
  const Doubles rows[] = {Doubles(20, -kInfinity),
                          {1.0, kInfinity},
                          {kInfinity, kInfinity},
                          {1.0, kNaN},
                          {kNaN, 1.0, 2.0}};
  for (const Doubles& row : rows) {
    EXPECT_TRUE(std::isnan(StatisticsOf(row).sum)) << row[0] << ", " << row[1];
  }
}

INSTANTIATE_TEST_SUITE_P(InstructionSets, ExtremeLogitsTest,
                         ::testing::ValuesIn(RunnableFunctions()),
                         [](const auto& info) { return std::string(info.param->name); });

}  // namespace
}  // namespace whet
