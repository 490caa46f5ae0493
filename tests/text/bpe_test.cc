#include "text/bpe.h"

#include <chrono>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "text/byte_level.h"

namespace whet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Characters of `alphabet` have the ids 0, 1, …; each merge ("a b") adds a token.
Json Model(absl::string_view alphabet, const std::vector<std::string>& merges) {
  Json vocab = Json::Object();
  int id = 0;
  for (const char c : alphabet) vocab.Set(std::string(1, c), id++);
  Json list = Json::Array();
  for (const std::string& merge : merges) {
    const size_t space = merge.find(' ');
    const std::string token = merge.substr(0, space) + merge.substr(space + 1);
    if (vocab.Find(token) == nullptr) vocab.Set(token, id++);
    list.Append(merge);
  }
  return Json::Object({{"type", "BPE"}, {"vocab", vocab}, {"merges", list}});
}

std::vector<int32_t> Encode(const Bpe& bpe, absl::string_view piece) {
  std::vector<int32_t> ids;
  EXPECT_TRUE(bpe.Encode(piece, &ids).ok());
  return ids;
}

std::vector<std::string> Tokens(const Bpe& bpe, absl::string_view piece) {
  std::vector<std::string> tokens;
  for (const int32_t id : Encode(bpe, piece)) tokens.emplace_back(*bpe.vocabulary().TokenOf(id));
  return tokens;
}

std::string ErrorOf(const Json& model) {
  const absl::StatusOr<Bpe> bpe = Bpe::FromJson(model, PieceForm::kBytes);
  EXPECT_TRUE(absl::IsInvalidArgument(bpe.status()) || absl::IsNotFound(bpe.status()));
  return std::string(bpe.status().message());
}

TEST(BpeTest, MergesInTheOrderOfTheFile) {
  const Bpe bpe = *Bpe::FromJson(Model("abc", {"b c", "a b"}), PieceForm::kBytes);
  EXPECT_THAT(Tokens(bpe, "abc"), ElementsAre("a", "bc"));
  EXPECT_THAT(Tokens(bpe, "ab"), ElementsAre("ab"));
}

TEST(BpeTest, MergesTheLeftmostOfEqualPairsFirst) {
  const Bpe bpe = *Bpe::FromJson(Model("a", {"a a"}), PieceForm::kBytes);
  EXPECT_THAT(Tokens(bpe, "aaa"), ElementsAre("aa", "a"));
}

TEST(BpeTest, ReadsMergesAsPairsToo) {
  Json model = Model("a b", {});
  model.Set("merges", Json::Array({Json::Array({"a", "b"})}));
  Json vocab = **model.Get("vocab");
  vocab.Set("ab", 3);
  model.Set("vocab", vocab);
  EXPECT_THAT(Tokens(*Bpe::FromJson(model, PieceForm::kCharacters), "ab"), ElementsAre("ab"));
}

// Naively: the first merge of the file that is possible anywhere, its leftmost place, again.
std::vector<std::string> NaiveTokens(const std::vector<std::string>& merges,
                                     const std::string& piece) {
  std::vector<std::string> tokens;
  for (const char c : piece) tokens.emplace_back(1, c);
  for (bool merged = true; merged;) {
    merged = false;
    for (const std::string& merge : merges) {
      for (size_t i = 0; i + 1 < tokens.size() && !merged; ++i) {
        if (absl::StrCat(tokens[i], " ", tokens[i + 1]) != merge) continue;
        tokens[i] += tokens[i + 1];
        tokens.erase(tokens.begin() + static_cast<std::ptrdiff_t>(i) + 1);
        merged = true;
      }
      if (merged) break;
    }
  }
  return tokens;
}

TEST(BpeTest, ShortAndLongPiecesAreMergedAsTheDefinitionSays) {
  const std::vector<std::string> merges = {"a b",  "b a", "c a",   "ab a", "ab ab", "a a",
                                           "ba b", "c c", "aa ca", "ca b", "aa aa"};
  const Bpe bpe = *Bpe::FromJson(Model("abc", merges), PieceForm::kBytes);
  std::mt19937 random(7);
  for (int i = 0; i < 400; ++i) {
    std::string piece;
    const size_t size = 1 + random() % 120;
    while (piece.size() < size) piece += "abc"[random() % 3];
    EXPECT_EQ(Tokens(bpe, piece), NaiveTokens(merges, piece)) << piece;
  }
}

TEST(BpeTest, AMegabyteOfOneLetterIsNotQuadratic) {
  const Bpe bpe = *Bpe::FromJson(Model("a", {"a a", "aa aa", "aaaa aaaa"}), PieceForm::kBytes);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(Encode(bpe, std::string(1 << 20, 'a')).size(), (1U << 20) / 8);
  // Quadratic, it would take an hour.
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(60));
}

