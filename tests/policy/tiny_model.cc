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

}  // namespace

Checkpoint MakeTinyCheckpoint(const std::string& name, uint64_t seed) {
  const std::string directory = testing::TempDir() + "/" + name;
  WHET_CHECK(RemoveAll(directory).ok());
  WHET_CHECK(MakeDirectories(directory).ok());
  WHET_CHECK(MakeDirectories(directory + ".config").ok());
  WHET_CHECK(WriteFileAtomically(directory + ".config/config.json", kConfig).ok());
  const Checkpoint source =
      Checkpoint::Open(directory + ".config", Checkpoint::Weights::kNotRead).value();
  const at::Tensor flat = RandomFlat(source.config(), RandomKey(seed, RandomPurpose::kInitialize));
  WHET_CHECK(SaveFlat(flat, source.config(), at::kFloat, directory, directory + ".config").ok());
  return Checkpoint::Open(directory).value();
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
