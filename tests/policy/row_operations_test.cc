#include "policy/row_operations.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <functional>
#include <vector>

#include "gtest/gtest.h"
#include "policy/exactness.h"
#include "policy/linear.h"
#include "policy/recorded.h"

namespace whet {
namespace {

constexpr at::ScalarType kTypes[] = {at::kFloat, at::kBFloat16};

// Relative to the largest value; what is rounded to bf16 more than once errs by more than once.
double Tolerance(at::ScalarType type) { return type == at::kFloat ? 1e-5 : 0x1p-6; }

double Error(const at::Tensor& own, const at::Tensor& wanted) {
  const double largest = wanted.abs().max().item<double>();
  return (own.to(at::kDouble) - wanted.to(at::kDouble)).abs().max().item<double>() / largest;
}

at::Tensor Random(at::IntArrayRef sizes, uint64_t seed, at::ScalarType type = at::kFloat) {
  return at::randn(sizes, at::detail::createCPUGenerator(seed), at::kFloat).to(type);
}

at::Tensor Leaf(const at::Tensor& x, at::ScalarType type) {
  return x.detach().to(type).clone().requires_grad_(true);
}

// A parameter whose gradient is 1 already.
Parameter MakeParameter(const at::Tensor& value) {
  return {value, at::ones(value.sizes(), at::kFloat)};
}

using Operation = std::function<at::Tensor(const at::Tensor&)>;

// Forward and gradient of `own` at x against those of `wanted`, in doubles.
void ExpectSame(const at::Tensor& x, const Operation& own, const Operation& wanted) {
  const at::ScalarType type = x.scalar_type();
  const at::Tensor a = Leaf(x, type);
  const at::Tensor b = Leaf(x, at::kDouble);
  const at::Tensor y = own(a);
  const at::Tensor z = wanted(b);
  EXPECT_LT(Error(y, z), Tolerance(type));
  EXPECT_EQ(y.scalar_type(), type);
  const at::Tensor dy = Random(y.sizes(), 99, type);
  y.backward(dy);
  z.backward(dy.to(at::kDouble));
  EXPECT_LT(Error(a.grad(), b.grad()), Tolerance(type));
}

// That row i of the result for many rows is, to the bit, that of row i alone, with any threads.
void ExpectRowsAlone(const at::Tensor& x, const Operation& operation) {
  const int before = at::get_num_threads();
  const at::Tensor all = operation(x);
  for (const int threads : {1, 2}) {
    at::set_num_threads(threads);
    EXPECT_TRUE(at::equal(operation(x), all));
    for (int64_t i = 0; i < x.size(0); i += 7) {
      EXPECT_TRUE(at::equal(operation(x.narrow(0, i, 1).contiguous()), all.narrow(0, i, 1)));
    }
  }
  at::set_num_threads(before);
}

TEST(RowOperationsTest, RmsNormIsItsFormula) {
  for (const at::ScalarType type : kTypes) {
    // 600 rows: more than one sum of weight gradients.
    for (const std::vector<int64_t>& sizes : {std::vector<int64_t>{600, 33}, {1, 8}, {5, 3, 16}}) {
      const at::Tensor x = Random(sizes, 1, type);
      const Parameter weight = MakeParameter(Random({sizes.back()}, 2, type));
      const at::Tensor wanted_weight = Leaf(weight.value, at::kDouble);
      ExpectSame(
          x, [&](const at::Tensor& in) { return RmsNorm(in, weight, 1e-5); },
          [&](const at::Tensor& in) {
            return in / at::sqrt((in * in).mean(-1, true) + 1e-5) * wanted_weight;
          });
      EXPECT_LT(Error(weight.gradient, wanted_weight.grad() + 1.0), Tolerance(type));
    }
  }
}

TEST(RowOperationsTest, SiluMulIsItsFormula) {
  for (const at::ScalarType type : kTypes) {
    ExpectSame(Random({37, 38}, 1, type), SiluMul, [](const at::Tensor& in) {
      return at::silu(in.narrow(1, 0, 19)) * in.narrow(1, 19, 19);
    });
  }
}

TEST(RowOperationsTest, RotateTurnsHalvesByPosition) {
  const std::vector<int64_t> positions = {0, 1, 2, 5, 1000};
  const RopeFrequencies frequencies = {{1.0F, 0.1F, 0.01F}, 1.25F};
  const RopeAngles angles = AnglesAt(positions, frequencies, at::kCPU);
  for (int64_t i = 0; i < 5; ++i) {
    for (int64_t j = 0; j < 3; ++j) {
      const double angle = static_cast<double>(positions[static_cast<size_t>(i)]) *
                           std::pow(10.0, -static_cast<double>(j));
      EXPECT_NEAR(angles.cosines[i][j].item<double>(), std::cos(angle) * 1.25, 1e-4);
      EXPECT_NEAR(angles.sines[i][j].item<double>(), std::sin(angle) * 1.25, 1e-4);
    }
  }
  for (const at::ScalarType type : kTypes) {
    ExpectSame(
        Random({5, 4, 6}, 1, type), [&](const at::Tensor& in) { return Rotate(in, angles); },
        [&](const at::Tensor& in) {
          const at::Tensor cosines = angles.cosines.to(at::kDouble).unsqueeze(1);
          const at::Tensor sines = angles.sines.to(at::kDouble).unsqueeze(1);
          const at::Tensor a = in.narrow(2, 0, 3);
          const at::Tensor b = in.narrow(2, 3, 3);
          return at::cat({a * cosines - b * sines, b * cosines + a * sines}, 2);
        });
  }
}

TEST(RowOperationsTest, RowsDoNotDependOnTheirCompanyOrThreads) {
  const at::NoGradGuard no_gradients;
  for (const at::ScalarType type : kTypes) {
    const at::Tensor x = Random({300, 314}, 1, type);
    const Parameter weight = MakeParameter(Random({314}, 2, type));
    ExpectRowsAlone(x, [&](const at::Tensor& in) { return RmsNorm(in, weight, 1e-6); });
    ExpectRowsAlone(x, SiluMul);
  }
}

TEST(RowOperationsTest, WeightGradientsDoNotDependOnThreads) {
  const at::Tensor x = Random({20000, 33}, 1);
  const int before = at::get_num_threads();
  std::vector<at::Tensor> gradients;
  for (const int threads : {1, 2}) {
    at::set_num_threads(threads);
    const Parameter weight = MakeParameter(Random({33}, 2));
    RmsNorm(Leaf(x, at::kFloat), weight, 1e-6).backward(Random({20000, 33}, 3));
    gradients.push_back(weight.gradient);
  }
  at::set_num_threads(before);
  EXPECT_TRUE(at::equal(gradients[1], gradients[0]));
}

TEST(RowOperationsTest, NoRowsGiveNoRows) {
  const Parameter weight = MakeParameter(at::ones({8}));
  const at::Tensor x = at::empty({0, 8}).requires_grad_(true);
  const at::Tensor y = SiluMul(RmsNorm(x, weight, 1e-6));
  EXPECT_EQ(y.sizes(), at::IntArrayRef({0, 4}));
  y.backward(at::empty({0, 4}));
  EXPECT_TRUE(at::equal(weight.gradient, at::ones({8})));
}

TEST(RowOperationsDeathTest, RowsMustLieEndToEnd) {
  const at::Tensor across = Random({8, 8}, 1).t();
  EXPECT_DEATH(SiluMul(across), "is_contiguous");
  EXPECT_DEATH(RmsNorm(across, MakeParameter(at::ones({8})), 1e-6), "is_contiguous");
}

TEST(RowOperationsTest, ColumnsAreSplitAndJoined) {
  for (const at::ScalarType type : kTypes) {
    const at::Tensor x = Leaf(Random({6, 10}, 1), type);
    const std::vector<at::Tensor> parts = SplitColumns(x, {4, 1, 5});
    EXPECT_TRUE(at::equal(at::cat(parts, 1), x));
    for (const at::Tensor& part : parts) EXPECT_TRUE(part.is_contiguous());
    (parts[0].sum() + 2 * parts[1].sum() + 3 * parts[2].sum()).backward();
    const at::Tensor ones = at::ones({6, 10}, type);
    const at::Tensor wanted =
        at::cat({ones.narrow(1, 0, 4), ones.narrow(1, 0, 1) * 2, ones.narrow(1, 0, 5) * 3}, 1);
    EXPECT_TRUE(at::equal(x.grad(), wanted));
  }
}

TEST(RowOperationsTest, APartThatNothingIsMadeOfHasNoGradient) {
  const at::Tensor x = Leaf(Random({2, 3}, 1), at::kFloat);
  SplitColumns(x, {1, 2})[0].sum().backward();
  EXPECT_TRUE(at::equal(x.grad(), at::tensor({1.0F, 0.0F, 0.0F, 1.0F, 0.0F, 0.0F}).view({2, 3})));
}

TEST(RowOperationsTest, EmbeddingsAreLookedUpAndTheirGradientsAdded) {
  const Parameter embedding = MakeParameter(Random({5, 4}, 1, at::kBFloat16));
  const at::Tensor ids = at::tensor({3, 0, 3}, at::kLong);
  const at::Tensor rows = Embed(embedding, ids);
  EXPECT_TRUE(at::equal(rows[0], embedding.value[3]));
  EXPECT_TRUE(at::equal(rows[1], embedding.value[0]));
  EXPECT_TRUE(at::equal(rows[2], embedding.value[3]));
  AddEmbeddingGradient(at::ones({3, 4}, at::kBFloat16), ids, embedding);
  // 1 was there; id 3 occurs twice, id 0 once.
  EXPECT_TRUE(
      at::equal(embedding.gradient.select(1, 0), at::tensor({2.0F, 1.0F, 1.0F, 3.0F, 1.0F})));
}

TEST(LinearTest, IsItsFormula) {
  for (const at::ScalarType type : kTypes) {
    for (const bool with_bias : {false, true}) {
      const at::Tensor x = Random({9, 20}, 1, type);
      const Parameter weight = MakeParameter(Random({6, 20}, 2, type));
      const Parameter bias = with_bias ? MakeParameter(Random({6}, 3, type)) : Parameter();
      const at::Tensor wanted_weight = Leaf(weight.value, at::kDouble);
      const at::Tensor wanted_bias = Leaf(with_bias ? bias.value : at::zeros({6}), at::kDouble);
      ExpectSame(
          x, [&](const at::Tensor& in) { return Linear(in, weight, bias, /*rows_min=*/16); },
          [&](const at::Tensor& in) { return at::linear(in, wanted_weight, wanted_bias); });
      EXPECT_LT(Error(weight.gradient, wanted_weight.grad() + 1.0), Tolerance(type));
      if (with_bias) {
        EXPECT_LT(Error(bias.gradient, wanted_bias.grad() + 1.0), Tolerance(type));
      }
    }
  }
}

TEST(LinearTest, LongReductionsInBf16AreSummedInPieces) {
  const int64_t in = 3 * kBf16ReductionMax + 5;
  const at::Tensor x = Random({4, in}, 1, at::kBFloat16);
  const at::Tensor w = Random({7, in}, 2, at::kBFloat16);
  const at::Tensor wanted = at::linear(x.to(at::kDouble), w.to(at::kDouble));
  EXPECT_LT(Error(MultiplyRows(x, w, 1), wanted), 0x1p-7);
}

TEST(LinearTest, FewRowsArePaddedAndCutAgain) {
  const at::Tensor x = Random({64, 20}, 1);
  const at::Tensor w = Random({6, 20}, 2);
  const at::Tensor all = MultiplyRows(x, w, 64);
  for (const int64_t rows : {0, 1, 3, 63}) {
    const at::Tensor some = MultiplyRows(x.narrow(0, 0, rows), w, 64);
    EXPECT_TRUE(at::equal(some, all.narrow(0, 0, rows))) << rows;
    EXPECT_TRUE(some.is_contiguous());
  }
}

TEST(RecordedTest, NothingIsRecordedWithoutNeed) {
  const at::Tensor leaf = at::ones({2}).requires_grad_(true);
  EXPECT_TRUE(IsRecorded({at::ones({2}), leaf}));
  EXPECT_FALSE(IsRecorded({at::ones({2})}));
  const at::NoGradGuard no_gradients;
  EXPECT_FALSE(IsRecorded({leaf}));
}

}  // namespace
}  // namespace whet
