#include "policy/row_operations.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <cmath>

#include "policy/cpu/row_types.h"
#include "policy/recorded.h"

namespace whet {
namespace {

// The weight's gradient is summed over so many rows, then over the sums: the order does not depend
// on the number of threads.
constexpr int64_t kRowsPerSum = 256;

struct Normed {
  at::Tensor y;            // As x.
  at::Tensor inverse_rms;  // [rows] f32
};

Normed NormRows(const at::Tensor& x, const at::Tensor& weight, double epsilon) {
  const int64_t width = weight.numel();
  const int64_t rows = x.numel() / width;
  if (!x.is_cpu()) {
    const at::Tensor flat = x.reshape({rows, width}).to(at::kFloat);
    const at::Tensor inverse = at::rsqrt(at::mean(flat * flat, 1) + epsilon);
    const at::Tensor normal = (flat * inverse.unsqueeze(1)).to(x.scalar_type());
    return {(normal * weight).reshape(x.sizes()), inverse};
  }
  Normed out = {at::empty_like(x), at::empty({rows}, at::kFloat)};
  WithRowFunctions(x.scalar_type(), [&](const auto& functions) {
    using T = typename std::decay_t<decltype(functions)>::Element;
    at::parallel_for(0, rows, RowGrain(width), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        RowData<float>(out.inverse_rms)[i] =
            functions.rms_norm(RowData<T>(x) + i * width, RowData<T>(weight), width,
                               static_cast<float>(epsilon), RowData<T>(out.y) + i * width);
      }
    });
  });
  return out;
}

// dx; adds to the weight's gradient.
at::Tensor NormRowsBackward(const at::Tensor& x, const Parameter& weight,
                            const at::Tensor& inverse_rms, const at::Tensor& dy) {
  const int64_t width = weight.value.numel();
  const int64_t rows = x.numel() / width;
  if (!x.is_cpu()) {
    const at::Tensor inverse = inverse_rms.unsqueeze(1);
    const at::Tensor normal = x.reshape({rows, width}).to(at::kFloat) * inverse;
    const at::Tensor gradient = dy.reshape({rows, width}).to(at::kFloat);
    weight.gradient.add_((gradient * normal).sum(0));
    const at::Tensor weighted = gradient * weight.value;
    const at::Tensor mean = at::mean(weighted * normal, 1, /*keepdim=*/true);
    return (inverse * (weighted - normal * mean)).to(x.scalar_type()).reshape(x.sizes());
  }
  const int64_t sums = (rows + kRowsPerSum - 1) / kRowsPerSum;
  const at::Tensor partial = at::zeros({sums, width}, at::kFloat);
  at::Tensor dx = at::empty_like(x);
  WithRowFunctions(x.scalar_type(), [&](const auto& functions) {
    using T = typename std::decay_t<decltype(functions)>::Element;
    at::parallel_for(0, sums, 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin * kRowsPerSum; i < std::min(rows, end * kRowsPerSum); ++i) {
        functions.rms_norm_backward(RowData<T>(x) + i * width, RowData<T>(weight.value),
                                    RowData<T>(dy) + i * width, width,
                                    RowData<float>(inverse_rms)[i], RowData<T>(dx) + i * width,
                                    RowData<float>(partial) + i / kRowsPerSum * width);
      }
    });
  });
  for (int64_t i = 0; i < sums; ++i) weight.gradient.add_(partial[i]);
  return dx;
}

at::Tensor SiluMulForward(const at::Tensor& gate_up) {
  const int64_t rows = gate_up.size(0);
  const int64_t width = gate_up.size(1) / 2;
  if (!gate_up.is_cpu()) {
    return at::silu(gate_up.narrow(1, 0, width)) * gate_up.narrow(1, width, width);
  }
  at::Tensor y = at::empty({rows, width}, gate_up.options());
  WithRowFunctions(gate_up.scalar_type(), [&](const auto& functions) {
    using T = typename std::decay_t<decltype(functions)>::Element;
    at::parallel_for(0, rows, RowGrain(width), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        functions.silu_mul(RowData<T>(gate_up) + i * 2 * width, width, RowData<T>(y) + i * width);
      }
    });
  });
  return y;
}

at::Tensor SiluMulBackward(const at::Tensor& gate_up, const at::Tensor& dy) {
  const int64_t rows = gate_up.size(0);
  const int64_t width = gate_up.size(1) / 2;
  if (!gate_up.is_cpu()) {
    const at::Tensor gate = gate_up.narrow(1, 0, width).to(at::kFloat);
    const at::Tensor sigmoid = at::sigmoid(gate);
    const at::Tensor d_gate =
        dy * gate_up.narrow(1, width, width) * sigmoid * (1 + gate * (1 - sigmoid));
    return at::cat({d_gate, dy * gate * sigmoid}, 1).to(gate_up.scalar_type());
  }
  at::Tensor d_gate_up = at::empty_like(gate_up);
  WithRowFunctions(gate_up.scalar_type(), [&](const auto& functions) {
    using T = typename std::decay_t<decltype(functions)>::Element;
    at::parallel_for(0, rows, RowGrain(width), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        functions.silu_mul_backward(RowData<T>(gate_up) + i * 2 * width, RowData<T>(dy) + i * width,
                                    width, RowData<T>(d_gate_up) + i * 2 * width);
      }
    });
  });
  return d_gate_up;
}

