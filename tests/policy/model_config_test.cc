#include "policy/model_config.h"

#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "policy/weight_layout.h"

namespace whet {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A config.json of small sizes; a member of `changes` replaces that of the same name.
Json ConfigJson(absl::string_view architecture, absl::string_view changes = "{}") {
  Json json = *Json::Parse(R"({"vocab_size": 96, "hidden_size": 32, "num_hidden_layers": 2,
      "num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 48,
      "max_position_embeddings": 64, "rms_norm_eps": 1e-5, "hidden_act": "silu"})");
  json.Set("architectures", Json::Array({architecture}));
  const Json changed = *Json::Parse(changes);
  const absl::Span<const Json::Member> members = *changed.Members();
  for (const Json::Member& member : members) json.Set(member.key, member.value);
  return json;
}

absl::StatusOr<ModelConfig> Parse(absl::string_view architecture,
                                  absl::string_view changes = "{}") {
  return ParseModelConfig(ConfigJson(architecture, changes));
}

// The message with which a Llama of `changes` is refused.
std::string Refusal(absl::string_view changes,
                    absl::string_view architecture = "LlamaForCausalLM") {
  const absl::Status status = Parse(architecture, changes).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status) || absl::IsNotFound(status))
      << changes << ": " << status;
  return std::string(status.message());
}

TEST(ModelConfigTest, SizesAreRead) {
  const ModelConfig config = Parse("LlamaForCausalLM").value();
  EXPECT_EQ(config.architecture, "LlamaForCausalLM");
  EXPECT_EQ(config.vocabulary, 96);
  EXPECT_EQ(config.hidden, 32);
  EXPECT_EQ(config.layers, 2);
  EXPECT_EQ(config.heads, 4);
  EXPECT_EQ(config.kv_heads, 2);
  EXPECT_EQ(config.head_dim, 8);  // 32 / 4
  EXPECT_EQ(config.intermediate, 48);
  EXPECT_EQ(config.positions_max, 64);
  EXPECT_EQ(config.rms_norm_epsilon, 1e-5);
  EXPECT_FALSE(config.tied_head);
  EXPECT_TRUE(Parse("LlamaForCausalLM", R"({"tie_word_embeddings": true})").value().tied_head);
  EXPECT_EQ(Parse("LlamaForCausalLM", R"({"head_dim": 16})").value().head_dim, 16);
  EXPECT_EQ(Parse("LlamaForCausalLM", R"({"head_dim": null})").value().head_dim, 8);
  EXPECT_EQ(Parse("LlamaForCausalLM", R"({"num_key_value_heads": null})").value().kv_heads, 4);
}

TEST(ModelConfigTest, FamiliesDifferInTheirBiasesAndNorms) {
  struct Case {
    const char* architecture;
    const char* changes;
    bool qkv_bias;
    bool output_bias;
    bool qk_norm;
  };
  const Case cases[] = {
      {"LlamaForCausalLM", "{}", false, false, false},
      {"LlamaForCausalLM", R"({"attention_bias": true})", true, true, false},
      {"MistralForCausalLM", R"({"sliding_window": null})", false, false, false},
      {"Qwen2ForCausalLM", "{}", true, false, false},
      {"Qwen2ForCausalLM", R"({"attention_bias": false})", true, false, false},
      {"Qwen2ForCausalLM", R"({"attention_bias": true})", true, false, false},
      {"Qwen3ForCausalLM", "{}", false, false, true},
      {"Qwen3ForCausalLM", R"({"attention_bias": true})", true, true, true},
  };
  for (const Case& c : cases) {
    const ModelConfig config = Parse(c.architecture, c.changes).value();
    EXPECT_EQ(config.qkv_bias, c.qkv_bias) << c.architecture << c.changes;
    EXPECT_EQ(config.output_bias, c.output_bias) << c.architecture << c.changes;
    EXPECT_EQ(config.qk_norm, c.qk_norm) << c.architecture << c.changes;
    EXPECT_FALSE(config.mlp_bias);
  }
  EXPECT_TRUE(Parse("LlamaForCausalLM", R"({"mlp_bias": true})").value().mlp_bias);
}

