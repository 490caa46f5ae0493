#include "rollout/prompt_set.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/atomic_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "text/byte_level.h"
#include "text/json.h"

namespace whet {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// A token for each byte, so that tokens are as many as bytes.
Tokenizer ByteTokenizer() {
  Json vocab = Json::Object();
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    std::string token;
    AppendByteLevel(absl::string_view(&c, 1), &token);
    vocab.Set(token, byte);
  }
  const Json byte_level = *Json::Parse(R"({"type": "ByteLevel", "add_prefix_space": false})");
  const Json json = Json::Object(
      {{"pre_tokenizer", byte_level},
       {"decoder", byte_level},
       {"model", Json::Object({{"type", "BPE"}, {"vocab", vocab}, {"merges", Json::Array()}})}});
  return *Tokenizer::FromJson(json.Dump());
}

class PromptSetTest : public testing::Test {
 protected:
  // A file with these lines, in a folder of this test's own.
  static std::string File(const std::string& name, absl::string_view lines) {
    const std::string directory =
        absl::StrCat(testing::TempDir(), "/prompt_set_",
                     testing::UnitTest::GetInstance()->current_test_info()->name());
    EXPECT_TRUE(MakeDirectories(directory).ok());
    std::string path = absl::StrCat(directory, "/", name);
    EXPECT_TRUE(WriteFileAtomically(path, lines).ok());
    return path;
  }

  absl::StatusOr<PromptSet> ReadLines(absl::string_view lines,
                                      PromptSetOptions options = {}) const {
    options.files = {File("prompts.jsonl", lines)};
    return ReadPrompts(options, tokenizer_);
  }

  // The first prompt of these lines.
  Prompt First(absl::string_view lines, const PromptSetOptions& options = {}) const {
    const absl::StatusOr<PromptSet> set = ReadLines(lines, options);
    EXPECT_TRUE(set.ok()) << set.status();
    return set.ok() ? *set->prompts.at(0) : Prompt{};
  }

  std::string ErrorOf(absl::string_view lines, const PromptSetOptions& options = {}) const {
    const absl::StatusOr<PromptSet> set = ReadLines(lines, options);
    EXPECT_TRUE(absl::IsInvalidArgument(set.status())) << set.status();
    return std::string(set.status().message());
  }

  static std::vector<std::string> Questions(const PromptSet& set) {
    std::vector<std::string> questions;
    questions.reserve(set.prompts.size());
    for (const auto& prompt : set.prompts) questions.push_back(prompt->question);
    return questions;
  }

  const Tokenizer tokenizer_ = ByteTokenizer();
};

TEST_F(PromptSetTest, ReadsAllFilesInOrder) {
  PromptSetOptions options;
  options.files = {File("b.jsonl", "{\"prompt\": \"one\"}\n\n{\"prompt\": \"two\"}\r\n"),
                   File("a.jsonl", "\xEF\xBB\xBF{\"prompt\": \"three\"}")};
  const PromptSet set = *ReadPrompts(options, tokenizer_);
  EXPECT_THAT(Questions(set), ElementsAre("one", "two", "three"));
  EXPECT_EQ(set.rows, 3);
  EXPECT_THAT(set.prompts[0]->tokens, ElementsAre('o', 'n', 'e'));
}

TEST_F(PromptSetTest, TakesTheQuestionFromTheColumnsOfOthers) {
  EXPECT_EQ(First(R"({"question": "q"})").question, "q");
  EXPECT_EQ(First(R"({"problem": "q"})").question, "q");
  EXPECT_EQ(First(R"({"input": "q"})").question, "q");
  EXPECT_EQ(First(R"({"question": "no", "prompt": "q"})").question, "q");
  EXPECT_EQ(First(R"({"prompt": null, "problem": "q"})").question, "q");
}

TEST_F(PromptSetTest, TakesTheGroundTruthFromTheColumnsOfOthers) {
  for (const char* column : {"answer", "solution", "label", "ground_truth"}) {
    const Prompt prompt = First(absl::StrCat(R"({"prompt": "q", ")", column, R"(": "42"})"));
    EXPECT_EQ(prompt.ground_truth, "42") << column;
    EXPECT_EQ(prompt.extra, "{}") << column;
  }
  EXPECT_EQ(First(R"({"prompt": "q", "reward_model": {"ground_truth": "42"}})").ground_truth, "42");
}

TEST_F(PromptSetTest, OfSeveralGroundTruthsTheMostExplicitCounts) {
  const Prompt prompt = First(R"({"prompt": "q", "solution": "so x = 3", "answer": "3"})");
  EXPECT_EQ(prompt.ground_truth, "3");
  EXPECT_EQ(prompt.extra, R"({"solution":"so x = 3"})");
  EXPECT_EQ(First(R"({"prompt": "q", "answer": "no", "reward_model": {"ground_truth": "3"}})")
                .ground_truth,
            "3");
}

