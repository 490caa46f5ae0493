#include "policy/memory_plan.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>

#include "policy/weight_layout.h"

namespace whet {
namespace {

constexpr int64_t kProgramBytes = int64_t{260} << 20;  // Measured, LibTorch on the CPU.
constexpr int64_t kLogitBytes = int64_t{192} << 20;    // A chunk of logits and its gradients.

// Elements that a row leaves in one layer for the backward pass: inputs and results of both norms,
// query, key, value and what attention made of them, gate and up, and their product.
int64_t ElementsOfLayer(const ModelConfig& config) {
  return 4 * config.hidden + 2 * (config.heads + config.kv_heads) * config.head_dim +
         3 * config.intermediate;
}

// That are alive at once in the backward pass of one layer, besides those it reads.
int64_t ElementsOfBackward(const ModelConfig& config) {
  return 3 * config.hidden + 2 * (config.heads + 2 * config.kv_heads) * config.head_dim +
         4 * config.intermediate;
}

}  // namespace

MemoryPlan PlanMemory(const ModelConfig& config, const MemoryLoad& load) {
  const int64_t parameters = LayoutOf(config).total;
  const int64_t element = load.type == ComputeType::kBf16 ? 2 : 4;
  const int64_t f32 = 4;
  MemoryPlan plan;
  plan.weights = parameters * f32;
  if (element != f32) plan.weights += parameters * element;
  if (load.reference) plan.weights += parameters * element;
  plan.optimizer = parameters * f32 * 3;
  plan.activations =
      load.rows * element * (config.layers * ElementsOfLayer(config) + ElementsOfBackward(config)) +
      std::min(kLogitBytes, load.rows * config.vocabulary * f32);
  plan.keys_and_values =
      std::min(load.kv_cache_bytes, load.sequences * load.sequence_tokens * config.layers *
                                        config.kv_heads * config.head_dim * 2 * element);
  plan.program = kProgramBytes;
  return plan;
}

int64_t AvailableMemory() {
  std::ifstream file("/proc/meminfo");
  for (std::string name; file >> name;) {
    int64_t kibibytes = 0;
    if (name == "MemAvailable:" && file >> kibibytes) return kibibytes << 10;
  }
  return static_cast<int64_t>(sysconf(_SC_AVPHYS_PAGES)) * sysconf(_SC_PAGESIZE);
}

int64_t InstalledMemory() {
  return static_cast<int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE);
}

}  // namespace whet
