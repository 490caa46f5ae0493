#include "rollout/sft_set.h"

#include "absl/strings/str_cat.h"
#include "base/atomic_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace whet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// Letters a to d, "ab" merged, and an end.
constexpr char kTokenizer[] = R"({
  "added_tokens": [{"id": 5, "content": "<end>", "single_word": false, "lstrip": false,
                    "rstrip": false, "normalized": false, "special": true}],
  "normalizer": null,
  "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true,
                    "use_regex": false},
  "post_processor": null,
  "decoder": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true,
              "use_regex": false},
  "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "c": 2, "d": 3, "ab": 4},
            "merges": ["a b"]}
})";

absl::StatusOr<SftSet> Read(const std::string& lines, SftSetOptions options = {}) {
  const Tokenizer tokenizer = Tokenizer::FromJson(kTokenizer).value();
  // Of each test its own: they run beside each other.
  options.files = {absl::StrCat(testing::TempDir(), "/sft_set_",
                                testing::UnitTest::GetInstance()->current_test_info()->name(),
                                ".jsonl")};
  options.eos_id = 5;
  EXPECT_TRUE(WriteFileAtomically(options.files[0], lines).ok());
  return ReadSftSet(options, tokenizer);
}

TEST(SftSetTest, LearnsTheCompletionAndItsEnd) {
  const SftSet set = Read(R"({"prompt": "cd", "completion": "ab"})").value();
  ASSERT_THAT(set.samples, SizeIs(1));
  EXPECT_THAT(set.samples[0].tokens, ElementsAre(2, 3, 4, 5));
  EXPECT_THAT(set.samples[0].loss_mask, ElementsAre(false, false, true, true));
}

TEST(SftSetTest, TheCompletionBeginsWhereThePromptAloneIsOtherwise) {
  // "a" alone is a token that "ab" does not have: all of it is learnt but the first token, which
  // nothing predicts.
  const SftSet set = Read(R"({"prompt": "ca", "completion": "bd"})").value();
  EXPECT_THAT(set.samples[0].tokens, ElementsAre(2, 4, 3, 5));
  EXPECT_THAT(set.samples[0].loss_mask, ElementsAre(false, true, true, true));
}

TEST(SftSetTest, LearnsAllOfAPlainText) {
  const SftSet set = Read(R"({"text": "cd"})").value();
  EXPECT_THAT(set.samples[0].tokens, ElementsAre(2, 3, 5));
  EXPECT_THAT(set.samples[0].loss_mask, ElementsAre(false, true, true));
}

TEST(SftSetTest, LearnsThePromptTooIfToldTo) {
  const SftSet set =
      Read(R"({"prompt": "cd", "completion": "ab"})", {.loss = SftLoss::kSequence}).value();
  EXPECT_THAT(set.samples[0].loss_mask, ElementsAre(false, true, true, true));
}

TEST(SftSetTest, PutsNoSecondEnd) {
  const SftSet set = Read(R"({"text": "cd<end>"})").value();
  EXPECT_THAT(set.samples[0].tokens, ElementsAre(2, 3, 5));
}

TEST(SftSetTest, CutsLongRowsAndLeavesOutWhatHasNothingToLearnThen) {
  const SftSet set = Read(R"({"prompt": "cc", "completion": "dd"}
{"prompt": "cccc", "completion": "d"})",
                          {.tokens_max = 3})
                         .value();
  EXPECT_EQ(set.rows, 2);
  EXPECT_EQ(set.cut, 2);
  EXPECT_EQ(set.without_loss, 1);
  ASSERT_THAT(set.samples, SizeIs(1));
  EXPECT_THAT(set.samples[0].tokens, ElementsAre(2, 2, 3));
}

TEST(SftSetTest, SaysWhichRowCannotBeUsed) {
  const absl::Status status = Read("{\"text\": \"a\"}\n\n{\"prompt\": \"a\"}").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr(".jsonl:3: a row needs"));
}

TEST(SftSetTest, RefusesASetInWhichNothingIsLearnt) {
  EXPECT_THAT(std::string(Read("").status().message()), HasSubstr("nothing to learn"));
}

}  // namespace
}  // namespace whet