TEST(ModelConfigTest, OtherArchitecturesAreRefusedByName) {
  EXPECT_THAT(Refusal("{}", "Gemma2ForCausalLM"),
              AllOf(HasSubstr("Gemma2ForCausalLM"), HasSubstr("Qwen3ForCausalLM")));
  EXPECT_THAT(Refusal(R"({"architectures": null})"), HasSubstr("architectures"));
  EXPECT_THAT(Refusal(R"({"architectures": []})"), HasSubstr("architectures"));
  EXPECT_THAT(Refusal(R"({"architectures": "LlamaForCausalLM"})"), HasSubstr("array"));
  EXPECT_THAT(Refusal(R"({"hidden_act": "gelu"})"),
              AllOf(HasSubstr("hidden_act"), HasSubstr("gelu")));
}

TEST(ModelConfigTest, RewardModelsAreOfTheSameFamilies) {
  for (const char* const family : {"Llama", "Mistral", "Qwen2", "Qwen3"}) {
    const std::string changes = R"({"sliding_window": null, "num_labels": 1})";
    const ModelConfig causal = Parse(absl::StrCat(family, "ForCausalLM"), changes).value();
    const ModelConfig reward =
        Parse(absl::StrCat(family, "ForSequenceClassification"), changes).value();
    EXPECT_EQ(causal.kind, ModelKind::kCausalLm);
    EXPECT_EQ(causal.labels, 0);
    EXPECT_EQ(reward.kind, ModelKind::kRewardModel);
    EXPECT_EQ(reward.labels, 1);
    EXPECT_EQ(reward.qkv_bias, causal.qkv_bias);
    EXPECT_EQ(reward.qk_norm, causal.qk_norm);
  }
}

TEST(ModelConfigTest, LabelsAreCountedAsTransformersDoes) {
  const auto labels = [](absl::string_view changes) {
    return Parse("Qwen3ForSequenceClassification", changes).value().labels;
  };
  EXPECT_EQ(labels("{}"), 2);
  EXPECT_EQ(labels(R"({"num_labels": 5})"), 5);
  EXPECT_EQ(labels(R"({"num_labels": 5, "id2label": {"0": "a", "1": "b", "2": "c"}})"), 3);
  EXPECT_THAT(Refusal(R"({"num_labels": 0})", "Qwen3ForSequenceClassification"),
              HasSubstr("num_labels"));
  EXPECT_EQ(Parse("Qwen3ForSequenceClassification", R"({"pad_token_id": 7})").value().pad_id, 7);
}

TEST(ModelConfigTest, WhatIsMissingIsNamed) {
  for (const char* const key : {"vocab_size", "hidden_size", "num_hidden_layers",
                                "num_attention_heads", "intermediate_size"}) {
    EXPECT_THAT(Refusal(absl::StrCat("{\"", key, "\": null}")), HasSubstr(key));
    EXPECT_THAT(Refusal(absl::StrCat("{\"", key, "\": \"8\"}")), HasSubstr(key));
    EXPECT_THAT(Refusal(absl::StrCat("{\"", key, "\": 8.5}")), HasSubstr(key));
  }
}

TEST(ModelConfigTest, AbsurdSizesAreRefusedByName) {
  for (const char* const key :
       {"vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads",
        "num_key_value_heads", "intermediate_size", "head_dim", "max_position_embeddings"}) {
    for (const char* const value : {"0", "-4", "9223372036854775807", "1e18"}) {
      EXPECT_THAT(Refusal(absl::StrCat("{\"", key, "\": ", value, "}")), HasSubstr(key)) << value;
    }
  }
  EXPECT_THAT(Refusal(R"({"num_attention_heads": 6, "num_key_value_heads": 4, "head_dim": 8})"),
              AllOf(HasSubstr("num_key_value_heads"), HasSubstr("num_attention_heads")));
  EXPECT_THAT(Refusal(R"({"head_dim": 7})"), HasSubstr("head_dim"));
  EXPECT_THAT(Refusal(R"({"rms_norm_eps": -1e-6})"), HasSubstr("rms_norm_eps"));
}

