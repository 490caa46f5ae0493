#include "text/normalizer.h"

#include <chrono>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace whet {
namespace {

using ::testing::HasSubstr;

std::string Normalize(absl::string_view json, absl::string_view text) {
  const absl::StatusOr<Normalizer> normalizer = Normalizer::FromJson(*Json::Parse(json));
  EXPECT_TRUE(normalizer.ok()) << normalizer.status();
  std::string storage;
  const absl::StatusOr<absl::string_view> result = normalizer->Normalize(text, &storage);
  EXPECT_TRUE(result.ok()) << result.status();
  return std::string(*result);
}

TEST(NormalizerTest, KnowsTheFourNormalForms) {
  const std::string text = "e\u0301 \uFB01 \u212B";  // e + acute, ligature fi, Angstrom sign.
  EXPECT_EQ(Normalize(R"({"type": "NFC"})", text), "\u00E9 \uFB01 \u00C5");
  EXPECT_EQ(Normalize(R"({"type": "NFD"})", text), "e\u0301 \uFB01 A\u030A");
  EXPECT_EQ(Normalize(R"({"type": "NFKC"})", text), "\u00E9 fi \u00C5");
  EXPECT_EQ(Normalize(R"({"type": "NFKD"})", text), "e\u0301 fi A\u030A");
  EXPECT_EQ(Normalize("null", text), text);
}

// U+0301 is of class 230, U+0316 of 220, which comes first; equal classes keep their order.
TEST(NormalizerTest, OrdersMarks) {
  EXPECT_EQ(Normalize(R"({"type": "NFD"})", "a\u0301\u0316\u0300"), "a\u0316\u0301\u0300");
  EXPECT_EQ(Normalize(R"({"type": "NFC"})", "a\u0301\u0316\u0300"), "\u00E1\u0316\u0300");
}

TEST(NormalizerTest, CharactersYoungerThanUnicode9StayAsTheyAre) {
  // U+1DF6 is of class 232 since Unicode 10: newer tables would order it behind U+0316.
  EXPECT_EQ(Normalize(R"({"type": "NFD"})", "a\u1DF6\u0316\u00E9"), "a\u1DF6\u0316e\u0301");
}

TEST(NormalizerTest, AMegabyteOfMarksIsNotQuadratic) {
  std::string text = "a";
  for (int i = 0; i < 1 << 18; ++i) text += "\u0300\u0316";
  const auto begin = std::chrono::steady_clock::now();
  const std::string normal = Normalize(R"({"type": "NFC"})", text);
  // ICU alone takes 150 s and more.
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30));
  EXPECT_EQ(normal.substr(0, 6), "\u00E0\u0316\u0316");
}

TEST(NormalizerTest, RewritesTexts) {
  EXPECT_EQ(Normalize(R"({"type": "Lowercase"})", "ÀB\u0130"), "àbi\u0307");
  EXPECT_EQ(Normalize(R"({"type": "Prepend", "prepend": "_"})", "a"), "_a");
  EXPECT_EQ(Normalize(R"({"type": "Prepend", "prepend": "_"})", ""), "");
  EXPECT_EQ(Normalize(R"({"type": "Replace", "pattern": {"String": " "}, "content": "_"})", "a b "),
            "a_b_");
  EXPECT_EQ(Normalize(R"({"type": "Sequence", "normalizers": [
                          {"type": "Lowercase"},
                          {"type": "Replace", "pattern": {"Regex": "b+"}, "content": "x"}]})",
                      "aBb"),
            "ax");
}

TEST(NormalizerTest, AReplacementCannotTakeAllMemory) {
  const Normalizer normalizer =
      *Normalizer::FromJson(Json::Object({{"type", "Replace"},
                                          {"pattern", Json::Object({{"String", "a"}})},
                                          {"content", std::string(1 << 20, 'x')}}));
  std::string storage;
  EXPECT_THAT(
      std::string(normalizer.Normalize(std::string(1000, 'a'), &storage).status().message()),
      HasSubstr(absl::StrCat("more than ", Normalizer::kBytesMax, " bytes")));
}

TEST(NormalizerTest, RefusesWhatItDoesNotKnow) {
  for (const char* json : {"[]", "{}", R"({"type": "Nmt"})", R"({"type": "Sequence"})",
                           R"({"type": "Prepend"})", R"({"type": "Replace", "content": ""})"}) {
    EXPECT_FALSE(Normalizer::FromJson(*Json::Parse(json)).ok()) << json;
  }
}

}  // namespace
}  // namespace whet
