#include "policy/exactness.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "base/clock.h"
#include "policy/torch_guard.h"

namespace whet {
namespace {

// Around the sizes at which libraries change their method: few rows, vector widths, blocks. All are
// compared with the largest.
constexpr int kRowCounts[] = {300, 129, 128, 65, 64, 63, 48, 33, 32, 31, 24, 17, 16,
                              15,  12,  11,  10, 9,  8,  7,  6,  5,  4,  3,  2,  1};
constexpr int kRowsMax = kRowCounts[0];

// x [rows, in] · wᵀ [in, out] in f32, as the engine multiplies: at once in f32, in pieces in bf16.
at::Tensor Multiply(const at::Tensor& x, const at::Tensor& w) {
  if (x.scalar_type() == at::kFloat) return at::linear(x, w);
  at::Tensor sum;
  for (int64_t begin = 0; begin < x.size(1); begin += kBf16ReductionMax) {
    const int64_t length = std::min(kBf16ReductionMax, x.size(1) - begin);
    const at::Tensor part =
        at::linear(x.narrow(1, begin, length), w.narrow(1, begin, length)).to(at::kFloat);
    sum = sum.defined() ? sum + part : part;
  }
  return sum;
}

bool SameBits(const at::Tensor& a, const at::Tensor& b) {
  return at::equal(a.view(at::kInt), b.view(at::kInt));
}

// The smallest tried count from which on all agree.
int RowsMin(const LinearShape& shape, at::ScalarType type, const at::Generator& random) {
  const at::Tensor x = at::randn({kRowsMax, shape.in}, random).to(type);   // [rows, in]
  const at::Tensor w = at::randn({shape.out, shape.in}, random).to(type);  // [out, in]
  const at::Tensor all = Multiply(x, w);                                   // [rows, out] f32
  int rows_min = kRowsMax;
  for (const int rows : kRowCounts) {
    if (!SameBits(Multiply(x.narrow(0, 0, rows), w), all.narrow(0, 0, rows))) break;
    rows_min = rows;
  }
  return rows_min;
}

std::optional<int> RowsMinOfAll(const std::vector<LinearShape>& shapes, at::ScalarType type,
                                const at::Generator& random) {
  int rows_min = 1;
  for (const LinearShape& shape : shapes) {
    rows_min = std::max(rows_min, RowsMin(shape, type, random));
  }
  return rows_min <= kRowsMinMax ? std::optional<int>(rows_min) : std::nullopt;
}

}  // namespace

void RequestExactMath() { setenv("MKL_CBWR", "AUTO,STRICT", /*overwrite=*/0); }

std::vector<LinearShape> TypicalLinearShapes() {
  return {{.in = 576, .out = 1536}, {.in = 1536, .out = 576}, {.in = 576, .out = 192}};
}

absl::StatusOr<Exactness> TestExactness(const std::vector<LinearShape>& shapes) {
  return CatchTorch([&]() -> absl::StatusOr<Exactness> {
    const c10::InferenceMode no_gradients;
    SystemClock clock;
    const absl::Duration begin = clock.Monotonic();
    Exactness result;
    const at::Generator random = at::detail::createCPUGenerator(/*seed_val=*/1);
    result.f32_rows_min = RowsMinOfAll(shapes, at::kFloat, random);
    result.bf16_rows_min = RowsMinOfAll(shapes, at::kBFloat16, random);
    result.threads = at::get_num_threads();
    result.took = clock.Monotonic() - begin;
    return result;
  });
}

}  // namespace whet
