// The parts of the model that LibTorch does not compute row by row: what comes out for a row here
// depends on that row alone, not on how many there are or where it stands, and is the same to the
// bit with AVX2 and with AVX-512. That is what makes rollouts reproducible (docs/decisions.md).
//
// Plain memory in and out, no threads, no LibTorch. Rows are contiguous.
#ifndef WHET_POLICY_CPU_ROW_FUNCTIONS_H_
#define WHET_POLICY_CPU_ROW_FUNCTIONS_H_

#include <stdint.h>

namespace whet {

struct Bf16 {
  uint16_t bits;
};

// Keys are walked in blocks of so many, from position 0 on.
inline constexpr int64_t kKeyBlock = 16;
// Room for a head's vector: values and sums are kept at multiples of this.
inline constexpr int64_t kHeadAlignment = 16;
// Probabilities of a vocabulary are summed in blocks of so many.
inline constexpr int64_t kVocabularyBlock = 256;

// One position's attention over `count` keys, for the `heads` query heads that share a key head:
// softmax(scale · q · kᵀ) · v. `width` is head_dim rounded up to kHeadAlignment.
template <typename T>
struct AttendArguments {
  int64_t heads;
  int64_t head_dim;
  int64_t width;
  int64_t count;
  float scale;
  const float* query;            // [heads, width]
  const T* const* key_blocks;    // [⌈count/16⌉] of [head_dim, 16]: keys are columns
  const T* const* value_blocks;  // [⌈count/16⌉] of [16, width]
  float* scores;                 // scratch [heads, ⌈count/16⌉ · 16]
  float* output;                 // [heads, width]
  float* log_sum;                // [heads]: log Σ exp(score)
};

// The gradient of that for one position, given the gradient of its output. Those of keys and values
// are added to what is there, the query's is set.
struct AttendBackwardArguments {
  int64_t heads;
  int64_t head_dim;
  int64_t width;
  int64_t count;
  float scale;
  const float* query;            // [heads, width]
  const float* output_gradient;  // [heads, width]
  const float* log_sum;          // [heads]
  const float* key_columns;      // [⌈count/16⌉, head_dim, 16]
  const float* value_columns;    // [⌈count/16⌉, head_dim, 16]
  const float* keys;             // [count, width]
  float* probabilities;          // scratch [heads, ⌈count/16⌉ · 16]
  float* score_gradients;        // scratch [heads, ⌈count/16⌉ · 16]
  float* query_gradient;         // [heads, width]
  float* key_gradients;          // [count, width]
  float* value_gradients;        // [count, width]
};

// Of a row of logits, divided by the temperature: s = logit / temperature.
struct LogitStatistics {
  float largest;   // max s
  float sum;       // Σ exp(s - largest), in blocks of kVocabularyBlock
  float weighted;  // Σ exp(s - largest) · (s - largest)
};

struct LogitGradientArguments {
  int64_t count;
  float inverse_temperature;
  LogitStatistics statistics;
  int64_t target;
  float logprob_gradient;  // Of log p(target).
  float entropy_gradient;  // Of -Σ p log p.
};

// T is the type in which activations are kept: float or Bf16. Sums are f32 throughout.
template <typename T>
struct RowFunctions {
  using Element = T;

  void (*to_f32)(const T* x, int64_t count, float* y);
  void (*from_f32)(const float* x, int64_t count, T* y);
  // y = x / rms(x) · weight, rms(x) = sqrt(mean x² + epsilon); returns 1 / rms(x).
  float (*rms_norm)(const T* x, const T* weight, int64_t count, float epsilon, T* y);
  // dx, set; the weight's gradient, added to.
  void (*rms_norm_backward)(const T* x, const T* weight, const T* dy, int64_t count,
                            float inverse_rms, T* dx, float* weight_gradient);
  // y[i] = silu(gate_up[i]) · gate_up[count + i], silu(g) = g / (1 + exp(-g)).
  void (*silu_mul)(const T* gate_up, int64_t count, T* y);
  void (*silu_mul_backward)(const T* gate_up, const T* dy, int64_t count, T* d_gate_up);
  // Turns the pairs (x[i], x[half + i]) by the angles of the cosines and sines [half].
  void (*rotate)(const T* x, const float* cosines, const float* sines, int64_t half, T* y);
  // The other way round, and so the gradient of it.
  void (*rotate_back)(const T* x, const float* cosines, const float* sines, int64_t half, T* y);
  void (*attend)(const AttendArguments<T>& arguments);
  // block_sums: [⌈count/kVocabularyBlock⌉], or nullptr.
  LogitStatistics (*logit_statistics)(const T* logits, int64_t count, float inverse_temperature,
                                      float* block_sums);
  // exp(s - largest), as summed there.
  void (*exponentials)(const T* logits, int64_t count, float inverse_temperature, float largest,
                       float* exponentials);
  void (*logit_gradients)(const T* logits, const LogitGradientArguments& arguments, T* gradients);
};

// Those of one instruction set.
struct CpuFunctions {
  const char* name;
  RowFunctions<float> f32;
  RowFunctions<Bf16> bf16;
  void (*attend_backward)(const AttendBackwardArguments& arguments);
};

extern const CpuFunctions kAvx2Functions;
extern const CpuFunctions kAvx512Functions;

// The fastest that this processor has. Needs AVX2.
const CpuFunctions& CpuFunctionsHere();

}  // namespace whet

#endif  // WHET_POLICY_CPU_ROW_FUNCTIONS_H_
