#include "policy/gguf_import.h"

#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <map>
#include <numbers>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/atomic_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "policy/checkpoint.h"
#include "policy/gguf_types.h"
#include "tests/policy/gguf_writer.h"
#include "text/tokenizer.h"

namespace whet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr uint32_t kF32 = 0;
constexpr uint32_t kF16 = 1;
constexpr uint32_t kQ80 = 8;

// Two layers, hidden 32, two heads of 8 over one key-value head, MLP of 32, 8 rows of embedding.
struct TensorData {
  std::vector<int64_t> shape;
  uint32_t type = kF32;
  std::string bytes;
};

std::string Floats(size_t count, float value) { return BytesOf(std::vector<float>(count, value)); }

// Row i is all i.
TensorData NumberedRows(int64_t rows, int64_t columns) {
  std::string bytes;
  for (int64_t i = 0; i < rows; ++i) {
    bytes += Floats(static_cast<size_t>(columns), static_cast<float>(i));
  }
  return {.shape = {rows, columns}, .bytes = bytes};
}

TensorData NumberedVector(int64_t size) {
  return {.shape = {size}, .bytes = NumberedRows(size, 1).bytes};
}

class GgufImportTest : public ::testing::Test {
 protected:
  GgufImportTest() {
    std::string pattern = absl::StrCat(::testing::TempDir(), "/gguf_XXXXXX");
    root_ = mkdtemp(pattern.data());
    SetArchitecture("llama");
    tensors_["token_embd.weight"] = NumberedRows(8, 32);
    tensors_["output_norm.weight"] = NumberedVector(32);
    for (const char* const layer : {"blk.0.", "blk.1."}) {
      const auto add = [&](absl::string_view name, TensorData tensor) {
        tensors_[absl::StrCat(layer, name, ".weight")] = std::move(tensor);
      };
      add("attn_norm", NumberedVector(32));
      add("ffn_norm", NumberedVector(32));
      add("attn_q", NumberedRows(16, 32));
      add("attn_k", NumberedRows(8, 32));
      add("attn_v", NumberedRows(8, 32));
      add("attn_output", NumberedRows(32, 16));
      add("ffn_gate", NumberedRows(32, 32));
      add("ffn_up", NumberedRows(32, 32));
      add("ffn_down", NumberedRows(32, 32));
    }
  }
  ~GgufImportTest() override { RemoveAll(root_).IgnoreError(); }

  void SetArchitecture(const std::string& name) { architecture_ = name; }

  // Adds a key of the architecture.
  template <typename T>
  void AddKey(absl::string_view key, T value) {
    extra_.Add(absl::StrCat(architecture_, ".", key), value);
  }

  std::string Write() {
    GgufWriter writer = extra_;
    const auto add = [&](absl::string_view key, auto value) {
      writer.Add(absl::StrCat(architecture_, ".", key), value);
    };
    writer.Add("general.architecture", architecture_);
    add("block_count", uint32_t{2});
    add("context_length", uint32_t{128});
    add("embedding_length", uint32_t{32});
    add("feed_forward_length", uint32_t{32});
    add("attention.head_count", uint32_t{2});
    add("attention.head_count_kv", uint32_t{1});
    add("attention.key_length", uint32_t{8});
    add("attention.layer_norm_rms_epsilon", 1e-5f);
    add("rope.freq_base", 500000.0f);
    writer.Add("tokenizer.ggml.model", tokenizer_model_);
    writer.Add("tokenizer.ggml.pre", pre_);
    writer.Add("tokenizer.ggml.tokens", tokens_);
    writer.Add("tokenizer.ggml.token_type", token_types_);
    writer.Add("tokenizer.ggml.merges", merges_);
    for (const auto& [name, tensor] : tensors_) {
      writer.AddTensor(name, tensor.shape, tensor.type, tensor.bytes);
    }
    const std::string path = root_ + "/model.gguf";
    EXPECT_TRUE(WriteFileAtomically(path, writer.Bytes()).ok());
    return path;
  }

