#include "tests/policy/tiny_model.h"

#include <ATen/ATen.h>

#include "base/atomic_file.h"
#include "base/check.h"
#include "base/random.h"
#include "gtest/gtest.h"
#include "policy/exactness.h"
#include "policy/weights.h"

namespace whet {
namespace {

constexpr char kConfig[] = R"({
  "architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "vocab_size": 40,
  "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4,
  "num_key_value_heads": 2, "head_dim": 8, "max_position_embeddings": 128, "rms_norm_eps": 1e-06,
  "rope_theta": 10000.0, "tie_word_embeddings": false, "attention_bias": false,
  "initializer_range": 0.3, "torch_dtype": "float32", "eos_token_id": [1, 3]
})";

// Writes what `weights_of` makes of a configuration into a fresh directory, and opens it.
template <typename WeightsOf>
Checkpoint MakeCheckpoint(const std::string& name, const std::string& config_json, ModelKind kind,
                          const WeightsOf& weights_of) {
  const std::string directory = testing::TempDir() + "/" + name;
  WHET_CHECK(RemoveAll(directory).ok());
  WHET_CHECK(MakeDirectories(directory).ok());
  WHET_CHECK(MakeDirectories(directory + ".config").ok());
  WHET_CHECK(WriteFileAtomically(directory + ".config/config.json", config_json).ok());
  const Checkpoint source =
      Checkpoint::Open(directory + ".config", Checkpoint::Weights::kNotRead, kind).value();
  WHET_CHECK(SaveFlat(weights_of(source.config()), source.config(), at::kFloat, directory,
                      directory + ".config")
                 .ok());
  return Checkpoint::Open(directory, Checkpoint::Weights::kNeeded, kind).value();
}

}  // namespace

Checkpoint MakeTinyCheckpoint(const std::string& name, uint64_t seed) {
  return MakeCheckpoint(name, kConfig, ModelKind::kCausalLm, [seed](const ModelConfig& config) {
    return RandomFlat(config, RandomKey(seed, RandomPurpose::kInitialize));
  });
}

Checkpoint MakeRandomCheckpoint(const std::string& name, const std::string& config_json,
                                ModelKind kind, uint64_t seed) {
  return MakeCheckpoint(name, config_json, kind, [seed](const ModelConfig& config) {
    const RandomKey key(seed, RandomPurpose::kInitialize);
    at::Tensor flat = RandomFlat(config, key);
    auto* const values = flat.mutable_data_ptr<float>();
    for (const WeightSlot& slot : LayoutOf(config).slots) {
      if (slot.shape.size() > 1) continue;
      const RandomKey own = key.Child(slot.name);
      for (int64_t i = 0; i < slot.count; ++i) {
        values[slot.offset + i] += 0.2F * static_cast<float>(own.Normal(static_cast<uint64_t>(i)));
      }
    }
    return flat;
  });
}

ComputeOptions TestCompute(ComputeType type) {
  // Small products are padded to what any processor is exact from.
  return {
      .device = Device::kCpu, .type = type, .rows_min = kRowsMinMax, .exact = true, .threads = 2};
}

std::shared_ptr<const WeightSet> MakeTinyWeights(const std::string& name, uint64_t seed,
                                                 ComputeType type) {
  return LoadWeightSet(MakeTinyCheckpoint(name, seed), TestCompute(type)).value();
}

}  // namespace whet
