#include "policy/weights.h"

#include <ATen/ATen.h>

#include <cmath>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/atomic_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "text/json.h"

namespace whet {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr char kConfig[] = R"({"architectures": ["Qwen3ForCausalLM"], "vocab_size": 13,
    "hidden_size": 8, "intermediate_size": 12, "num_hidden_layers": 2, "num_attention_heads": 2,
    "num_key_value_heads": 1, "head_dim": 6, "max_position_embeddings": 32,
    "attention_bias": true, "initializer_range": 0.25, "tie_word_embeddings": false})";

class WeightsTest : public ::testing::Test {
 protected:
  WeightsTest() : config_(ParseModelConfig(*Json::Parse(kConfig)).value()) {
    std::string pattern = absl::StrCat(::testing::TempDir(), "/weights_XXXXXX");
    root_ = mkdtemp(pattern.data());
    EXPECT_TRUE(MakeDirectories(Path("source")).ok());
    EXPECT_TRUE(MakeDirectories(Path("written")).ok());
    EXPECT_TRUE(WriteFileAtomically(Path("source/config.json"), kConfig).ok());
  }
  ~WeightsTest() override { RemoveAll(root_).IgnoreError(); }

  std::string Path(absl::string_view name) const { return absl::StrCat(root_, "/", name); }

  at::Tensor Flat() const { return RandomFlat(config_, RandomKey(5, RandomPurpose::kInitialize)); }

  // Writes `flat` as the source's weights, in any type.
  void WriteSource(const at::Tensor& flat, TensorType type) const {
    const auto* const bytes = static_cast<const std::byte*>(flat.const_data_ptr());
    const int64_t size = TensorTypeBytes(type);
    std::vector<TensorView> tensors;
    for (const WeightSlot& slot : LayoutOf(config_).slots) {
      tensors.push_back({slot.name,
                         type,
                         slot.shape,
                         {bytes + slot.offset * size, static_cast<size_t>(slot.count * size)}});
    }
    ASSERT_TRUE(WriteSafetensors(Path("source/model.safetensors"), tensors, {}).ok());
  }

  absl::StatusOr<at::Tensor> Load(absl::string_view name, at::ScalarType type) const {
    return LoadFlat(Checkpoint::Open(Path(name)).value(), type);
  }

  const ModelConfig config_;
  std::string root_;
};

TEST_F(WeightsTest, EveryFloatTypeIsReadAndRounded) {
  const at::Tensor flat = Flat();
  const std::pair<TensorType, at::ScalarType> types[] = {{TensorType::kF64, at::kDouble},
                                                         {TensorType::kF32, at::kFloat},
                                                         {TensorType::kF16, at::kHalf},
                                                         {TensorType::kBF16, at::kBFloat16}};
  for (const auto& [type, scalar] : types) {
    const at::Tensor stored = flat.to(scalar);
    WriteSource(stored, type);
    for (const at::ScalarType wanted : {at::kFloat, at::kBFloat16}) {
      const at::Tensor loaded = Load("source", wanted).value();
      EXPECT_EQ(loaded.scalar_type(), wanted);
      EXPECT_TRUE(at::equal(loaded, stored.to(wanted))) << TensorTypeName(type);
    }
  }
}

TEST_F(WeightsTest, OtherTypesAreRefusedWithTheTensor) {
  WriteSource(Flat().to(at::kInt), TensorType::kI32);
  const absl::Status status = Load("source", at::kFloat).status();
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr(Path("source")), HasSubstr("\"model.embed_tokens.weight\""),
                    HasSubstr("I32")));
}

TEST_F(WeightsTest, WhatIsSavedLoadsToTheSameBits) {
  const at::Tensor flat = Flat();
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
    ASSERT_TRUE(SaveFlat(flat, config_, type, Path("written"), Path("source")).ok());
    EXPECT_TRUE(at::equal(Load("written", type).value(), flat.to(type)));
    const Json config = *Json::Parse(ReadFile(Path("written/config.json")).value());
    EXPECT_EQ(config.GetString("torch_dtype").value(), type == at::kFloat ? "float32" : "bfloat16");
  }
}

