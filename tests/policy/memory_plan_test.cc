#include "policy/memory_plan.h"

#include "gtest/gtest.h"
#include "policy/weight_layout.h"

namespace whet {
namespace {

ModelConfig Config() {
  ModelConfig config;
  config.architecture = "LlamaForCausalLM";
  config.vocabulary = 1000;
  config.hidden = 64;
  config.layers = 2;
  config.heads = 4;
  config.kv_heads = 2;
  config.head_dim = 16;
  config.intermediate = 128;
  config.tied_head = true;
  return config;
}

MemoryLoad Load() {
  return {.type = ComputeType::kF32,
          .reference = false,
          .rows = 100,
          .sequences = 10,
          .sequence_tokens = 20,
          .kv_cache_bytes = 1 << 30};
}

TEST(MemoryPlanTest, CountsWeightsGradientAndMoments) {
  const int64_t bytes = LayoutOf(Config()).total * 4;
  const MemoryPlan plan = PlanMemory(Config(), Load());
  EXPECT_EQ(plan.weights, bytes);
  EXPECT_EQ(plan.optimizer, 3 * bytes);
}

TEST(MemoryPlanTest, CountsMastersAndReference) {
  const int64_t parameters = LayoutOf(Config()).total;
  MemoryLoad load = Load();
  load.type = ComputeType::kBf16;
  EXPECT_EQ(PlanMemory(Config(), load).weights, parameters * (4 + 2));
  load.reference = true;
  EXPECT_EQ(PlanMemory(Config(), load).weights, parameters * (4 + 2 + 2));
}

TEST(MemoryPlanTest, KeysAndValuesTakeWhatSequencesNeedUpToTheCache) {
  MemoryLoad load = Load();
  EXPECT_EQ(PlanMemory(Config(), load).keys_and_values, 10 * 20 * 2 * (2 * 16) * 2 * 4);
  load.kv_cache_bytes = 5000;
  EXPECT_EQ(PlanMemory(Config(), load).keys_and_values, 5000);
}

TEST(MemoryPlanTest, ActivationsGrowWithRows) {
  MemoryLoad load = Load();
  const int64_t before = PlanMemory(Config(), load).activations;
  load.rows *= 2;
  EXPECT_EQ(PlanMemory(Config(), load).activations, 2 * before);
}

TEST(MemoryPlanTest, SeesMemoryOfThisMachine) { EXPECT_GT(AvailableMemory(), 1 << 20); }

}  // namespace
}  // namespace whet