TEST_F(PromptSetTest, AGroundTruthThatIsNoTextIsItsJson) {
  EXPECT_EQ(First(R"({"prompt": "q", "answer": 42})").ground_truth, "42");
  EXPECT_EQ(First(R"({"prompt": "q", "answer": 42})").extra, R"({"answer":42})");
  EXPECT_EQ(First(R"({"prompt": "q", "answer": 0.5})").ground_truth, "0.5");
  EXPECT_EQ(First(R"({"prompt": "q", "answer": {"target": 3, "nums": [1, 2]}})").ground_truth,
            R"({"target":3,"nums":[1,2]})");
}

TEST_F(PromptSetTest, KeepsTheOtherColumns) {
  const Prompt prompt =
      First(R"({"data_source": "gsm8k", "prompt": "q", "answer": "1", "level": 3, )"
            R"("extra_info": {"index": 7}, "reward_model": null})");
  EXPECT_EQ(prompt.data_source, "gsm8k");
  EXPECT_EQ(prompt.extra, R"({"level":3,"extra_info":{"index":7},"reward_model":null})");
}

TEST_F(PromptSetTest, PutsTheQuestionIntoTheTemplateOfR1Zero) {
  PromptSetOptions options;
  options.prompt_template = PromptTemplate::kR1Zero;
  const Prompt prompt = First(R"({"prompt": "What is {prompt}?"})", options);
  EXPECT_EQ(prompt.question, "What is {prompt}?");
  EXPECT_THAT(prompt.text, StartsWith("A conversation between User and Assistant. The user asks"));
  EXPECT_THAT(prompt.text,
              EndsWith("<answer> answer here </answer>. User: What is {prompt}?. Assistant:"));
  EXPECT_EQ(prompt.tokens.size(), prompt.text.size());
}

TEST_F(PromptSetTest, PutsTheQuestionIntoATemplateOfTheUsers) {
  PromptSetOptions options;
  options.prompt_template = PromptTemplate::kCustom;
  options.custom_template = "Q: {prompt}\nA:";
  EXPECT_EQ(First(R"({"prompt": "1+1?"})", options).text, "Q: 1+1?\nA:");
  options.custom_template = "no place";
  EXPECT_THAT(ErrorOf(R"({"prompt": "1+1?"})", options), HasSubstr("has no {prompt}"));
}

TEST_F(PromptSetTest, TheTemplateGetsTheMessageOfTheUser) {
  PromptSetOptions options;
  options.prompt_template = PromptTemplate::kCustom;
  options.custom_template = "Q: {prompt}";
  const Prompt prompt = First(
      R"({"prompt": [{"role": "system", "content": "s"}, {"role": "user", "content": "1+1?"}]})",
      options);
  EXPECT_EQ(prompt.text, "Q: 1+1?");
  EXPECT_EQ(prompt.question,
            R"([{"role":"system","content":"s"},{"role":"user","content":"1+1?"}])");
}

TEST_F(PromptSetTest, MessagesThatNeedAChatTemplateAreRefused) {
  constexpr char kOne[] = R"({"prompt": [{"role": "user", "content": "a"}]})";
  EXPECT_THAT(ErrorOf(kOne), HasSubstr("prompts.jsonl:1: prompt: chat messages cannot be read"));
  PromptSetOptions options;
  options.prompt_template = PromptTemplate::kR1Zero;
  EXPECT_THAT(ErrorOf(R"({"prompt": [{"role": "user", "content": "a"},)"
                      R"({"role": "assistant", "content": "b"}]})",
                      options),
              HasSubstr("several turns"));
  EXPECT_THAT(ErrorOf(R"({"prompt": [{"role": "user", "content": "a"},)"
                      R"({"role": "user", "content": "b"}]})",
                      options),
              HasSubstr("several turns"));
  EXPECT_THAT(ErrorOf(R"({"prompt": [{"role": "system", "content": "a"}]})", options),
              HasSubstr("without one of the user"));
  EXPECT_THAT(ErrorOf(R"({"prompt": [{"role": "user", "content": [1]}]})", options),
              HasSubstr("\"content\""));
}

TEST_F(PromptSetTest, ADuplicateIsTakenOnceAndCounted) {
  const PromptSet set = *ReadLines(R"({"prompt": "a", "answer": "1"}
{"prompt": "b"}
{"question": "a", "answer": "2"})");
  EXPECT_THAT(Questions(set), ElementsAre("a", "b"));
  EXPECT_EQ(set.prompts[0]->ground_truth, "1");
  EXPECT_EQ(set.rows, 3);
  EXPECT_EQ(set.duplicates, 1);
}