  absl::StatusOr<ImportedModel> Import(GgufImportType type = GgufImportType::kAuto) {
    return ImportGguf(Write(), Directory(), type);
  }

  std::string Directory() const { return root_ + "/model"; }

  // The message of an import that must fail and leave nothing.
  std::string ErrorOf(absl::StatusCode code) {
    const absl::Status status = Import().status();
    EXPECT_EQ(status.code(), code) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("/model.gguf: "));
    EXPECT_NE(access(Directory().c_str(), F_OK), 0);
    EXPECT_NE(access((Directory() + ".tmp").c_str(), F_OK), 0);
    return std::string(status.message());
  }
  std::string Damage() { return ErrorOf(absl::StatusCode::kDataLoss); }
  std::string Unsupported() { return ErrorOf(absl::StatusCode::kInvalidArgument); }

  Checkpoint Imported(GgufImportType type = GgufImportType::kAuto) {
    const absl::StatusOr<ImportedModel> model = Import(type);
    EXPECT_TRUE(model.ok()) << model.status();
    return Checkpoint::Open(Directory()).value();
  }

  Json JsonFile(absl::string_view name) const {
    return Json::Parse(ReadFile(absl::StrCat(Directory(), "/", name)).value()).value();
  }

  std::string root_;
  std::string architecture_;
  std::string tokenizer_model_ = "gpt2";
  std::string pre_ = "gpt-2";
  std::vector<std::string> tokens_ = {"a", "b", "ab", "Ġ", "<|end|>", "<think>", "[PAD6]"};
  std::vector<int32_t> token_types_ = {1, 1, 1, 1, 3, 4, 5};
  std::vector<std::string> merges_ = {"a b"};
  std::map<std::string, TensorData> tensors_;
  GgufWriter extra_;
};

// The first value of each row.
std::vector<float> FirstColumn(const TensorView& tensor) {
  std::vector<float> column;
  const size_t row_bytes = tensor.bytes.size() / static_cast<size_t>(tensor.shape[0]);
  for (int64_t row = 0; row < tensor.shape[0]; ++row) {
    float value = 0;
    std::memcpy(&value, tensor.bytes.data() + static_cast<size_t>(row) * row_bytes, sizeof(value));
    column.push_back(value);
  }
  return column;
}

TEST_F(GgufImportTest, WritesACheckpointThatOpens) {
  const ImportedModel model = Import().value();
  EXPECT_EQ(model.architecture, "LlamaForCausalLM");
  // Embedding and norm; per layer norms, q, k and v, output, MLP.
  const int64_t parameters = (8 + 1) * 32 + 2 * (2 * 32 + (16 + 8 + 8 + 16) * 32 + 3 * 32 * 32);
  EXPECT_EQ(model.parameters, parameters);
  EXPECT_EQ(model.bytes, 4 * parameters);
  const ModelConfig config = Checkpoint::Open(Directory())->config();
  EXPECT_EQ(config.vocabulary, 8);
  EXPECT_EQ(config.hidden, 32);
  EXPECT_EQ(config.layers, 2);
  EXPECT_EQ(config.heads, 2);
  EXPECT_EQ(config.kv_heads, 1);
  EXPECT_EQ(config.head_dim, 8);
  EXPECT_EQ(config.intermediate, 32);
  EXPECT_EQ(config.positions_max, 128);
  EXPECT_EQ(config.rms_norm_epsilon, 1e-5);
  EXPECT_EQ(config.rope.theta, 500000);
  EXPECT_EQ(config.rope.scaling, RopeScaling::kNone);
  EXPECT_TRUE(config.tied_head);
  EXPECT_FALSE(config.qkv_bias);
}

