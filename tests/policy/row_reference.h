// The row functions once more, as their formulas stand, in doubles; and what tests of them share.
#ifndef WHET_TESTS_POLICY_ROW_REFERENCE_H_
#define WHET_TESTS_POLICY_ROW_REFERENCE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <type_traits>
#include <vector>

#include "policy/cpu/row_functions.h"

namespace whet {

using Doubles = std::vector<double>;

// Of whole vectors, their neighbours, less than one, many, and many blocks.
inline constexpr int64_t kRowSizes[] = {1, 15, 16, 17, 31, 97, 256, 1000};
inline constexpr int64_t kHeadDims[] = {8, 64, 80, 128};

// Those that this processor can run.
std::vector<const CpuFunctions*> RunnableFunctions();

template <typename T>
const RowFunctions<T>& FunctionsFor(const CpuFunctions& functions) {
  if constexpr (std::is_same_v<T, float>) {
    return functions.f32;
  } else {
    return functions.bf16;
  }
}

// Of the type with which a result is rounded: half a unit in its last place, relative to it.
template <typename T>
inline constexpr double kRounding = std::is_same_v<T, float> ? 0x1p-24 : 0x1p-8;

float Widened(float x);
float Widened(Bf16 x);
void Assign(double from, float* to);
void Assign(double from, Bf16* to);  // To the nearest, ties to even.

template <typename T>
std::vector<T> As(const Doubles& x) {
  std::vector<T> out(x.size());
  for (size_t i = 0; i < x.size(); ++i) Assign(x[i], &out[i]);
  return out;
}
template <typename T>
Doubles ToDoubles(const std::vector<T>& x) {
  Doubles out;
  for (const T& element : x) out.push_back(static_cast<double>(Widened(element)));
  return out;
}

// Normal numbers that bf16 holds exactly, a function of `stream`.
Doubles RandomRow(int64_t count, uint64_t stream, double scale = 1.0);

// Empty if all |own - wanted| <= tolerance · (|wanted| + floor); else tells the first that is not.
std::string Difference(const Doubles& own, const Doubles& wanted, double tolerance,
                       double floor = 1.0);

// Derivatives of f at x, by central differences.
Doubles SlopeOf(const std::function<double(const Doubles&)>& f, const Doubles& x);

double Dot(const Doubles& a, const Doubles& b);
Doubles RmsNormOf(const Doubles& x, const Doubles& weight, double epsilon);
Doubles SiluMulOf(const Doubles& gate_up);
Doubles RotatedBy(const Doubles& x, const Doubles& cosines, const Doubles& sines);

struct LogitReference {
  Doubles probabilities;
  double log_sum;  // log Σ exp(s)
  double entropy;
};
LogitReference SoftmaxOf(const Doubles& logits, double inverse_temperature);

// query [head_dim], keys and values [count][head_dim] → softmax(query · keys / √head_dim) · values.
Doubles AttentionOf(const Doubles& query, const std::vector<Doubles>& keys,
                    const std::vector<Doubles>& values, double* log_sum = nullptr);

}  // namespace whet

#endif  // WHET_TESTS_POLICY_ROW_REFERENCE_H_