TEST_F(PromptSetTest, WhatIsTooLongIsLeftOutAndCounted) {
  PromptSetOptions options;
  options.tokens_max = 3;
  const PromptSet set =
      *ReadLines("{\"prompt\": \"abcd\"}\n{\"prompt\": \"abc\"}\n{\"prompt\": \"abcd\"}", options);
  EXPECT_THAT(Questions(set), ElementsAre("abc"));
  EXPECT_EQ(set.too_long, 1);
  EXPECT_EQ(set.duplicates, 1);
}

TEST_F(PromptSetTest, TakesOnlyTheFirstSoMany) {
  PromptSetOptions options;
  options.prompts_max = 2;
  const PromptSet set = *ReadLines(
      "{\"prompt\": \"a\"}\n{\"prompt\": \"a\"}\n{\"prompt\": \"b\"}\nnot read", options);
  EXPECT_THAT(Questions(set), ElementsAre("a", "b"));
  EXPECT_EQ(set.rows, 3);
}

TEST_F(PromptSetTest, ARowWithoutGroundTruthIsAnErrorOnlyWhereItIsNeeded) {
  constexpr char kLines[] = "{\"prompt\": \"a\", \"answer\": \"1\"}\n{\"prompt\": \"b\"}";
  EXPECT_TRUE(ReadLines(kLines).ok());
  PromptSetOptions options;
  options.needs_answers = true;
  EXPECT_THAT(ErrorOf(kLines, options), HasSubstr("prompts.jsonl:2: a row without ground truth"));
  EXPECT_THAT(ErrorOf(R"({"prompt": "a", "answer": null})", options), HasSubstr("ground truth"));
  // What an empty one is good for is for rules to say.
  EXPECT_TRUE(ReadLines(R"({"prompt": "a", "answer": ""})", options).ok());
}

TEST_F(PromptSetTest, ErrorsNameFileAndLine) {
  EXPECT_THAT(ErrorOf("{\"prompt\": \"a\"}\n{\"prompt\": "), HasSubstr("prompts.jsonl:2: "));
  EXPECT_THAT(ErrorOf("\n[1]"), HasSubstr("prompts.jsonl:2: a line must be an object"));
  EXPECT_THAT(ErrorOf(R"({"text": "a"})"),
              HasSubstr("it needs one of prompt, question, problem, input"));
  EXPECT_THAT(ErrorOf(R"({"prompt": 1})"), HasSubstr(":1: prompt: neither a text nor a list"));
  EXPECT_THAT(ErrorOf(R"({"prompt": ""})"), HasSubstr(":1: prompt: an empty text"));
  EXPECT_THAT(ErrorOf(R"({"prompt": "a", "data_source": 1})"), HasSubstr("\"data_source\""));
  PromptSetOptions absent;
  absent.files = {"/nowhere/prompts.jsonl"};
  EXPECT_TRUE(absl::IsNotFound(ReadPrompts(absent, tokenizer_).status()));
}

TEST_F(PromptSetTest, AnEmptySetIsAnErrorThatSaysWhy) {
  EXPECT_THAT(ErrorOf("\n \n"), HasSubstr("prompts.jsonl: no rows"));
  PromptSetOptions options;
  options.tokens_max = 1;
  EXPECT_THAT(ErrorOf("{\"prompt\": \"aa\"}\n{\"prompt\": \"aa\"}", options),
              HasSubstr("none of 2 rows is left: 1 prompts have more tokens than tokens_max, 1, "
                        "and 1 rows are duplicates"));
  EXPECT_TRUE(absl::IsInvalidArgument(ReadPrompts({}, tokenizer_).status()));
}

// The values that the hash's authors publish.
TEST_F(PromptSetTest, TheIdIsFnv1a) {
  EXPECT_EQ(PromptId(""), 0xCBF29CE484222325);
  EXPECT_EQ(PromptId("a"), 0xAF63DC4C8601EC8C);
  EXPECT_EQ(PromptId("foobar"), 0x85944171F73967E8);
}

TEST_F(PromptSetTest, TheIdIsOfTheQuestionAlone) {
  PromptSetOptions options;
  options.prompt_template = PromptTemplate::kR1Zero;
  EXPECT_EQ(First(R"({"prompt": "foobar", "answer": "1"})", options).id, PromptId("foobar"));
  EXPECT_EQ(First(R"({"x": 1, "problem": "foobar"})").id, PromptId("foobar"));
}

TEST_F(PromptSetTest, FindsWhatTwoSetsHaveInCommon) {
  const PromptSet training = *ReadLines("{\"prompt\": \"a\"}\n{\"prompt\": \"b\"}");
  const PromptSet held_out = *ReadLines("{\"prompt\": \"c\"}\n{\"question\": \"b\"}");
  const auto common = CommonPrompts(training, held_out);
  ASSERT_EQ(common.size(), 1U);
  EXPECT_EQ(common[0]->question, "b");
  EXPECT_THAT(CommonPrompts(training, *ReadLines(R"({"prompt": "c"})")), IsEmpty());
}

}  // namespace
}  // namespace whet