enum class Direction { kForward, kBack };

at::Tensor RotateRows(const at::Tensor& x, const RopeAngles& angles, Direction direction) {
  const int64_t rows = x.size(0);
  const int64_t heads = x.size(1);
  const int64_t half = x.size(2) / 2;
  const bool forward = direction == Direction::kForward;
  if (!x.is_cpu()) {
    const at::Tensor cosines = angles.cosines.unsqueeze(1);
    const at::Tensor sines = forward ? angles.sines.unsqueeze(1) : -angles.sines.unsqueeze(1);
    const at::Tensor first = x.narrow(2, 0, half);
    const at::Tensor second = x.narrow(2, half, half);
    return at::cat({first * cosines - second * sines, second * cosines + first * sines}, 2)
        .to(x.scalar_type());
  }
  at::Tensor y = at::empty_like(x);
  WithRowFunctions(x.scalar_type(), [&](const auto& functions) {
    using T = typename std::decay_t<decltype(functions)>::Element;
    const auto rotate = forward ? functions.rotate : functions.rotate_back;
    at::parallel_for(0, rows, RowGrain(heads * half * 2), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin * heads; i < end * heads; ++i) {
        const int64_t angle = i / heads * half;
        rotate(RowData<T>(x) + i * 2 * half, RowData<float>(angles.cosines) + angle,
               RowData<float>(angles.sines) + angle, half, RowData<T>(y) + i * 2 * half);
      }
    });
  });
  return y;
}

}  // namespace

at::Tensor RmsNorm(const at::Tensor& x, const Parameter& weight, double epsilon) {
  Normed normed;
  {
    const at::NoGradGuard no_gradients;
    normed = NormRows(x, weight.value, epsilon);
  }
  Record({x}, {normed.y},
         [x = x.detach(), weight,
          inverse_rms = normed.inverse_rms](const std::vector<at::Tensor>& dy) {
           return std::vector<at::Tensor>{
               NormRowsBackward(x, weight, inverse_rms, dy[0].contiguous())};
         });
  return normed.y;
}

at::Tensor SiluMul(const at::Tensor& gate_up) {
  at::Tensor y;
  {
    const at::NoGradGuard no_gradients;
    y = SiluMulForward(gate_up);
  }
  Record({gate_up}, {y}, [gate_up = gate_up.detach()](const std::vector<at::Tensor>& dy) {
    return std::vector<at::Tensor>{SiluMulBackward(gate_up, dy[0].contiguous())};
  });
  return y;
}

std::vector<at::Tensor> SplitColumns(const at::Tensor& x, absl::Span<const int64_t> widths) {
  std::vector<at::Tensor> parts;
  {
    const at::NoGradGuard no_gradients;
    int64_t begin = 0;
    for (const int64_t width : widths) {
      // A copy even of the whole, since an output may not be its input.
      parts.push_back(x.narrow(1, begin, width).clone(at::MemoryFormat::Contiguous));
      begin += width;
    }
  }
  Record({x}, parts, [](const std::vector<at::Tensor>& gradients) {
    return std::vector<at::Tensor>{at::cat(gradients, 1)};
  });
  return parts;
}

RopeAngles AnglesAt(absl::Span<const int64_t> positions, const RopeFrequencies& frequencies,
                    at::Device device) {
  const int64_t rows = static_cast<int64_t>(positions.size());
  const int64_t half = static_cast<int64_t>(frequencies.frequency.size());
  RopeAngles angles = {at::empty({rows, half}, at::kFloat), at::empty({rows, half}, at::kFloat)};
  float* const cosines = RowData<float>(angles.cosines);
  float* const sines = RowData<float>(angles.sines);
  at::parallel_for(0, rows, RowGrain(16 * half), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const float position = static_cast<float>(positions[static_cast<size_t>(i)]);
      for (int64_t j = 0; j < half; ++j) {
        const float angle = position * frequencies.frequency[static_cast<size_t>(j)];
        cosines[i * half + j] = std::cos(angle) * frequencies.attention_factor;
        sines[i * half + j] = std::sin(angle) * frequencies.attention_factor;
      }
    }
  });
  return {angles.cosines.to(device), angles.sines.to(device)};
}

at::Tensor Rotate(const at::Tensor& x, const RopeAngles& angles) {
  at::Tensor y;
  {
    const at::NoGradGuard no_gradients;
    y = RotateRows(x, angles, Direction::kForward);
  }
  Record({x}, {y}, [angles](const std::vector<at::Tensor>& dy) {
    return std::vector<at::Tensor>{RotateRows(dy[0].contiguous(), angles, Direction::kBack)};
  });
  return y;
}

at::Tensor Embed(const Parameter& embedding, const at::Tensor& ids) {
  const at::NoGradGuard no_gradients;
  return embedding.value.index_select(0, ids);
}

void AddEmbeddingGradient(const at::Tensor& dx, const at::Tensor& ids, const Parameter& embedding) {
  embedding.gradient.index_add_(0, ids, dx.to(at::kFloat));
}

}  // namespace whet