TEST_F(GgufImportTest, PutsTheRowsOfLlamasQueriesAndKeysBack) {
  const Checkpoint checkpoint = Imported();
  // Pairs (0, 1), (2, 3) … of a head of 8 become (0, 4), (1, 5) …: its row i is row 2i of the file,
  // its row 4 + i row 2i + 1.
  EXPECT_THAT(FirstColumn(*checkpoint.Tensor("model.layers.1.self_attn.q_proj.weight", {16, 32})),
              ElementsAre(0, 2, 4, 6, 1, 3, 5, 7, 8, 10, 12, 14, 9, 11, 13, 15));
  EXPECT_THAT(FirstColumn(*checkpoint.Tensor("model.layers.0.self_attn.k_proj.weight", {8, 32})),
              ElementsAre(0, 2, 4, 6, 1, 3, 5, 7));
  EXPECT_THAT(FirstColumn(*checkpoint.Tensor("model.layers.0.self_attn.v_proj.weight", {8, 32})),
              ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
}

TEST_F(GgufImportTest, PutsLlamasBiasesBackToo) {
  for (const char* const layer : {"blk.0.", "blk.1."}) {
    tensors_[absl::StrCat(layer, "attn_q.bias")] = NumberedVector(16);
    tensors_[absl::StrCat(layer, "attn_k.bias")] = NumberedVector(8);
    tensors_[absl::StrCat(layer, "attn_v.bias")] = NumberedVector(8);
    tensors_[absl::StrCat(layer, "attn_output.bias")] = NumberedVector(32);
  }
  EXPECT_THAT(FirstColumn(*Imported().Tensor("model.layers.0.self_attn.k_proj.bias", {8})),
              ElementsAre(0, 2, 4, 6, 1, 3, 5, 7));
}

TEST_F(GgufImportTest, LeavesTheRowsOfQwen2) {
  SetArchitecture("qwen2");
  for (const char* const layer : {"blk.0.", "blk.1."}) {
    tensors_[absl::StrCat(layer, "attn_q.bias")] = NumberedVector(16);
    tensors_[absl::StrCat(layer, "attn_k.bias")] = NumberedVector(8);
    tensors_[absl::StrCat(layer, "attn_v.bias")] = NumberedVector(8);
  }
  const Checkpoint checkpoint = Imported();
  EXPECT_EQ(checkpoint.config().architecture, "Qwen2ForCausalLM");
  EXPECT_TRUE(checkpoint.config().qkv_bias);
  EXPECT_FALSE(checkpoint.config().output_bias);
  for (const char* const kind : {"weight", "bias"}) {
    const std::vector<int64_t> shape =
        kind[0] == 'w' ? std::vector<int64_t>{8, 32} : std::vector<int64_t>{8};
    EXPECT_THAT(FirstColumn(*checkpoint.Tensor(
                    absl::StrCat("model.layers.0.self_attn.k_proj.", kind), shape)),
                ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
  }
}

TEST_F(GgufImportTest, ReadsQwen3sNormsOfHeads) {
  SetArchitecture("qwen3");
  for (const char* const layer : {"blk.0.", "blk.1."}) {
    tensors_[absl::StrCat(layer, "attn_q_norm.weight")] = NumberedVector(8);
    tensors_[absl::StrCat(layer, "attn_k_norm.weight")] = NumberedVector(8);
  }
  const Checkpoint checkpoint = Imported();
  EXPECT_TRUE(checkpoint.config().qk_norm);
  EXPECT_FALSE(checkpoint.config().qkv_bias);
  EXPECT_TRUE(checkpoint.Tensor("model.layers.1.self_attn.q_norm.weight", {8}).ok());
}

TEST_F(GgufImportTest, HasAHeadOfItsOwnWhereTheFileHas) {
  tensors_["output.weight"] = NumberedRows(8, 32);
  const Checkpoint checkpoint = Imported();
  EXPECT_FALSE(checkpoint.config().tied_head);
  EXPECT_TRUE(checkpoint.Tensor("lm_head.weight", {8, 32}).ok());
}

TEST_F(GgufImportTest, KeepsF16AndWritesQuantisedWeightsAsF32) {
  tensors_["token_embd.weight"] = {{8, 32}, kF16, BytesOf(std::vector<uint16_t>(256, 0x3c01))};
  // 8 blocks: scale 2, integers 3.
  std::string blocks;
  for (int i = 0; i < 8; ++i) blocks += BytesOf(uint16_t{0x4000}) + std::string(32, '\3');
  tensors_["blk.0.attn_v.weight"] = {{8, 32}, kQ80, blocks};
  const Checkpoint checkpoint = Imported();
  const TensorView half = checkpoint.Tensor("model.embed_tokens.weight", {8, 32}).value();
  EXPECT_EQ(half.type, TensorType::kF16);
  EXPECT_EQ(half.bytes[0], std::byte{0x01});
  const TensorView values =
      checkpoint.Tensor("model.layers.0.self_attn.v_proj.weight", {8, 32}).value();
  EXPECT_EQ(values.type, TensorType::kF32);
  EXPECT_EQ(FirstColumn(values)[7], 6.0f);
}

TEST_F(GgufImportTest, WritesEveryWeightAsTheTypeAskedFor) {
  tensors_["token_embd.weight"] = {{8, 32}, kF16, BytesOf(std::vector<uint16_t>(256, 0x3c01))};
  const Checkpoint checkpoint = Imported(GgufImportType::kBF16);
  const TensorView embedding = checkpoint.Tensor("model.embed_tokens.weight", {8, 32}).value();
  EXPECT_EQ(embedding.type, TensorType::kBF16);
  EXPECT_EQ(embedding.bytes[1], std::byte{0x3f});  // 1 + 2^-10 is 1, 0x3f80.
  EXPECT_EQ(checkpoint.Tensor("model.norm.weight", {32})->type, TensorType::kBF16);
  EXPECT_EQ(JsonFile("config.json").GetString("torch_dtype").value(), "bfloat16");

  ASSERT_TRUE(ImportGguf(Write(), root_ + "/f32", GgufImportType::kF32).ok());
  EXPECT_EQ(FirstColumn(
                *Checkpoint::Open(root_ + "/f32")->Tensor("model.embed_tokens.weight", {8, 32}))[0],
            1 + 0x1p-10f);
}

TEST_F(GgufImportTest, HasEveryIdThatEndsACompletion) {
  extra_.Add("tokenizer.ggml.bos_token_id", uint32_t{0});
  extra_.Add("tokenizer.ggml.eos_token_id", uint32_t{4});
  extra_.Add("tokenizer.ggml.eot_token_id", uint32_t{5});
  extra_.Add("tokenizer.ggml.eom_token_id", uint32_t{4});
  EXPECT_THAT(Imported().eos_ids(), ElementsAre(4, 5));
  EXPECT_EQ(JsonFile("config.json").GetInt("bos_token_id").value(), 0);
  EXPECT_EQ(JsonFile("tokenizer_config.json").GetString("eos_token").value(), "<|end|>");
}

// The factors that a file would have for these numbers.
TensorData RopeFactors(double factor, double positions) {
  std::vector<float> factors;
  for (int i = 0; i < 4; ++i) {
    const double turns = positions * std::pow(500000.0, -2.0 * i / 8) / (2 * std::numbers::pi);
    const double share = (turns - 1) / (4 - 1);  // 1: all short; 0: all long.
    factors.push_back(static_cast<float>(turns > 4   ? 1
                                         : turns < 1 ? factor
                                                     : 1 / ((1 - share) / factor + share)));
  }
  return {.shape = {4}, .bytes = BytesOf(factors)};
}

TEST_F(GgufImportTest, FindsLlama3sScalingFromItsFactors) {
  // With 512 positions, 512/2π = 81 and 3.1 turns: kept, and blended.
  for (const double positions : {8192, 512}) {
    tensors_["rope_freqs.weight"] = RopeFactors(32, positions);
    const RopeConfig rope = Imported().config().rope;
    EXPECT_EQ(rope.scaling, RopeScaling::kLlama3);
    EXPECT_EQ(rope.factor, 32);
    RopeConfig expected = rope;
    expected.positions_trained = positions;
    EXPECT_EQ(RopeFrequenciesOf(rope, 8).frequency, RopeFrequenciesOf(expected, 8).frequency);
    ASSERT_TRUE(RemoveAll(Directory()).ok());
  }
}

TEST_F(GgufImportTest, RefusesOtherFactorsOfFrequencies) {
  tensors_["rope_freqs.weight"] = {.shape = {4}, .bytes = Floats(4, 1.0f)};
  tensors_["rope_freqs.weight"].bytes.replace(0, 4, BytesOf(3.0f));
  EXPECT_THAT(Unsupported(), HasSubstr("tensor \"rope_freqs.weight\": its factors are not those"));
}

TEST_F(GgufImportTest, ReadsYarn) {
  AddKey("rope.scaling.type", "yarn");
  AddKey("rope.scaling.factor", 4.0f);
  AddKey("rope.scaling.original_context_length", uint32_t{32});
  const RopeConfig rope = Imported().config().rope;
  EXPECT_EQ(rope.scaling, RopeScaling::kYarn);
  EXPECT_EQ(rope.factor, 4);
  EXPECT_EQ(rope.positions_trained, 32);
}

TEST_F(GgufImportTest, RefusesModelsThatWouldComputeOtherwise) {
  AddKey("expert_count", uint32_t{8});
  EXPECT_THAT(Unsupported(), HasSubstr("\"llama.expert_count\" is 8"));
  extra_ = GgufWriter();
  AddKey("attention.sliding_window", uint32_t{64});
  EXPECT_THAT(Unsupported(), HasSubstr("a sliding window (of 64 tokens)"));
  extra_ = GgufWriter();
  AddKey("rope.dimension_count", uint32_t{4});
  EXPECT_THAT(Unsupported(), HasSubstr("\"llama.rope.dimension_count\" is 4"));
  extra_ = GgufWriter();
  SetArchitecture("gemma3");
  EXPECT_THAT(Unsupported(),
              HasSubstr("architecture \"gemma3\" is not supported; known are llama"));
}

TEST_F(GgufImportTest, RefusesTensorsThatAreNotTheModels) {
  tensors_["blk.0.attn_sinks.weight"] = NumberedVector(2);
  EXPECT_THAT(Unsupported(),
              HasSubstr("tensor \"blk.0.attn_sinks.weight\" is not part of a Llama"));
  tensors_.erase("blk.0.attn_sinks.weight");
  tensors_["blk.1.ffn_up.weight"] = NumberedRows(16, 32);
  EXPECT_THAT(Damage(), HasSubstr("tensor \"blk.1.ffn_up.weight\" has shape [16, 32], but the "
                                  "metadata asks for [32, 32]"));
  tensors_.erase("blk.1.ffn_up.weight");
  EXPECT_THAT(Damage(), HasSubstr("tensor \"blk.1.ffn_up.weight\" is missing"));
}

TEST_F(GgufImportTest, RefusesMoreTokensThanTheEmbeddingHasRows) {
  tokens_.insert(tokens_.end(), {"c", "d"});
  token_types_.insert(token_types_.end(), {1, 1});
  EXPECT_THAT(Damage(), HasSubstr("there are 9 tokens, but the embedding has 8 rows"));
}

TEST_F(GgufImportTest, RefusesADirectoryThatIsThere) {
  ASSERT_TRUE(Import().ok());
  const absl::Status again = Import().status();
  EXPECT_TRUE(absl::IsAlreadyExists(again)) << again;
}

}  // namespace
}  // namespace whet
