#include "rewards/model/model_score_rule.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "text/byte_level.h"
#include "text/json.h"

namespace whet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A byte a token, and <bos>, which goes before every text.
Tokenizer ByteTokenizer() {
  Json vocab = Json::Object();
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    std::string token;
    AppendByteLevel(absl::string_view(&c, 1), &token);
    vocab.Set(token, byte);
  }
  Json json = *Json::Parse(R"({"version": "1.0", "normalizer": null,
    "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "use_regex": false},
    "decoder": {"type": "ByteLevel"},
    "added_tokens": [{"id": 256, "content": "<bos>", "single_word": false, "lstrip": false,
                      "rstrip": false, "normalized": false, "special": true}],
    "post_processor": {"type": "TemplateProcessing",
      "single": [{"SpecialToken": {"id": "<bos>", "type_id": 0}},
                 {"Sequence": {"id": "A", "type_id": 0}}],
      "pair": [],
      "special_tokens": {"<bos>": {"id": "<bos>", "ids": [256], "tokens": ["<bos>"]}}}})");
  json.Set(
      "model",
      Json::Object({{"type", "BPE"}, {"vocab", std::move(vocab)}, {"merges", Json::Array({})}}));
  return Tokenizer::FromJson(json.Dump()).value();
}

// The value of a text is its length; one of more than `longest` tokens has none.
class LengthModel : public ScoreModel {
 public:
  LengthModel(std::vector<std::string>* read, size_t longest) : read_(*read), longest_(longest) {}

  std::vector<absl::StatusOr<double>> Score(
      absl::Span<const std::vector<int32_t>> sequences) override {
    std::vector<absl::StatusOr<double>> values;
    for (const std::vector<int32_t>& sequence : sequences) {
      read_.push_back(tokenizer_.Decode(sequence, SpecialTokens::kKeep));
      values.emplace_back(static_cast<double>(sequence.size()));
      if (sequence.size() > longest_) values.back() = absl::InvalidArgumentError("too long");
    }
    return values;
  }

 private:
  const Tokenizer tokenizer_ = ByteTokenizer();
  std::vector<std::string>& read_;
  const size_t longest_;
};

class ModelScoreRuleTest : public ::testing::Test {
 protected:
  // Of completions of a prompt in a template, "Q: 1+1? A:".
  std::vector<RewardPart> Parts(const std::vector<std::string>& texts,
                                const ModelTextOptions& options, size_t longest = 1000) {
    ModelScoreRule rule(std::make_unique<LengthModel>(&read_, longest), ByteTokenizer(), options);
    std::vector<Completion> completions;
    completions.reserve(texts.size());
    for (const std::string& text : texts) completions.push_back(ParseCompletion(text, {}));
    const Rollout rollout = {};
    std::vector<ScoreInput> inputs;
    inputs.reserve(completions.size());
    for (const Completion& completion : completions) {
      inputs.push_back(
          {.prompt = prompt_, .rollout = rollout, .completion = completion, .earlier = {}});
    }
    return rule.Score(inputs).value();
  }

  // What the model reads of one completion.
  std::string ReadOf(const std::string& text, const ModelTextOptions& options) {
    read_.clear();
    EXPECT_EQ(Parts({text}, options).size(), 1);
    return read_.at(0);
  }

  Prompt prompt_ = {.id = 1,
                    .question = "1+1?",
                    .text = "Q: 1+1? A:",
                    .tokens = {},
                    .ground_truth = "",
                    .data_source = "",
                    .extra = "{}"};
  std::vector<std::string> read_;
};

TEST_F(ModelScoreRuleTest, WithoutATemplateTheModelReadsOnFromThePrompt) {
  EXPECT_EQ(ReadOf("<think>a</think>\n\nTwo.", {}), "<bos>Q: 1+1? A:Two.");
  EXPECT_EQ(ReadOf("<think>a</think>\n\nTwo.", {.place = ModelPlace::kResponse}),
            "<bos>Q: 1+1? A:<think>a</think>\n\nTwo.");
  EXPECT_EQ(ReadOf(" Two.", {.place = ModelPlace::kResponse}), "<bos>Q: 1+1? A: Two.");
}

TEST_F(ModelScoreRuleTest, ATemplateTakesTheQuestionAndSpellsOutItsSpecialTokens) {
  const std::string text_template = "[{prompt}|{response}]";
  EXPECT_EQ(ReadOf("Two.", {.text_template = text_template}), "[1+1?|Two.]");
  EXPECT_EQ(ReadOf("Two.", {.text_template = "<bos>" + text_template}), "<bos>[1+1?|Two.]");
  // What is put in is not a template.
  EXPECT_EQ(ReadOf("{prompt}{response}", {.text_template = text_template}),
            "[1+1?|{prompt}{response}]");
  prompt_.question = R"([{"role": "system", "content": "s"}, {"role": "user", "content": "2+2?"}])";
  EXPECT_EQ(ReadOf("Four.", {.text_template = text_template}), "[2+2?|Four.]");
}

TEST_F(ModelScoreRuleTest, AThoughtThatNeverEndsHasAnEmptySummary) {
  EXPECT_EQ(ReadOf("<think>Two.", {.text_template = "({response})"}), "()");
}

TEST_F(ModelScoreRuleTest, GivesTheModelsValueWithoutAVerdict) {
  const std::vector<RewardPart> parts = Parts({"abc", "de"}, {.text_template = "{response}"});
  EXPECT_EQ(parts[0].value, 3.0);
  EXPECT_EQ(parts[1].value, 2.0);
  EXPECT_EQ(parts[0].verdict, std::nullopt);
}

TEST_F(ModelScoreRuleTest, WhatTheModelGivesNoValueToIsAFaultAndNoOther) {
  const std::vector<RewardPart> parts =
      Parts({"abcdef", "\xFF", "de"}, {.text_template = "{response}"}, 4);
  EXPECT_EQ(parts[0].value, std::nullopt);
  EXPECT_EQ(parts[0].verdict, Verdict::kFault);
  EXPECT_THAT(parts[0].message, HasSubstr("too long"));
  EXPECT_EQ(parts[1].verdict, Verdict::kFault);
  EXPECT_THAT(parts[1].message, HasSubstr("UTF-8"));
  EXPECT_EQ(parts[2].value, 2.0);
  EXPECT_THAT(read_, ElementsAre("abcdef", "de"));
}

}  // namespace
}  // namespace whet
