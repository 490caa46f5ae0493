#include "policy/reward_model.h"

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/atomic_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/policy/tiny_model.h"
#include "text/json.h"

namespace whet {
namespace {

using ::testing::HasSubstr;

using Texts = std::vector<std::vector<int32_t>>;

std::string ConfigText(absl::string_view changes = "{}") {
  Json json = *Json::Parse(R"({
    "architectures": ["Qwen3ForSequenceClassification"], "vocab_size": 40, "hidden_size": 32,
    "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4,
    "num_key_value_heads": 2, "head_dim": 8, "max_position_embeddings": 64,
    "initializer_range": 0.3, "torch_dtype": "float32", "pad_token_id": 0,
    "id2label": {"0": "LABEL_0"}})");
  const Json changed = *Json::Parse(changes);
  const absl::Span<const Json::Member> members = *changed.Members();
  for (const Json::Member& member : members) json.Set(member.key, member.value);
  return json.Dump();
}

std::unique_ptr<ScoreModel> Make(const Checkpoint& checkpoint, RewardModelOptions options = {},
                                 ComputeType type = ComputeType::kF32) {
  options.compute = TestCompute(type);
  return MakeRewardModel(checkpoint, options).value();
}

std::vector<double> ValuesOf(ScoreModel* model, const Texts& texts) {
  std::vector<double> values;
  for (const absl::StatusOr<double>& value : model->Score(texts)) values.push_back(value.value());
  return values;
}

// Groups of texts of different lengths that begin alike.
Texts SomeTexts() {
  Texts texts;
  for (int i = 0; i < 12; ++i) {
    std::vector<int32_t> text;
    text.reserve(47);
    for (int j = 0; j < 7; ++j) text.push_back(1 + (j * 5 + i / 4) % 39);
    for (int j = 0; j < 1 + i * 7 % 40; ++j) text.push_back(1 + (i * 11 + j * j) % 39);
    texts.push_back(std::move(text));
  }
  return texts;
}

class RewardModelTest : public ::testing::Test {
 protected:
  static Checkpoint Open(absl::string_view changes = "{}") {
    return MakeRandomCheckpoint("reward_model_test", ConfigText(changes), ModelKind::kRewardModel);
  }
};

// tests/policy/reward_model_golden.py made them.
TEST_F(RewardModelTest, GivesTheValuesOfTransformers) {
  const Json golden = *Json::Parse(ReadFile(REWARD_MODEL_GOLDEN).value());
  Texts texts;
  const absl::Span<const Json> sequences = *golden.GetElements("sequences");
  for (const Json& sequence : sequences) {
    const absl::Span<const Json> ids = *sequence.Elements();
    texts.emplace_back();
    for (const Json& id : ids) texts.back().push_back(static_cast<int32_t>(*id.Int()));
  }
  const absl::Span<const Json> models = *golden.GetElements("models");
  ASSERT_FALSE(models.empty());
  // All are written before anything is compared: the script reads them.
  std::vector<Checkpoint> checkpoints;
  checkpoints.reserve(models.size());
  for (size_t m = 0; m < models.size(); ++m) {
    checkpoints.push_back(MakeRandomCheckpoint(absl::StrCat("reward_model_", m),
                                               models[m].Find("config")->Dump(),
                                               ModelKind::kRewardModel, m));
  }
  for (size_t m = 0; m < models.size(); ++m) {
    const Checkpoint& checkpoint = checkpoints[m];
    const absl::Span<const Json> logits = *models[m].GetElements("logits");
    ASSERT_EQ(logits.size(), texts.size());
    for (int64_t label = 0; label < checkpoint.config().labels; ++label) {
      const std::vector<double> values =
          ValuesOf(Make(checkpoint, {.compute = {}, .label = label}).get(), texts);
      for (size_t i = 0; i < texts.size(); ++i) {
        const absl::Span<const Json> row = *logits[i].Elements();
        ASSERT_EQ(static_cast<int64_t>(row.size()), checkpoint.config().labels);
        EXPECT_NEAR(values[i], *row[static_cast<size_t>(label)].Double(), 1e-4)
            << checkpoint.config().architecture << ", sequence " << i << ", label " << label;
      }
    }
  }
}

TEST_F(RewardModelTest, AValueIsTheSameAloneAndInCompany) {
  const Checkpoint checkpoint = Open();
  const Texts texts = SomeTexts();
  for (const ComputeType type : {ComputeType::kF32, ComputeType::kBf16}) {
    const std::vector<double> together = ValuesOf(Make(checkpoint, {}, type).get(), texts);
    for (const int64_t rows : {1, 50, 100000}) {
      const std::unique_ptr<ScoreModel> model =
          Make(checkpoint, {.compute = {}, .micro_batch_tokens = rows}, type);
      EXPECT_EQ(ValuesOf(model.get(), texts), together) << rows;
      Texts reversed(texts.rbegin(), texts.rend());
      EXPECT_EQ(ValuesOf(model.get(), reversed),
                std::vector<double>(together.rbegin(), together.rend()))
          << rows;
      for (size_t i = 0; i < texts.size(); ++i) {
        EXPECT_EQ(ValuesOf(model.get(), {texts[i]}).at(0), together[i]) << rows << ", " << i;
      }
    }
  }
}

TEST_F(RewardModelTest, WhatIsTooLongOrEmptyHasNoValueAndSpoilsNoOther) {
  const std::unique_ptr<ScoreModel> model = Make(Open(), {.compute = {}, .tokens_max = 5});
  const std::vector<double> good = ValuesOf(model.get(), {{1, 2, 3, 4, 5}, {6}});
  // Padding at the end is not counted, nor anything else.
  const std::vector<absl::StatusOr<double>> values =
      model->Score({{1, 2, 3, 4, 5, 0, 0}, {1, 2, 3, 4, 5, 6}, {}, {6}, {0, 0}});
  EXPECT_EQ(values[0].value(), good[0]);
  EXPECT_THAT(std::string(values[1].status().message()),
              HasSubstr("6 tokens, more than the reward model's 5"));
  EXPECT_TRUE(absl::IsInvalidArgument(values[2].status()));
  EXPECT_EQ(values[3].value(), good[1]);
  EXPECT_TRUE(absl::IsInvalidArgument(values[4].status()));
}

TEST_F(RewardModelTest, ReadsNoMoreThanItsContext) {
  const std::unique_ptr<ScoreModel> model = Make(Open());
  const std::vector<absl::StatusOr<double>> values =
      model->Score({std::vector<int32_t>(64, 1), std::vector<int32_t>(65, 1)});
  EXPECT_TRUE(values[0].ok());
  EXPECT_THAT(std::string(values[1].status().message()), HasSubstr("65 tokens"));
}

TEST_F(RewardModelTest, AValueThatIsNotFiniteIsNone) {
  const std::unique_ptr<ScoreModel> model = Make(Open(R"({"initializer_range": 1e300})"));
  EXPECT_TRUE(absl::IsInternal(model->Score({{1, 2, 3}}).at(0).status()));
}

TEST_F(RewardModelTest, OfSeveralLabelsOneHasToBeChosen) {
  const Checkpoint three = Open(R"({"id2label": {"0": "a", "1": "b", "2": "c"}})");
  const auto refusal = [&](std::optional<int64_t> label) {
    return std::string(
        MakeRewardModel(three, {.compute = TestCompute(), .label = label}).status().message());
  };
  EXPECT_THAT(refusal(std::nullopt), HasSubstr("has 3 labels; choose"));
  EXPECT_THAT(refusal(3), HasSubstr("there is no label 3; choose one from 0 to 2"));
  EXPECT_EQ(refusal(2), "");
}

TEST_F(RewardModelTest, CallsOfSeveralThreadsDoNotMix) {
  const std::unique_ptr<ScoreModel> model = Make(Open());
  const Texts texts = SomeTexts();
  const std::vector<double> together = ValuesOf(model.get(), texts);
  std::vector<double> values(texts.size());
  std::vector<std::thread> threads;
  threads.reserve(texts.size());
  for (size_t i = 0; i < texts.size(); ++i) {
    threads.emplace_back([&, i] { values[i] = ValuesOf(model.get(), {texts[i]}).at(0); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(values, together);
}

}  // namespace
}  // namespace whet