// 2^30 rows of 2^30 would still be a number, 2^12 layers of it not.
TEST(ModelConfigTest, SizesThatAreAbsurdOnlyTogetherAreRefused) {
  EXPECT_THAT(Refusal(R"({"hidden_size": 1073741824, "intermediate_size": 1073741824,
                          "head_dim": 8, "num_hidden_layers": 4096})"),
              HasSubstr("parameters"));
  EXPECT_THAT(Refusal(R"({"hidden_size": 1073741824, "num_attention_heads": 1073741824,
                          "num_key_value_heads": 1073741824, "head_dim": 512})"),
              HasSubstr("parameters"));
  EXPECT_THAT(Refusal(R"({"num_hidden_layers": 1000000000})"), HasSubstr("num_hidden_layers"));
}

TEST(ModelConfigTest, EndOfSequenceIdsAreANumberOrAListOrNothing) {
  const auto ids = [](absl::string_view changes) {
    return Parse("LlamaForCausalLM", changes).value().eos_ids;
  };
  EXPECT_THAT(ids("{}"), IsEmpty());
  EXPECT_THAT(ids(R"({"eos_token_id": null})"), IsEmpty());
  EXPECT_THAT(ids(R"({"eos_token_id": 7})"), ElementsAre(7));
  EXPECT_THAT(ids(R"({"eos_token_id": [7, 9]})"), ElementsAre(7, 9));
  EXPECT_THAT(Refusal(R"({"eos_token_id": "7"})"), HasSubstr("eos_token_id"));
  EXPECT_THAT(Refusal(R"({"eos_token_id": [7, "9"]})"), HasSubstr("eos_token_id"));
}

TEST(ModelConfigTest, AWindowIsRefusedWhereItWouldBeFelt) {
  constexpr char kShort[] = R"({"sliding_window": 32})";  // Of a context of 64.
  EXPECT_THAT(Refusal(kShort, "MistralForCausalLM"), HasSubstr("sliding_window"));
  EXPECT_TRUE(Parse("MistralForCausalLM", R"({"sliding_window": 64})").ok());
  EXPECT_TRUE(Parse("MistralForCausalLM", R"({"sliding_window": null})").ok());
  // Mistral has one of 4,096 unless told otherwise.
  EXPECT_THAT(Refusal(R"({"max_position_embeddings": 8192})", "MistralForCausalLM"),
              HasSubstr("sliding_window"));
  EXPECT_TRUE(Parse("MistralForCausalLM", R"({"max_position_embeddings": 4096})").ok());
  // Qwen has one only if it says that it uses it.
  EXPECT_TRUE(Parse("Qwen2ForCausalLM", kShort).ok());
  EXPECT_TRUE(
      Parse("Qwen3ForCausalLM", R"({"sliding_window": 32, "use_sliding_window": false})").ok());
  EXPECT_THAT(Refusal(R"({"sliding_window": 32, "use_sliding_window": true})", "Qwen2ForCausalLM"),
              HasSubstr("sliding_window"));
}

TEST(RopeTest, BothFormsOfItsSettingsSayTheSame) {
  const RopeConfig now = Parse("LlamaForCausalLM", R"({"rope_parameters": {"rope_type": "llama3",
      "rope_theta": 500000.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
      "original_max_position_embeddings": 64}})")
                             .value()
                             .rope;
  const RopeConfig then = Parse("LlamaForCausalLM", R"({"rope_theta": 500000.0, "rope_scaling":
      {"type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
      "original_max_position_embeddings": 64}})")
                              .value()
                              .rope;
  for (const RopeConfig& rope : {now, then}) {
    EXPECT_EQ(rope.theta, 500000.0);
    EXPECT_EQ(rope.scaling, RopeScaling::kLlama3);
    EXPECT_EQ(rope.factor, 8.0);
    EXPECT_EQ(rope.low_frequency_factor, 1.0);
    EXPECT_EQ(rope.high_frequency_factor, 4.0);
    EXPECT_EQ(rope.positions_trained, 64);
  }
}