TEST(BpeTest, IgnoreMergesTakesAWholePieceThatIsAToken) {
  Json model = Model("abc", {"a b"});
  Json vocab = **model.Get("vocab");
  vocab.Set("abc", 9);
  model.Set("vocab", vocab);
  const Bpe plain = *Bpe::FromJson(model, PieceForm::kBytes);
  EXPECT_THAT(Encode(plain, "abc"), ElementsAre(3, 2));
  EXPECT_THAT(Encode(plain, "abc"), ElementsAre(3, 2));  // Now it has been learned.
  EXPECT_THAT(Encode(plain, "ab"), ElementsAre(3));
  EXPECT_THAT(Encode(plain, "ab"), ElementsAre(3));
  model.Set("ignore_merges", true);
  const Bpe bpe = *Bpe::FromJson(model, PieceForm::kBytes);
  EXPECT_THAT(Encode(bpe, "abc"), ElementsAre(9));
  EXPECT_THAT(Encode(bpe, "abca"), ElementsAre(3, 2, 0));
}

TEST(BpeTest, BytesThatNoTokenSpellsVanishOrAreUnknown) {
  Json model = Model("ab?", {});
  EXPECT_THAT(Encode(*Bpe::FromJson(model, PieceForm::kBytes), "axxb"), ElementsAre(0, 1));
  EXPECT_THAT(Encode(*Bpe::FromJson(model, PieceForm::kBytes), "xx"), IsEmpty());
  model.Set("unk_token", "?");
  EXPECT_THAT(Encode(*Bpe::FromJson(model, PieceForm::kBytes), "axxb"), ElementsAre(0, 2, 2, 1));
  model.Set("fuse_unk", true);
  EXPECT_THAT(Encode(*Bpe::FromJson(model, PieceForm::kBytes), "axxb"), ElementsAre(0, 2, 1));
  model.Set("unk_token", "[UNK]");
  std::vector<int32_t> ids;
  EXPECT_THAT(Bpe::FromJson(model, PieceForm::kBytes)->Encode("x", &ids).message(),
              HasSubstr("\"[UNK]\""));
}

TEST(BpeTest, ReadsBytesByTheByteLevelAlphabet) {
  const Json model =
      Json::Object({{"vocab", Json::Object({{"Ġ", 0}, {"Ã", 1}, {"©", 2}, {"Ã©", 3}})},
                    {"merges", Json::Array({"Ã ©"})}});
  const Bpe bpe = *Bpe::FromJson(model, PieceForm::kBytes);
  EXPECT_THAT(Encode(bpe, " é"), ElementsAre(0, 3));
  EXPECT_EQ(bpe.vocabulary().BytesOf(3), "é");
  EXPECT_EQ(bpe.vocabulary().TokenOf(3), "Ã©");
  EXPECT_EQ(bpe.vocabulary().TokenOf(4), std::nullopt);
}

TEST(BpeTest, ErrorsNameTheKeyAndTheToken) {
  EXPECT_THAT(ErrorOf(Json()), HasSubstr("type"));
  EXPECT_THAT(ErrorOf(Json::Object({{"type", "WordPiece"}})), HasSubstr("\"WordPiece\""));
  EXPECT_THAT(ErrorOf(Json::Object()), HasSubstr("\"vocab\" is missing"));
  EXPECT_THAT(ErrorOf(Json::Object({{"vocab", Json::Object()}})), HasSubstr("\"merges\""));
  const auto with_vocab = [](const Json& vocab) {
    return Json::Object({{"vocab", vocab}, {"merges", Json::Array()}});
  };
  EXPECT_THAT(ErrorOf(with_vocab(Json::Object({{"a", -1}}))), HasSubstr("token \"a\": id -1"));
  EXPECT_THAT(ErrorOf(with_vocab(Json::Object({{"a", kTokenIdsMax}}))), HasSubstr("\"a\""));
  EXPECT_THAT(ErrorOf(with_vocab(Json::Object({{"a", 1}, {"b", 1}}))), HasSubstr("the id 1"));
  EXPECT_THAT(ErrorOf(with_vocab(Json::Object({{"a", "x"}}))), HasSubstr("token \"a\""));
  Json model = Model("ab", {});
  for (const Json& merge : {Json("a c"), Json("a b"), Json("ab"), Json("a b c"), Json(1),
                            Json::Array({"a"}), Json::Array({"a", 1})}) {
    model.Set("merges", Json::Array({merge}));
    EXPECT_THAT(ErrorOf(model), HasSubstr("merges: "));
  }
  for (const char* key : {"byte_fallback", "dropout", "continuing_subword_prefix"}) {
    Json other = Model("ab", {});
    const bool is_text = absl::string_view(key) == "continuing_subword_prefix";
    other.Set(key, absl::string_view(key) == "dropout" ? Json(0.1) : is_text ? Json("##") : true);
    EXPECT_THAT(ErrorOf(other), HasSubstr(absl::StrCat(key, " is not supported")));
  }
}

TEST(ByteLevelTest, EveryByteIsACharacterAndBack) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  std::string text;
  AppendByteLevel(bytes, &text);
  EXPECT_EQ(BytesOfByteLevel(text), bytes);
  EXPECT_EQ(text.size(), 94 + 2 * (256 - 94));  // ! to ~ are themselves.
  EXPECT_EQ(BytesOfByteLevel("a b"), std::nullopt);
  EXPECT_EQ(BytesOfByteLevel("中"), std::nullopt);
  EXPECT_EQ(BytesOfByteLevel("\xC4"), std::nullopt);
}

}  // namespace
}  // namespace whet
