#include "text/tokenizer.h"

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/atomic_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "text/byte_level.h"
#include "text/json.h"

namespace whet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kBad[] = "\xEF\xBF\xBD";  // U+FFFD

Json AddedToken(absl::string_view content, int id) {
  return Json::Object({{"id", id},
                       {"content", content},
                       {"single_word", false},
                       {"lstrip", false},
                       {"rstrip", false},
                       {"normalized", false},
                       {"special", false}});
}

Json With(Json json, absl::string_view key, Json value) {
  json.Set(key, std::move(value));
  return json;
}

// A byte-level tokenizer: byte b has the id b, "th" is 256, "the" 257, " the" 258; then the added
// tokens <end> (special) and <think>.
Json SmallTokenizer() {
  Json vocab = Json::Object();
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    std::string token;
    AppendByteLevel(absl::string_view(&c, 1), &token);
    vocab.Set(token, byte);
  }
  vocab.Set("th", 256);
  vocab.Set("the", 257);
  vocab.Set("Ġthe", 258);
  return Json::Object(
      {{"version", "1.0"},
       {"added_tokens",
        Json::Array({With(AddedToken("<end>", 259), "special", true), AddedToken("<think>", 260)})},
       {"normalizer", Json()},
       {"pre_tokenizer", Json::Object({{"type", "ByteLevel"}, {"add_prefix_space", false}})},
       {"post_processor", Json()},
       {"decoder", Json::Object({{"type", "ByteLevel"}})},
       {"model", Json::Object({{"type", "BPE"},
                               {"vocab", vocab},
                               {"merges", Json::Array({"t h", "th e", "Ġ the"})}})}});
}

Tokenizer Make(const Json& json) {
  absl::StatusOr<Tokenizer> tokenizer = Tokenizer::FromJson(json.Dump());
  EXPECT_TRUE(tokenizer.ok()) << tokenizer.status();
  return *std::move(tokenizer);
}

std::string ErrorOf(const Json& json) {
  const absl::StatusOr<Tokenizer> tokenizer = Tokenizer::FromJson(json.Dump());
  EXPECT_FALSE(tokenizer.ok());
  return std::string(tokenizer.status().message());
}

TEST(TokenizerTest, EncodesAndDecodes) {
  const Tokenizer tokenizer = Make(SmallTokenizer());
  EXPECT_THAT(*tokenizer.Encode("the the."), ElementsAre(257, 258, '.'));
  EXPECT_EQ(tokenizer.Decode({257, 258, '.'}, SpecialTokens::kKeep), "the the.");
  EXPECT_THAT(*tokenizer.Encode(""), IsEmpty());
  EXPECT_EQ(tokenizer.vocabulary_size(), 261);
}

TEST(TokenizerTest, AddedTokensAreFoundAsTheyStand) {
  const Tokenizer tokenizer = Make(SmallTokenizer());
  EXPECT_THAT(*tokenizer.Encode("a<think>the<end>"), ElementsAre('a', 260, 257, 259));
  EXPECT_THAT(*tokenizer.Encode("<thin"), ElementsAre('<', 256, 'i', 'n'));
}

TEST(TokenizerTest, OnlySpecialTokensAreSkipped) {
  const Tokenizer tokenizer = Make(SmallTokenizer());
  EXPECT_EQ(tokenizer.Decode({260, 'a', 259}, SpecialTokens::kKeep), "<think>a<end>");
  EXPECT_EQ(tokenizer.Decode({260, 'a', 259}, SpecialTokens::kSkip), "<think>a");
}

TEST(TokenizerTest, IdsThatAreNoTokensDecodeToNothing) {
  const Tokenizer tokenizer = Make(SmallTokenizer());
  EXPECT_EQ(tokenizer.Decode({'a', -1, 261, 1 << 30, 'b'}, SpecialTokens::kKeep), "ab");
}

TEST(TokenizerTest, LooksUpTokensAndIds) {
  const Tokenizer tokenizer = Make(SmallTokenizer());
  EXPECT_EQ(tokenizer.TokenToId("Ġthe"), 258);
  EXPECT_EQ(tokenizer.TokenToId("<end>"), 259);
  EXPECT_EQ(tokenizer.TokenToId(" the"), std::nullopt);
  EXPECT_EQ(tokenizer.IdToToken(258), "Ġthe");
  EXPECT_EQ(tokenizer.IdToToken(259), "<end>");
  EXPECT_EQ(tokenizer.IdToToken(261), std::nullopt);
}

// Of a token "ab" (id 259): what the text "x ab  y" becomes. x 120, space 32, y 121.
TEST(TokenizerTest, AddedTokensTakeWhiteSpaceAsTheyAsk) {
  const auto encode = [](const char* flag, absl::string_view text) {
    return *Make(With(SmallTokenizer(), "added_tokens",
                      Json::Array({With(AddedToken("ab", 259), flag, true)})))
                .Encode(text);
  };
  EXPECT_THAT(encode("special", "x ab  y"), ElementsAre(120, 32, 259, 32, 32, 121));
  EXPECT_THAT(encode("lstrip", "x ab  y"), ElementsAre(120, 259, 32, 32, 121));
  EXPECT_THAT(encode("rstrip", "x ab  y"), ElementsAre(120, 32, 259, 121));
  EXPECT_THAT(encode("single_word", "ab abc éab"),
              ElementsAre(259, 32, 'a', 'b', 'c', 32, 0xC3, 0xA9, 'a', 'b'));
}