void ExpectFrequencies(const RopeFrequencies& f,
                       const std::vector<std::pair<int, double>>& wanted) {
  for (const auto& [i, value] : wanted) {
    EXPECT_NEAR(f.frequency[static_cast<size_t>(i)] / value, 1.0, 2e-7) << "frequency " << i;
  }
}

TEST(RopeTest, WithoutScalingFrequenciesArePowersOfTheta) {
  const RopeConfig rope = Parse("LlamaForCausalLM", R"({"rope_theta": 100.0})").value().rope;
  const RopeFrequencies f = RopeFrequenciesOf(rope, 8);
  // 100^(-2i/8) = 10^(-i/2)
  ExpectFrequencies(f, {{0, 1.0}, {1, std::sqrt(0.1)}, {2, 0.1}, {3, std::sqrt(0.001)}});
  EXPECT_EQ(f.frequency.size(), 4);
  EXPECT_EQ(f.attention_factor, 1.0F);
  EXPECT_EQ(Parse("LlamaForCausalLM").value().rope.theta, 10000.0);
}

TEST(RopeTest, LinearScalingDividesAllByTheFactor) {
  RopeConfig rope =
      Parse("LlamaForCausalLM", R"({"rope_scaling": {"rope_type": "linear", "factor": 4.0}})")
          .value()
          .rope;
  rope.theta = 100.0;
  EXPECT_THAT(RopeFrequenciesOf(rope, 4).frequency, ElementsAre(0.25F, 0.025F));
}

// Llama 3.2 1B.
TEST(RopeTest, Llama3KeepsShortWavesAndStretchesLongOnes) {
  const RopeConfig rope = Parse("LlamaForCausalLM", R"({"rope_theta": 500000.0, "rope_scaling": {
      "rope_type": "llama3", "factor": 32.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
      "original_max_position_embeddings": 8192}})")
                              .value()
                              .rope;
  const RopeFrequencies f = RopeFrequenciesOf(rope, 64);
  ASSERT_EQ(f.frequency.size(), 32);
  ExpectFrequencies(f, {{0, 1.0},
                        {14, 3.211445995e-3},
                        {15, 1.290547928e-3},
                        {16, 4.295567966e-4},
                        {17, 9.708287803e-5},
                        {18, 1.946163818e-5},
                        {31, 9.418306725e-8}});
  EXPECT_EQ(f.attention_factor, 1.0F);
}

// DeepSeek V3.
TEST(RopeTest, YarnBlendsByDimensionAndSharpens) {
  const auto yarn = [](absl::string_view more) {
    return RopeFrequenciesOf(
        Parse("LlamaForCausalLM",
              absl::StrCat(R"({"rope_theta": 10000.0, "rope_scaling": {"rope_type": "yarn",
                "factor": 40.0, "beta_fast": 32, "beta_slow": 1,
                "original_max_position_embeddings": 4096)",
                           more, "}}"))
            .value()
            .rope,
        64);
  };
  const RopeFrequencies f = yarn("");
  // The ramp runs from dimension 10 to dimension 23.
  ExpectFrequencies(f, {{10, 5.623413252e-2},
                        {15, 8.334508951e-3},
                        {20, 7.905694150e-4},
                        {23, 3.333803580e-5},
                        {31, 3.333803580e-6}});
  EXPECT_NEAR(f.attention_factor, 1.368887945, 1e-6);  // 0.1 ln 40 + 1
  EXPECT_EQ(yarn(R"(, "attention_factor": 1.5)").attention_factor, 1.5F);
  EXPECT_EQ(yarn(R"(, "mscale": 1.0, "mscale_all_dim": 1.0)").attention_factor, 1.0F);
  // (0.1 · 2 ln 40 + 1) / (0.1 ln 40 + 1) = 1.737775890 / 1.368887945
  EXPECT_NEAR(yarn(R"(, "mscale": 2.0, "mscale_all_dim": 1.0)").attention_factor, 1.26948, 1e-5);
}

