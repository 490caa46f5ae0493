#include "tests/policy/row_reference.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "absl/strings/str_cat.h"
#include "base/cpu_features.h"
#include "base/random.h"

namespace whet {

std::vector<const CpuFunctions*> RunnableFunctions() {
  const CpuFeatures features = DetectCpuFeatures();
  std::vector<const CpuFunctions*> all;
  if (features.avx2) all.push_back(&kAvx2Functions);
  if (features.avx512) all.push_back(&kAvx512Functions);
  return all;
}

float Widened(float x) { return x; }
float Widened(Bf16 x) {
  const uint32_t bits = uint32_t{x.bits} << 16;
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

void Assign(double from, float* to) { *to = static_cast<float>(from); }
void Assign(double from, Bf16* to) {
  // Of the two halves around it, the nearer or the even one.
  const float value = static_cast<float>(from);
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  const Bf16 toward_zero = {static_cast<uint16_t>(bits >> 16)};
  const Bf16 away = {static_cast<uint16_t>(toward_zero.bits + 1)};
  if (std::isnan(value)) {
    *to = {0x7FC0};
  } else if (std::isinf(value) || (bits & 0xFFFF) == 0) {
    *to = toward_zero;
  } else {
    const uint32_t rest = bits & 0xFFFF;
    constexpr uint32_t kHalf = 0x8000;
    const bool up = rest > kHalf || (rest == kHalf && toward_zero.bits % 2 == 1);
    *to = up ? away : toward_zero;
  }
}

Doubles RandomRow(int64_t count, uint64_t stream, double scale) {
  const RandomKey key = RandomKey(1, RandomPurpose::kSample).Child(stream);
  Doubles row;
  for (int64_t i = 0; i < count; ++i) {
    Bf16 element;
    Assign(key.Normal(static_cast<uint64_t>(i)) * scale, &element);
    row.push_back(static_cast<double>(Widened(element)));
  }
  return row;
}

std::string Difference(const Doubles& own, const Doubles& wanted, double tolerance, double floor) {
  if (own.size() != wanted.size()) return absl::StrCat(own.size(), " for ", wanted.size());
  for (size_t i = 0; i < own.size(); ++i) {
    // The negation finds NaN too.
    if (!(std::abs(own[i] - wanted[i]) <= tolerance * (std::abs(wanted[i]) + floor))) {
      return absl::StrCat("at ", i, ": ", own[i], " for ", wanted[i]);
    }
  }
  return "";
}

Doubles SlopeOf(const std::function<double(const Doubles&)>& f, const Doubles& x) {
  constexpr double kStep = 1e-5;
  Doubles slope;
  Doubles moved = x;
  for (size_t i = 0; i < x.size(); ++i) {
    moved[i] = x[i] + kStep;
    const double above = f(moved);
    moved[i] = x[i] - kStep;
    slope.push_back((above - f(moved)) / (2 * kStep));
    moved[i] = x[i];
  }
  return slope;
}

double Dot(const Doubles& a, const Doubles& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

Doubles RmsNormOf(const Doubles& x, const Doubles& weight, double epsilon) {
  const double rms = std::sqrt(Dot(x, x) / static_cast<double>(x.size()) + epsilon);
  Doubles y;
  for (size_t i = 0; i < x.size(); ++i) y.push_back(x[i] / rms * weight[i]);
  return y;
}

Doubles SiluMulOf(const Doubles& gate_up) {
  const size_t count = gate_up.size() / 2;
  Doubles y;
  for (size_t i = 0; i < count; ++i) {
    y.push_back(gate_up[i] / (1 + std::exp(-gate_up[i])) * gate_up[count + i]);
  }
  return y;
}

Doubles RotatedBy(const Doubles& x, const Doubles& cosines, const Doubles& sines) {
  const size_t half = x.size() / 2;
  Doubles y(x.size());
  for (size_t i = 0; i < half; ++i) {
    y[i] = x[i] * cosines[i] - x[half + i] * sines[i];
    y[half + i] = x[half + i] * cosines[i] + x[i] * sines[i];
  }
  return y;
}

LogitReference SoftmaxOf(const Doubles& logits, double inverse_temperature) {
  double largest = -std::numeric_limits<double>::infinity();
  for (const double logit : logits) largest = std::max(largest, logit * inverse_temperature);
  double sum = 0;
  for (const double logit : logits) sum += std::exp(logit * inverse_temperature - largest);
  LogitReference out = {{}, largest + std::log(sum), 0};
  for (const double logit : logits) {
    const double logprob = logit * inverse_temperature - out.log_sum;
    out.probabilities.push_back(std::exp(logprob));
    if (std::isfinite(logprob)) out.entropy -= std::exp(logprob) * logprob;
  }
  return out;
}

Doubles AttentionOf(const Doubles& query, const std::vector<Doubles>& keys,
                    const std::vector<Doubles>& values, double* log_sum) {
  Doubles scores;
  for (const Doubles& key : keys) {
    scores.push_back(Dot(query, key) / std::sqrt(static_cast<double>(query.size())));
  }
  const LogitReference softmax = SoftmaxOf(scores, 1.0);
  if (log_sum != nullptr) *log_sum = softmax.log_sum;
  Doubles out(query.size(), 0.0);
  for (size_t j = 0; j < values.size(); ++j) {
    for (size_t i = 0; i < out.size(); ++i) out[i] += softmax.probabilities[j] * values[j][i];
  }
  return out;
}

}  // namespace whet