// A damaged config.json must not make us ask for terabytes.
TEST_F(WeightsTest, SizesThatTheFilesLackAreFoundBeforeMemoryIsTaken) {
  WriteSource(Flat(), TensorType::kF32);
  Json config = *Json::Parse(kConfig);
  config.Set("intermediate_size", 1'000'000'000);
  ASSERT_TRUE(WriteFileAtomically(Path("source/config.json"), config.Dump()).ok());
  const absl::Status status = Load("source", at::kFloat).status();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("mlp.gate_proj.weight"));
}

TEST_F(WeightsTest, RandomWeightsHaveTheirDistribution) {
  const at::Tensor flat = Flat();
  int64_t end = 0;
  for (const WeightSlot& slot : LayoutOf(config_).slots) {
    EXPECT_EQ(flat.narrow(0, end, slot.offset - end).abs().sum().item<float>(), 0.0F) << "a gap";
    end = slot.offset + slot.count;
    const at::Tensor own = flat.narrow(0, slot.offset, slot.count);
    if (slot.shape.size() == 2) {
      // Within five of its own deviations, 0.25 / sqrt(n) and 0.25 / sqrt(2 n).
      const double n = static_cast<double>(slot.count);
      EXPECT_NEAR(own.mean().item<double>(), 0.0, 5 * 0.25 / std::sqrt(n)) << slot.name;
      EXPECT_NEAR(own.std().item<double>(), 0.25, 5 * 0.25 / std::sqrt(2 * n)) << slot.name;
    } else {
      const float value = slot.name.find("norm") != std::string::npos ? 1.0F : 0.0F;
      EXPECT_TRUE(at::equal(own, at::full_like(own, value))) << slot.name;
    }
  }
  EXPECT_TRUE(at::equal(Flat(), flat));
  EXPECT_FALSE(at::equal(RandomFlat(config_, RandomKey(6, RandomPurpose::kInitialize)), flat));
}

TEST_F(WeightsTest, ViewsShareTheFlatArray) {
  const at::Tensor flat = Flat();
  const at::Tensor gradient = at::zeros_like(flat);
  const Weights weights = ViewWeights(config_, flat, gradient);
  EXPECT_EQ(weights.embedding.value.sizes(), at::IntArrayRef({13, 8}));
  EXPECT_EQ(weights.head.value.sizes(), at::IntArrayRef({13, 8}));
  EXPECT_FALSE(weights.head.value.is_same(weights.embedding.value));
  ASSERT_EQ(weights.layers.size(), 2);
  const LayerWeights& layer = weights.layers[1];
  // Two query heads, one of keys and one of values, 6 wide each.
  EXPECT_EQ(layer.qkv.value.sizes(), at::IntArrayRef({24, 8}));
  EXPECT_EQ(layer.qkv_bias.value.sizes(), at::IntArrayRef({24}));
  EXPECT_EQ(layer.q_norm.value.sizes(), at::IntArrayRef({6}));
  EXPECT_EQ(layer.output.value.sizes(), at::IntArrayRef({8, 12}));
  EXPECT_EQ(layer.gate_up.value.sizes(), at::IntArrayRef({24, 8}));
  EXPECT_EQ(layer.down.value.sizes(), at::IntArrayRef({8, 12}));
  EXPECT_FALSE(layer.gate_up_bias.defined());
  layer.qkv.value.fill_(3.0);
  layer.qkv.gradient.fill_(4.0);
  // The last of 24 · 8.
  const int64_t offset = weights.layout.layers[1].qkv.offset;
  EXPECT_EQ(flat[offset].item<float>(), 3.0F);
  EXPECT_EQ(gradient[offset + 191].item<float>(), 4.0F);
  EXPECT_FALSE(ViewWeights(config_, flat).embedding.gradient.defined());
}

}  // namespace
}  // namespace whet
