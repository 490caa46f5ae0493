// How much memory training will take, foretold from shapes. Free of LibTorch.
#ifndef WHET_POLICY_MEMORY_PLAN_H_
#define WHET_POLICY_MEMORY_PLAN_H_

#include <cstdint>

#include "policy/device.h"
#include "policy/model_config.h"

namespace whet {

// What of a run decides its memory.
struct MemoryLoad {
  ComputeType type = ComputeType::kF32;
  bool reference = false;       // Whether a frozen copy of the weights is kept, for the KL.
  int64_t rows = 0;             // Trained on at once.
  int64_t sequences = 0;        // That are sampled together.
  int64_t sequence_tokens = 0;  // The longest prompt and completion.
  int64_t kv_cache_bytes = 0;   // Keys and values take no more.
};

// In bytes, at the peak.
struct MemoryPlan {
  int64_t weights = 0;      // As they are computed with, f32 masters beside them, the reference.
  int64_t optimizer = 0;    // The gradient and AdamW's two moments, f32.
  int64_t activations = 0;  // What a micro-batch keeps for its backward pass, and the logits.
  int64_t keys_and_values = 0;
  int64_t program = 0;  // LibTorch and ourselves.

  int64_t total() const { return weights + optimizer + activations + keys_and_values + program; }
};

// Foretold within a quarter, as far as tried (docs/results.md).
MemoryPlan PlanMemory(const ModelConfig& config, const MemoryLoad& load);

// Bytes that can be had now without taking them from other programs (Linux's MemAvailable).
int64_t AvailableMemory();
int64_t InstalledMemory();

}  // namespace whet

#endif  // WHET_POLICY_MEMORY_PLAN_H_