// dimension(β) = 64 ln(4096 / 2πβ) / (2 ln 10000): 10.472 for 32 turns, 22.514 for 1.
TEST(RopeTest, YarnWithoutTruncationHasARampBetweenDimensions) {
  const RopeConfig rope = Parse("LlamaForCausalLM", R"({"rope_scaling": {"rope_type": "yarn",
      "factor": 40.0, "original_max_position_embeddings": 4096, "truncate": false}})")
                              .value()
                              .rope;
  const double low = 64 * std::log(4096 / (32 * 2 * M_PI)) / (2 * std::log(10000.0));
  const double high = 64 * std::log(4096 / (2 * M_PI)) / (2 * std::log(10000.0));
  const double ramp = (15 - low) / (high - low);
  const double plain = std::pow(10000.0, -30.0 / 64);
  ExpectFrequencies(RopeFrequenciesOf(rope, 64), {{10, std::pow(10000.0, -20.0 / 64)},
                                                  {15, plain / 40 * ramp + plain * (1 - ramp)},
                                                  {23, std::pow(10000.0, -46.0 / 64) / 40}});
}

TEST(RopeTest, OtherTypesAreRefusedByTheirKey) {
  for (const char* const type : {"dynamic", "longrope", "su", "mrope"}) {
    EXPECT_THAT(
        Refusal(absl::StrCat(R"({"rope_scaling": {"type": ")", type, R"(", "factor": 2.0}})")),
        AllOf(HasSubstr("rope_scaling"), HasSubstr(type)));
    EXPECT_THAT(Refusal(absl::StrCat(R"({"rope_parameters": {"rope_type": ")", type, R"("}})")),
                AllOf(HasSubstr("rope_parameters"), HasSubstr(type)));
  }
  EXPECT_THAT(Refusal(R"({"rope_scaling": "linear"})"), HasSubstr("rope_scaling"));
}

TEST(RopeTest, RotatingAPartOfEachHeadIsRefusedWhereverItStands) {
  EXPECT_THAT(Refusal(R"({"partial_rotary_factor": 0.5})"), HasSubstr("partial_rotary_factor"));
  EXPECT_THAT(Refusal(R"({"rope_parameters": {"partial_rotary_factor": 0.5}})"),
              HasSubstr("partial_rotary_factor"));
  EXPECT_TRUE(Parse("LlamaForCausalLM", R"({"partial_rotary_factor": 1.0})").ok());
}

TEST(RopeTest, NumbersThatGiveNoFrequenciesAreRefused) {
  EXPECT_THAT(Refusal(R"({"rope_theta": 0})"), HasSubstr("rope_theta"));
  EXPECT_THAT(Refusal(R"({"rope_theta": 1})"), HasSubstr("rope_theta"));
  EXPECT_THAT(Refusal(R"({"rope_scaling": {"rope_type": "linear"}})"), HasSubstr("factor"));
  EXPECT_THAT(Refusal(R"({"rope_scaling": {"rope_type": "linear", "factor": 0}})"),
              HasSubstr("rope_scaling"));
  EXPECT_THAT(Refusal(R"({"rope_scaling": {"rope_type": "yarn", "factor": 2,
                          "original_max_position_embeddings": -1}})"),
              HasSubstr("rope_scaling"));
  EXPECT_THAT(Refusal(R"({"rope_scaling": {"rope_type": "llama3", "factor": 2,
                          "low_freq_factor": 4, "high_freq_factor": 4}})"),
              HasSubstr("high_freq_factor"));
  EXPECT_THAT(Refusal(R"({"rope_scaling": {"rope_type": "llama3", "factor": 2,
                          "low_freq_factor": 0, "high_freq_factor": 4}})"),
              HasSubstr("low_freq_factor"));
}

