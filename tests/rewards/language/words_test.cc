#include "rewards/language/words.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace whet {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// The words, "-" before those that are notation, "!" before forged ones.
std::vector<std::string> WordsOf(absl::string_view prose) {
  std::vector<std::string> words;
  for (const Sentence& sentence : SplitWords(prose)) {
    for (const Word& word : sentence.words) {
      words.push_back(absl::StrCat(word.forged ? "!" : "", word.notation ? "-" : "", word.text));
    }
  }
  return words;
}

TEST(WordsTest, AreCutByDictionaryWhereThereAreNoSpaces) {
  EXPECT_THAT(WordsOf("我们需要证明。"), ElementsAre("我们", "需要", "证明"));
  EXPECT_THAT(WordsOf("ผลลัพธ์ถูกต้อง"), ElementsAre("ผลลัพธ์", "ถูก", "ต้อง"));
}

TEST(WordsTest, LeaveOutNumbersAndPunctuation) {
  EXPECT_THAT(WordsOf("12 + 7.5 = … !"), IsEmpty());
  EXPECT_THAT(WordsOf("let's go"), ElementsAre("let's", "go"));
}

TEST(WordsTest, KnowNotation) {
  EXPECT_THAT(WordsOf("x sin AM-GM NASA 2nd a_b np.array"),
              ElementsAre("-x", "-sin", "-AM", "-GM", "-NASA", "-nd", "-a_b", "-np.array"));
  EXPECT_THAT(WordsOf("camelCase ABCDEF Sum и"), ElementsAre("-camelCase", "ABCDEF", "Sum", "-и"));
  EXPECT_THAT(WordsOf("的 を 수"), ElementsAre("的", "を", "수"));
}

TEST(WordsTest, OfLookalikeLettersAreForged) {
  EXPECT_THAT(WordsOf("pаper"), ElementsAre("!pаper"));    // The second letter is Cyrillic.
  EXPECT_THAT(WordsOf("nοtion"), ElementsAre("!nοtion"));  // Here Greek.
  EXPECT_THAT(WordsOf("Δx cosθ"), ElementsAre("-Δ", "-x", "-cos", "-θ"));
}

TEST(WordsTest, AreCutWhereOtherScriptsMeet) {
  EXPECT_THAT(WordsOf("vector를"), ElementsAre("vector", "를"));
  const std::vector<Sentence> sentences = SplitWords("食べる");
  ASSERT_EQ(sentences.size(), 1);
  EXPECT_EQ(sentences[0].words[0].script, Script::kKana);
}

TEST(WordsTest, AreComposed) { EXPECT_THAT(WordsOf("cafe\xCC\x81"), ElementsAre("café")); }

TEST(WordsTest, KnowFormulasAndClauses) {
  const std::vector<Sentence> sentences = SplitWords("ab = 5, print(q) and so");
  const std::vector<Word>& words = sentences.at(0).words;
  EXPECT_TRUE(words[0].in_formula);
  EXPECT_TRUE(words[1].in_formula);
  EXPECT_FALSE(words[4].in_formula);
  EXPECT_EQ(words[0].clause, 0);
  EXPECT_EQ(words[4].clause, 3);
}

TEST(WordsTest, CountKanaOutsideQuotes) {
  const std::vector<Sentence> sentences = SplitWords("他说「ありがとう」的意思。これは本です。");
  ASSERT_EQ(sentences.size(), 2);
  EXPECT_EQ(sentences[0].kana_letters, 0);
  EXPECT_EQ(sentences[0].han_letters, 5);
  EXPECT_EQ(sentences[1].kana_letters, 5);
}

TEST(WordsTest, SurviveBrokenUtf8) {
  EXPECT_THAT(WordsOf("one\xFFtwo"), ElementsAre("one", "two"));
}

}  // namespace
}  // namespace whet
