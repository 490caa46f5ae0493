#include "rewards/language/language_consistency.h"

#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rewards/language/scripts.h"

namespace whet {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;

constexpr char kEnglish[] = "Both trains leave the station at noon and travel in one direction.";
constexpr char kGerman[] =
    "Beide Züge verlassen den Bahnhof am Mittag und fahren in eine Richtung.";

LanguageCount Count(absl::string_view text, absl::string_view target,
                    absl::string_view prompt = "") {
  return CountLanguage(text, target, ReadPromptLanguage(prompt));
}

TEST(LanguageConsistencyTest, IsOneInTheTarget) {
  EXPECT_THAT(LanguageConsistency(kEnglish, "en"), Optional(1.0));
  EXPECT_THAT(LanguageConsistency(kGerman, "de"), Optional(1.0));
  EXPECT_THAT(LanguageConsistency("Скорость поезда равна шестидесяти.", "ru"), Optional(1.0));
  EXPECT_THAT(LanguageConsistency("两列火车同时出发，方向相同。", "zh"), Optional(1.0));
  EXPECT_THAT(LanguageConsistency("二つの電車は同時に出発します。", "ja"), Optional(1.0));
  EXPECT_THAT(LanguageConsistency("두 기차는 정오에 함께 출발합니다.", "ko"), Optional(1.0));
  EXPECT_THAT(LanguageConsistency("รถไฟสองขบวนออกเดินทางพร้อมกัน", "th"), Optional(1.0));
}

TEST(LanguageConsistencyTest, IsZeroInAnother) {
  EXPECT_THAT(LanguageConsistency(kEnglish, "zh"), Optional(0.0));
  EXPECT_THAT(LanguageConsistency(kEnglish, "de"), Optional(0.0));
  EXPECT_THAT(LanguageConsistency(kGerman, "en"), Optional(0.0));
  EXPECT_THAT(LanguageConsistency("Скорость поезда равна шестидесяти.", "en"), Optional(0.0));
  EXPECT_THAT(LanguageConsistency("Швидкість цього потяга дорівнює шістдесяти.", "ru"),
              Optional(0.0));
}

TEST(LanguageConsistencyTest, CountsWordsAndNamesForeignOnes) {
  const LanguageCount count = Count("We then add 两个 numbers, 所以 the sum is ten.", "en");
  EXPECT_EQ(count.target, 8);
  EXPECT_EQ(count.foreign, 3);
  EXPECT_THAT(count.foreign_words, ElementsAre("两", "个", "所以"));
  EXPECT_EQ(count.Message(), "0.73: 8 of 11 words; foreign: 两, 个, 所以");
}

TEST(LanguageConsistencyTest, IsAbsentWithTooFewWords) {
  EXPECT_EQ(LanguageConsistency("", "en"), std::nullopt);
  EXPECT_EQ(LanguageConsistency("$a+b$ and `c`", "en"), std::nullopt);
  EXPECT_EQ(LanguageConsistency("x = 5, NASA, sin", "en"), std::nullopt);
  EXPECT_EQ(Count("Yes indeed", "en").Message(), "too few words: 2");
  EXPECT_EQ(LanguageConsistency("数学", "zh"), std::nullopt);
  EXPECT_THAT(LanguageConsistency("因此正确", "zh"), Optional(1.0));  // Two words, four syllables.
}

TEST(LanguageConsistencyTest, JudgesSentencesApart) {
  // 12 words of 24.
  EXPECT_THAT(LanguageConsistency(absl::StrCat(kEnglish, " ", kGerman), "en"), Optional(0.5));
  const LanguageCount count = Count("Oui. Now the total weight is known to us.", "en");
  EXPECT_EQ(count.foreign, 0);  // One word tells nothing.
  EXPECT_EQ(Count("Oui. Bien sûr. C'est ça.", "en").target, 0);
}

TEST(LanguageConsistencyTest, JudgesClausesApart) {
  const LanguageCount count = Count(
      "First we count all the apples in the basket, dann teilen wir sie unter den Kindern auf.",
      "en");
  EXPECT_EQ(count.target, 9);
  EXPECT_EQ(count.foreign, 8);
}

TEST(LanguageConsistencyTest, GivesTheTargetTheBenefitOfTheDoubt) {
  // Alone, the clause behind the comma looks English.
  EXPECT_THAT(LanguageConsistency("Dus het antwoord is tien, want de som is nul.", "nl"),
              Optional(1.0));
  EXPECT_THAT(LanguageConsistency("Isosceles trapezoid, perpendicular bisectors.", "en"),
              Optional(1.0));
}

TEST(LanguageConsistencyTest, HoldsForgedWordsForForeign) {
  const LanguageCount count = Count("The pаper is still blаnk today.", "en");
  EXPECT_THAT(count.foreign_words, ElementsAre("pаper", "blаnk"));
}

TEST(LanguageConsistencyTest, TellsChineseFromJapanese) {
  EXPECT_THAT(LanguageConsistency("二つの電車は同時に出発します。", "zh"), Optional(0.0));
  EXPECT_THAT(LanguageConsistency("两列火车同时出发，方向相同。", "ja"), Optional(0.0));
  EXPECT_THAT(LanguageConsistency("因此正确", "ja"), Optional(0.0));
  // A quoted word is no Japanese sentence.
  EXPECT_EQ(Count("这里的「すし」是一种食物。", "zh").foreign, 1);
  // A Chinese sentence in a Japanese text.
  const LanguageCount count =
      Count("二つの電車は同時に出発します。我们现在来计算它们之间的距离。", "ja");
  EXPECT_GT(count.foreign, 5);
  EXPECT_GT(count.target, 5);
}

TEST(LanguageConsistencyTest, TellsTheTwoWaysOfWritingChineseWhereAsked) {
  constexpr char kTraditional[] = "兩列火車同時從車站出發，方向相同。";
  EXPECT_THAT(LanguageConsistency(kTraditional, "zh"), Optional(1.0));
  EXPECT_THAT(LanguageConsistency(kTraditional, "zh-TW"), Optional(1.0));
  EXPECT_THAT(LanguageConsistency(kTraditional, "zh-CN"), Optional(0.0));
}

TEST(LanguageConsistencyTest, AllowsKoreanSomeHan) {
  std::string text = "漢字 ";
  for (int i = 0; i < 10; ++i) text += "기차가 역을 떠납니다. ";
  EXPECT_EQ(Count(text, "ko").foreign, 0);
  EXPECT_GT(Count("漢字 기차가 떠납니다", "ko").foreign, 0);
}

TEST(LanguageConsistencyTest, AllowsAFewNamesInOtherScripts) {
  std::string text = "Gauss ";
  for (int i = 0; i < 10; ++i) text += "поезд едет быстро. ";
  EXPECT_THAT(LanguageConsistency(text, "ru"), Optional(1.0));
  EXPECT_EQ(Count("Gauss " + text, "ru").foreign, 1);  // 5 % of 32 words is one.
  EXPECT_EQ(Count("gauss поезд едет", "ru").foreign, 1);
}

TEST(LanguageConsistencyTest, LeavesOutWhatThePromptHas) {
  constexpr char kText[] = "我们把 apple 和 pear 放在一起。";
  EXPECT_THAT(Count(kText, "zh", "Apple 和 Pear 各有几个？").foreign_words, IsEmpty());
  EXPECT_EQ(Count(kText, "zh", "How many of apple and pear are there?").foreign, 2);
}

TEST(LanguageConsistencyTest, LeavesOutFormulasOfOtherLanguages) {
  EXPECT_EQ(Count("由此可得 ab = 6 并且调用 print(x) 即可。", "zh").foreign, 0);
}

TEST(DominantLanguageTest, IsThatOfMostWords) {
  EXPECT_EQ(DominantLanguage(kEnglish), "en");
  EXPECT_EQ(DominantLanguage(kGerman), "de");
  EXPECT_EQ(DominantLanguage("求 $f(x)=\\sin x$ 的最大值。"), "zh");
  EXPECT_EQ(DominantLanguage("関数 f(x) の最大値を求めなさい。"), "ja");
  EXPECT_EQ(DominantLanguage("함수의 최댓값을 구하시오."), "ko");
  EXPECT_EQ(DominantLanguage("Найдите сумму двух чисел."), "ru");
  EXPECT_EQ(DominantLanguage("أوجد مجموع العددين."), "ar");
  EXPECT_EQ(DominantLanguage("По теореме Виета найдите сумму корней."), "ru");
  EXPECT_EQ(DominantLanguage("Dus het gewicht is tien, want de mand is bijna leeg."), "nl");
  EXPECT_EQ(DominantLanguage("Add"), "en");
  EXPECT_EQ(DominantLanguage("$x$ 12"), std::nullopt);
}

TEST(LanguageTagTest, IsNormalized) {
  EXPECT_EQ(NormalizedLanguage("pt_BR"), "pt");
  EXPECT_EQ(NormalizedLanguage("ZH-hant-HK"), "zh-Hant");
  EXPECT_EQ(NormalizedLanguage("zh-CN"), "zh-Hans");
  EXPECT_EQ(NormalizedLanguage("iw"), "he");
  EXPECT_TRUE(IsLanguage("en"));
  EXPECT_TRUE(IsLanguage("zh-Hant"));
  EXPECT_FALSE(IsLanguage("english"));
  EXPECT_FALSE(IsLanguage("qq"));
  EXPECT_FALSE(IsLanguage(""));
}

TEST(LanguageConsistencyTest, IsThreadSafe) {
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < 50; ++i) {
        EXPECT_THAT(LanguageConsistency(kGerman, "en"), Optional(0.0));
        EXPECT_THAT(LanguageConsistency("二つの電車は同時に出発します。", "ja"), Optional(1.0));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(LanguageConsistencyTest, ReadsAMegabyteOfOneSentence) {
  std::string text;
  while (text.size() < size_t{1} << 20) text += "加";
  EXPECT_THAT(LanguageConsistency(text, "zh"), Optional(1.0));
}

}  // namespace
}  // namespace whet
