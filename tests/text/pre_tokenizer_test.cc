#include "text/pre_tokenizer.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace whet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> Cut(absl::string_view json, absl::string_view text) {
  const absl::StatusOr<PreTokenizer> pre_tokenizer = PreTokenizer::FromJson(*Json::Parse(json));
  EXPECT_TRUE(pre_tokenizer.ok()) << pre_tokenizer.status();
  PieceBuffer buffer;
  const absl::Status status = pre_tokenizer->Cut(text, &buffer);
  EXPECT_TRUE(status.ok()) << status;
  return {buffer.pieces.begin(), buffer.pieces.end()};
}

std::vector<std::string> Split(absl::string_view behavior, absl::string_view text) {
  return Cut(absl::StrCat(R"({"type": "Split", "pattern": {"String": "-"}, "invert": false,
                              "behavior": ")",
                          behavior, "\"}"),
             text);
}

TEST(PreTokenizerTest, SplitHasFiveBehaviors) {
  EXPECT_THAT(Split("Isolated", "a--b-c"), ElementsAre("a", "-", "-", "b", "-", "c"));
  EXPECT_THAT(Split("Removed", "a--b-c"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(Split("MergedWithPrevious", "a--b-c"), ElementsAre("a-", "-", "b-", "c"));
  EXPECT_THAT(Split("MergedWithNext", "a--b-c"), ElementsAre("a", "-", "-b", "-c"));
  EXPECT_THAT(Split("Contiguous", "a--b-c"), ElementsAre("a", "--", "b", "-", "c"));
}

TEST(PreTokenizerTest, LaterStepsCutThePiecesOfEarlierOnes) {
  EXPECT_THAT(Cut(R"({"type": "Sequence", "pretokenizers": [
                      {"type": "Split", "pattern": {"Regex": "\\p{N}{1,3}"},
                       "behavior": "Isolated", "invert": false},
                      {"type": "Split", "pattern": {"Regex": "x+"}, "behavior": "Isolated",
                       "invert": false}]})",
                  "ax1234xx"),
              ElementsAre("a", "x", "123", "4", "xx"));
}

TEST(PreTokenizerTest, ByteLevelCutsAsGpt2Did) {
  EXPECT_THAT(
      Cut(R"({"type": "ByteLevel", "add_prefix_space": false})",
          "I've  been\n\nto 12 caf\xC3\xA9s!? "),
      ElementsAre("I", "'ve", " ", " been", "\n", "\n", "to", " 12", " caf\xC3\xA9s", "!?", " "));
  EXPECT_THAT(Cut(R"({"type": "ByteLevel", "use_regex": false})", "a b"), ElementsAre(" a b"));
}

TEST(PreTokenizerTest, OnlyALastByteLevelGivesBytes) {
  const auto gives_bytes = [](absl::string_view json) {
    return PreTokenizer::FromJson(*Json::Parse(json))->gives_bytes();
  };
  EXPECT_TRUE(gives_bytes(R"({"type": "ByteLevel"})"));
  EXPECT_FALSE(gives_bytes("null"));
  EXPECT_FALSE(gives_bytes(R"({"type": "Sequence", "pretokenizers":
                               [{"type": "ByteLevel"}, {"type": "Digits"}]})"));
  EXPECT_THAT(Cut(R"({"type": "Sequence", "pretokenizers":
                      [{"type": "ByteLevel", "add_prefix_space": false}, {"type": "Digits"}]})",
                  "a 12"),
              ElementsAre("a", "Ġ", "12"));
}

TEST(PreTokenizerTest, DigitsAreCutOneByOneOrTogether) {
  EXPECT_THAT(Cut(R"({"type": "Digits", "individual_digits": true})", "a12b"),
              ElementsAre("a", "1", "2", "b"));
  EXPECT_THAT(Cut(R"({"type": "Digits"})", "a12½b"), ElementsAre("a", "12½", "b"));
}

TEST(PreTokenizerTest, NothingHasNoPieces) {
  EXPECT_THAT(Cut(R"({"type": "ByteLevel"})", ""), IsEmpty());
  EXPECT_THAT(Split("Removed", "--"), IsEmpty());
}

TEST(PreTokenizerTest, RefusesWhatItDoesNotKnow) {
  for (const char* json :
       {"[]", "{}", R"({"type": "Whitespace"})", R"({"type": "Sequence"})",
        R"({"type": "Split", "pattern": {"Regex": "("}, "behavior": "Isolated"})",
        R"({"type": "Split", "pattern": {"Regex": "a"}, "behavior": "Torn"})",
        R"({"type": "Split", "pattern": "a", "behavior": "Isolated"})"}) {
    EXPECT_FALSE(PreTokenizer::FromJson(*Json::Parse(json)).ok()) << json;
  }
}

TEST(RegexTest, WhatOnigurumaReadsOtherwiseIsRewritten) {
  const auto matches = [](absl::string_view pattern, absl::string_view text) {
    const absl::StatusOr<Regex> regex = Regex::Compile(pattern);
    EXPECT_TRUE(regex.ok()) << regex.status();
    RegexScratch scratch;
    std::vector<RegexMatch> found;
    EXPECT_TRUE(regex->FindAll(text, &scratch, &found).ok());
    std::vector<std::string> texts;
    texts.reserve(found.size());
    for (const RegexMatch& match : found) {
      texts.emplace_back(text.substr(match.begin, match.end - match.begin));
    }
    return texts;
  };
  EXPECT_THAT(matches("\\h+", "xaF9z"), ElementsAre("aF9"));           // PCRE2: blanks.
  EXPECT_THAT(matches("\\s", "a\xC2\x85z"), ElementsAre("\xC2\x85"));  // Unicode's white space.
  EXPECT_THAT(matches("(?m:a.b)", "a\nb"), ElementsAre("a\nb"));       // PCRE2: (?s).
  EXPECT_THAT(matches("\\p{L}+", "x\xE1\xB2\x89y"), ElementsAre("x\xE1\xB2\x89y"));  // Unicode 16.
  EXPECT_THAT(matches("[\\w&&[^\\d]]+", "ab12c"), ElementsAre("ab", "c"));
  EXPECT_THAT(matches("\\u4e2d", "中"), ElementsAre("中"));
  EXPECT_THAT(matches("a{,2}b", "aab"), ElementsAre("aab"));
  EXPECT_THAT(matches("(?i:'s)", "'\xC5\xBF"), ElementsAre("'\xC5\xBF"));  // ſ is an s.
}

TEST(RegexTest, RefusesWhatItCannotRewrite) {
  for (const char* pattern : {"(a)\\1", "\\K", "a{2}+", "(?<name>a)", "(*UTF)a", "[[:alpha:]]",
                              "a)", "[a", "\\", "\\xff", "(?#c)"}) {
    const absl::StatusOr<Regex> regex = Regex::Compile(pattern);
    ASSERT_FALSE(regex.ok()) << pattern;
    EXPECT_THAT(std::string(regex.status().message()), HasSubstr(pattern));
  }
}

TEST(RegexTest, APatternThatCostsTooMuchIsAnError) {
  const Regex regex = *Regex::Compile("(?:a|aa)+$");
  RegexScratch scratch;
  std::vector<RegexMatch> matches;
  EXPECT_THAT(std::string(regex.FindAll(std::string(200, 'a') + "b", &scratch, &matches).message()),
              HasSubstr("costs too much"));
}

}  // namespace
}  // namespace whet