TEST(TokenizerTest, NormalizedTokensAreFoundBehindTheNormalizer) {
  Json json = With(SmallTokenizer(), "normalizer", Json::Object({{"type", "Lowercase"}}));
  json.Set("added_tokens",
           Json::Array({With(AddedToken("AB", 259), "normalized", true), AddedToken("CD", 260)}));
  EXPECT_THAT(*Make(json).Encode("aBCDcd"), ElementsAre(259, 260, 'c', 'd'));
}

TEST(TokenizerTest, OfTokensThatOverlapTheLeftmostThenTheLongestIsTaken) {
  Json json = SmallTokenizer();
  json.Set("added_tokens",
           Json::Array({AddedToken("ab", 259), AddedToken("abc", 260), AddedToken("cd", 261)}));
  EXPECT_THAT(*Make(json).Encode("abcdab"), ElementsAre(260, 'd', 259));
}

TEST(TokenizerTest, ThePostProcessorPutsTokensAround) {
  const Json single = *Json::Parse(R"([{"SpecialToken": {"id": "<end>", "type_id": 0}},
                                       {"Sequence": {"id": "A", "type_id": 0}}])");
  const Json specials = *Json::Parse(R"({"<end>": {"id": "<end>", "ids": [259]}})");
  const Json post_processor = Json::Object(
      {{"type", "TemplateProcessing"}, {"single", single}, {"special_tokens", specials}});
  const Tokenizer tokenizer = Make(With(SmallTokenizer(), "post_processor", post_processor));
  EXPECT_THAT(*tokenizer.Encode("the"), ElementsAre(257));
  EXPECT_THAT(*tokenizer.EncodeWithSpecialTokens("the"), ElementsAre(259, 257));
  EXPECT_THAT(*tokenizer.EncodeWithSpecialTokens(""), ElementsAre(259));
}

TEST(TokenizerTest, ACharacterLevelTokenizerHasNoMerges) {
  Json vocab = Json::Object();
  int id = 0;
  for (const char* token : {"0", "1", "2", "+", "=", "Ġ", "Ċ"}) vocab.Set(token, id++);
  Json json = SmallTokenizer();
  json.Set("model", Json::Object({{"type", "BPE"}, {"vocab", vocab}, {"merges", Json::Array()}}));
  json.Set("added_tokens", Json::Array({With(AddedToken("<end>", 7), "special", true)}));
  const Tokenizer tokenizer = Make(json);
  EXPECT_THAT(*tokenizer.Encode("1+ 12=\n<end>"), ElementsAre(1, 3, 5, 1, 2, 4, 6, 7));
  EXPECT_EQ(tokenizer.Decode({1, 3, 5, 1, 2, 4, 6, 7}, SpecialTokens::kSkip), "1+ 12=\n");
  EXPECT_EQ(tokenizer.vocabulary_size(), 8);
}

TEST(TokenizerTest, BytesThatAreNoTextDecodeToTheReplacementCharacter) {
  const Tokenizer tokenizer = Make(SmallTokenizer());
  EXPECT_EQ(tokenizer.Decode({'a', 0xE2, 0x82, 'b', 0xFF}, SpecialTokens::kKeep),
            absl::StrCat("a", kBad, "b", kBad));
  EXPECT_EQ(tokenizer.Decode({0xE2, 0x82, 0xAC}, SpecialTokens::kKeep), "€");
}

TEST(TokenizerTest, RefusesTextsThatAreNoText) {
  const Tokenizer tokenizer = Make(SmallTokenizer());
  EXPECT_TRUE(absl::IsInvalidArgument(tokenizer.Encode("a\xFF").status()));
  const std::string large(Tokenizer::kTextBytesMax + 1, 'a');
  EXPECT_THAT(std::string(tokenizer.Encode(large).status().message()), HasSubstr("bytes"));
}

