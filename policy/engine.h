// The generator on this machine: continuous batching over a paged cache of keys and values. Free of
// LibTorch.
#ifndef WHET_POLICY_ENGINE_H_
#define WHET_POLICY_ENGINE_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "policy/weight_set.h"
#include "rollout/generator.h"

namespace whet {

struct EngineOptions {
  int64_t kv_cache_bytes;  // For keys and values of running sequences and waiting prompts.
  int64_t sequences_max;   // That run together.
  int64_t queue_max;       // Queued, running and suspended.
  int64_t rows_max;    // Tokens computed in one round, prompts included; one prompt may exceed it.
  int64_t tokens_end;  // Ids from here on are never sampled: the tokenizer has none.
  std::vector<int64_t> eos_ids;
};

// As whet's commands use it; the cache gets a quarter of the memory that is free now.
EngineOptions DefaultEngineOptions(const ModelConfig& config);

// Counts since the engine was made.
struct EngineStats {
  int64_t rounds = 0;
  int64_t prompt_tokens = 0;  // Computed for prompts, once for a group.
  int64_t sampled_tokens = 0;
  int64_t recomputed_tokens = 0;  // Computed again, since the cache was full when they were needed.
  int64_t evictions = 0;          // Sequences that lost their place in the cache for that.
};

class EngineGenerator : public Generator {
 public:
  virtual EngineStats stats() const = 0;
};

// One that samples from `weights`. ResourceExhausted if there is no memory for the cache.
absl::StatusOr<std::unique_ptr<EngineGenerator>> MakeEngine(
    std::shared_ptr<const WeightSet> weights, const EngineOptions& options);

}  // namespace whet

#endif  // WHET_POLICY_ENGINE_H_