TEST(WeightLayoutTest, SlotsLieInOrderAndDoNotOverlap) {
  for (const char* const architecture :
       {"LlamaForCausalLM", "Qwen2ForCausalLM", "Qwen3ForCausalLM"}) {
    const WeightLayout layout =
        LayoutOf(Parse(architecture, R"({"attention_bias": true, "mlp_bias": true})").value());
    int64_t end = 0;
    for (const WeightSlot& slot : layout.slots) {
      EXPECT_GE(slot.offset, end) << slot.name;
      EXPECT_LT(slot.offset, end + 32) << slot.name;
      int64_t count = 1;
      for (const int64_t length : slot.shape) count *= length;
      EXPECT_EQ(slot.count, count) << slot.name;
      end = slot.offset + slot.count;
      // Matrices decay; norms and biases, which follow, do not.
      EXPECT_EQ(slot.shape.size() == 2, end <= layout.decay_end) << slot.name;
    }
    EXPECT_EQ(layout.total, end);
  }
}

TEST(WeightLayoutTest, WhatIsMultipliedTogetherLiesEndToEnd) {
  const WeightLayout layout = LayoutOf(Parse("LlamaForCausalLM").value());
  const LayerRanges& layer = layout.layers[1];
  const auto slot = [&](absl::string_view name) {
    for (const WeightSlot& s : layout.slots) {
      if (s.name == name) return s;
    }
    ADD_FAILURE() << name;
    return WeightSlot();
  };
  // Four query heads, two key heads, 8 wide.
  constexpr int64_t kHidden = 32;
  EXPECT_EQ(layer.qkv.rows, 4 * 8 + 2 * 8 + 2 * 8);
  EXPECT_EQ(layer.qkv.columns, kHidden);
  EXPECT_EQ(slot("model.layers.1.self_attn.q_proj.weight").offset, layer.qkv.offset);
  EXPECT_EQ(slot("model.layers.1.self_attn.k_proj.weight").offset, layer.qkv.offset + 32 * kHidden);
  EXPECT_EQ(slot("model.layers.1.self_attn.v_proj.weight").offset, layer.qkv.offset + 48 * kHidden);
  EXPECT_EQ(layer.gate_up.rows, 2 * 48);
  EXPECT_EQ(slot("model.layers.1.mlp.gate_proj.weight").offset, layer.gate_up.offset);
  EXPECT_EQ(slot("model.layers.1.mlp.up_proj.weight").offset, layer.gate_up.offset + 48 * kHidden);
  EXPECT_EQ(layer.qkv_bias.rows, 0);
  EXPECT_EQ(layer.q_norm.rows, 0);
}

TEST(WeightLayoutTest, ATiedHeadIsTheEmbedding) {
  const WeightLayout own = LayoutOf(Parse("LlamaForCausalLM").value());
  const WeightLayout tied =
      LayoutOf(Parse("LlamaForCausalLM", R"({"tie_word_embeddings": true})").value());
  EXPECT_NE(own.head.offset, own.embedding.offset);
  EXPECT_EQ(tied.head.offset, tied.embedding.offset);
  EXPECT_EQ(ParameterCount(own) - ParameterCount(tied), 96 * 32);
  // Embedding and head 96 · 32 each; a layer's q 32·32, k and v 16·32 each, o 32·32, three matrices
  // of 48·32 and two norms of 32; the last norm 32: 2·3072 + 2·(3072 + 4608 + 64) + 32.
  EXPECT_EQ(ParameterCount(own), 21664);
}

}  // namespace
}  // namespace whet