TEST(TokenizerTest, ManyThreadsMayEncodeAtOnce) {
  const Tokenizer tokenizer = Make(SmallTokenizer());
  std::vector<std::string> results(4);
  std::vector<std::thread> threads;
  threads.reserve(results.size());
  for (std::string& result : results) {
    threads.emplace_back([&tokenizer, &result] {
      for (int i = 0; i < 200; ++i) result = absl::StrJoin(*tokenizer.Encode("the the th"), " ");
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& result : results) EXPECT_EQ(result, "257 258 32 256");
}

TEST(TokenizerTest, ErrorsNameThePart) {
  const auto error_with = [](const char* key, absl::string_view value) {
    return ErrorOf(With(SmallTokenizer(), key, *Json::Parse(value)));
  };
  EXPECT_THAT(error_with("normalizer", R"({"type": "Nmt"})"), HasSubstr("normalizer: "));
  EXPECT_THAT(error_with("pre_tokenizer", "[1]"), HasSubstr("pre_tokenizer: "));
  EXPECT_THAT(error_with("model", "null"), HasSubstr("model: "));
  EXPECT_THAT(error_with("decoder", R"({"type": "WordPiece"})"), HasSubstr("decoder: "));
  EXPECT_THAT(error_with("post_processor", R"({"type": "Bert"})"), HasSubstr("post_processor: "));
  EXPECT_THAT(error_with("version", "\"2.0\""), HasSubstr("version \"2.0\""));
  EXPECT_THAT(error_with("added_tokens", R"([{"id": 259}])"), HasSubstr("added_tokens: "));
}

TEST(TokenizerTest, RefusesAddedTokensThatTheLibraryWouldRenumber) {
  const auto error_of = [](const Json& token) {
    return ErrorOf(With(SmallTokenizer(), "added_tokens", Json::Array({token})));
  };
  EXPECT_THAT(error_of(AddedToken("<end>", 300)), HasSubstr("the vocabulary asks for 259"));
  EXPECT_THAT(error_of(AddedToken("the", 300)), HasSubstr("the vocabulary asks for 257"));
  EXPECT_THAT(error_of(AddedToken("<end>", -1)), HasSubstr("\"<end>\": id -1"));
  EXPECT_THAT(error_of(AddedToken(std::string(5000, 'x'), 259)), HasSubstr("4096 bytes"));
}

TEST(TokenizerTest, RefusesATemplateWithAnIdThatIsNoToken) {
  const Json post_processor = *Json::Parse(R"({"type": "TemplateProcessing",
      "single": [{"SpecialToken": {"id": "x"}}, {"Sequence": {"id": "A"}}],
      "special_tokens": {"x": {"ids": [261]}}})");
  EXPECT_THAT(ErrorOf(With(SmallTokenizer(), "post_processor", post_processor)),
              HasSubstr("post_processor: no token has the id 261"));
}

TEST(TokenizerTest, LoadsFromACheckpointDirectoryAndNamesItInErrors) {
  const std::string directory = absl::StrCat(testing::TempDir(), "/tokenizer_test");
  ASSERT_TRUE(MakeDirectories(directory).ok());
  const std::string path = absl::StrCat(directory, "/tokenizer.json");
  ASSERT_TRUE(WriteFileAtomically(path, SmallTokenizer().Dump()).ok());
  EXPECT_EQ(Tokenizer::Load(directory)->vocabulary_size(), 261);
  ASSERT_TRUE(WriteFileAtomically(path, "{\"model\": ").ok());
  const absl::Status damaged = Tokenizer::Load(directory).status();
  EXPECT_TRUE(absl::IsInvalidArgument(damaged));
  EXPECT_THAT(std::string(damaged.message()), HasSubstr(absl::StrCat(path, ": ")));
  EXPECT_TRUE(absl::IsNotFound(Tokenizer::Load(directory + "/absent").status()));
}

// Every beginning of a good file, and every file with one byte changed: a Status or a tokenizer.
TEST(TokenizerTest, DamagedFilesAreRefusedOrReadNeverACrash) {
  Json small = SmallTokenizer();
  Json model = **small.Get("model");
  model.Set("vocab", *Json::Parse(R"({"a": 0, "b": 1, "ab": 2, "Ġ": 3})"));
  model.Set("merges", Json::Array({"a b"}));
  small.Set("model", model);
  small.Set("added_tokens", Json::Array({AddedToken("<end>", 4)}));
  const std::string text = small.Dump();
  ASSERT_TRUE(Tokenizer::FromJson(text).ok());
  for (size_t i = 0; i < text.size(); ++i) {
    EXPECT_FALSE(Tokenizer::FromJson(text.substr(0, i)).ok());
    for (const char c : {'"', '0', '{', ']', '\xFF'}) {
      std::string damaged = text;
      damaged[i] = c;
      const absl::StatusOr<Tokenizer> tokenizer = Tokenizer::FromJson(damaged);
      if (tokenizer.ok()) tokenizer->Encode("ab <end> b").IgnoreError();
    }
  }
}

TEST(TokenStreamTest, HoldsBackCharactersThatAreNotComplete) {
  const Tokenizer tokenizer = Make(SmallTokenizer());
  TokenStream stream(&tokenizer, SpecialTokens::kSkip);
  EXPECT_EQ(stream.Append(257), "the");
  EXPECT_EQ(stream.Append(0xE2), "");
  EXPECT_EQ(stream.Append(0x82), "");
  EXPECT_EQ(stream.Append(0xAC), "€");
  EXPECT_EQ(stream.Append(0xE2), "");
  EXPECT_EQ(stream.Append('a'), absl::StrCat(kBad, "a"));
  EXPECT_EQ(stream.Append(0xF0), "");
  EXPECT_EQ(stream.Append(259), "");  // <end> is skipped.
  EXPECT_EQ(stream.Finish(), kBad);
  EXPECT_EQ(stream.Finish(), "");
}

}  // namespace
}  // namespace whet
