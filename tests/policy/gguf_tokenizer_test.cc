#include "policy/gguf_tokenizer.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "text/byte_level.h"
#include "text/tokenizer.h"

namespace whet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The 256 bytes, whose ids are their values, "12", and three that are no text.
constexpr int64_t kTwelve = 256;
constexpr int64_t kEnd = 257;
constexpr int64_t kThink = 258;

Json Metadata(absl::string_view pre) {
  Json tokens = Json::Array();
  Json types = Json::Array();
  for (int byte = 0; byte < 256; ++byte) {
    std::string token;
    AppendByteLevel(std::string(1, static_cast<char>(byte)), &token);
    tokens.Append(token);
    types.Append(1);
  }
  for (const auto& [token, type] : {std::pair{"12", 1}, std::pair{"<|end|>", 3},
                                    std::pair{"<think>", 4}, std::pair{"[PAD259]", 5}}) {
    tokens.Append(token);
    types.Append(type);
  }
  return Json::Object({{"tokenizer.ggml.model", "gpt2"},
                       {"tokenizer.ggml.pre", pre},
                       {"tokenizer.ggml.tokens", std::move(tokens)},
                       {"tokenizer.ggml.token_type", std::move(types)},
                       {"tokenizer.ggml.merges", Json::Array({"1 2"})},
                       {"tokenizer.ggml.eos_token_id", kEnd}});
}

Tokenizer Made(const Json& metadata) {
  const absl::StatusOr<GgufTokenizer> made = TokenizerOfGguf(metadata);
  EXPECT_TRUE(made.ok()) << made.status();
  absl::StatusOr<Tokenizer> tokenizer = Tokenizer::FromJson(made->tokenizer.Dump());
  EXPECT_TRUE(tokenizer.ok()) << tokenizer.status();
  return *std::move(tokenizer);
}

std::string ErrorOf(const Json& metadata, absl::StatusCode code = absl::StatusCode::kDataLoss) {
  const absl::Status status = TokenizerOfGguf(metadata).status();
  EXPECT_EQ(status.code(), code) << status;
  return std::string(status.message());
}

// `metadata` with another element in a list.
Json Changed(const Json& metadata, absl::string_view key, size_t place, const Json& element) {
  std::vector<Json> elements(metadata.GetElements(key)->begin(), metadata.GetElements(key)->end());
  elements[place] = element;
  Json changed = metadata;
  changed.Set(key, Json::Array(std::move(elements)));
  return changed;
}

TEST(GgufTokenizerTest, FindsTokensMergesAndAddedTokens) {
  const Tokenizer tokenizer = Made(Metadata("gpt-2"));
  EXPECT_THAT(*tokenizer.Encode("12<|end|><think>"), ElementsAre(kTwelve, kEnd, kThink));
  EXPECT_EQ(tokenizer.Decode({{kTwelve, kEnd, kThink}}, SpecialTokens::kSkip), "12<think>");
  EXPECT_EQ(tokenizer.vocabulary_size(), 259);  // Without what is unused.
}

// Whether digits are merged tells how they were cut: one by one, or up to three, or all.
TEST(GgufTokenizerTest, CutsTextsAsTheFamilyDoes) {
  for (const char* const pre :
       {"gpt-2", "default", "llama-bpe", "llama3", "llama-v3", "deepseek-v3"}) {
    EXPECT_THAT(*Made(Metadata(pre)).Encode("12"), ElementsAre(kTwelve)) << pre;
  }
  for (const char* const pre : {"qwen2", "smollm"}) {
    EXPECT_THAT(*Made(Metadata(pre)).Encode("12"), ElementsAre('1', '2')) << pre;
  }
  EXPECT_THAT(*Made(Metadata("gpt-2")).Encode("3412"), ElementsAre('3', '4', kTwelve));
  EXPECT_THAT(*Made(Metadata("llama-bpe")).Encode("3412"), ElementsAre('3', '4', '1', '2'));
  EXPECT_THAT(*Made(Metadata("deepseek-v3")).Encode("3412"), ElementsAre('3', '4', '1', '2'));
}

TEST(GgufTokenizerTest, NormalisesForQwenOnly) {
  const std::string apart = "e\u0301";  // Composed: 0xc3 0xa9.
  EXPECT_THAT(*Made(Metadata("qwen2")).Encode(apart), ElementsAre(0xc3, 0xa9));
  EXPECT_THAT(*Made(Metadata("llama-bpe")).Encode(apart), ElementsAre('e', 0xcc, 0x81));
}

TEST(GgufTokenizerTest, PutsTheBeginningWhereTheFileSaysSo) {
  Json metadata = Metadata("gpt-2");
  metadata.Set("tokenizer.ggml.bos_token_id", kThink);
  EXPECT_THAT(*Made(metadata).EncodeWithSpecialTokens("a"), ElementsAre('a'));
  metadata.Set("tokenizer.ggml.add_bos_token", true);
  EXPECT_THAT(*Made(metadata).EncodeWithSpecialTokens("a"), ElementsAre(kThink, 'a'));
  metadata.Set("tokenizer.ggml.add_eos_token", true);
  EXPECT_THAT(*Made(metadata).EncodeWithSpecialTokens("a"), ElementsAre(kThink, 'a', kEnd));
  metadata.Set("tokenizer.ggml.pre", "llama-bpe");  // Puts it unless told otherwise.
  metadata.Set("tokenizer.ggml.add_bos_token", nullptr);
  metadata.Set("tokenizer.ggml.add_eos_token", nullptr);
  EXPECT_THAT(*Made(metadata).EncodeWithSpecialTokens("a"), ElementsAre(kThink, 'a'));
}

TEST(GgufTokenizerTest, KeepsTheChatTemplate) {
  Json metadata = Metadata("qwen2");
  metadata.Set("tokenizer.chat_template", "{{ messages }}");
  const Json config = TokenizerOfGguf(metadata)->tokenizer_config;
  EXPECT_EQ(config.GetString("chat_template").value(), "{{ messages }}");
  EXPECT_EQ(config.GetString("eos_token").value(), "<|end|>");
}

TEST(GgufTokenizerTest, NamesWhatIsNotSupported) {
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(ErrorOf(Metadata("viking"), kInvalid),
              HasSubstr("\"tokenizer.ggml.pre\" is \"viking\", which is not supported; known are "
                        "gpt-2, default, llama-bpe"));
  Json metadata = Metadata("gpt-2");
  metadata.Set("tokenizer.ggml.model", "llama");
  EXPECT_THAT(ErrorOf(metadata, kInvalid),
              HasSubstr("(SentencePiece), which is not supported yet"));
}

TEST(GgufTokenizerTest, RefusesDamage) {
  const Json metadata = Metadata("gpt-2");
  EXPECT_THAT(ErrorOf(Changed(metadata, "tokenizer.ggml.tokens", 7, "12")),
              HasSubstr("\"tokenizer.ggml.tokens\": \"12\" occurs twice"));
  EXPECT_THAT(ErrorOf(Changed(metadata, "tokenizer.ggml.tokens", 7, "\xff")),
              HasSubstr("\"tokenizer.ggml.tokens\": element 7 is no UTF-8 text"));
  EXPECT_THAT(ErrorOf(Changed(metadata, "tokenizer.ggml.merges", 0, "1 9")),
              HasSubstr("\"tokenizer.ggml.merges\": element 0: \"19\" is no token"));
  EXPECT_THAT(ErrorOf(Changed(metadata, "tokenizer.ggml.merges", 0, "12")),
              HasSubstr("element 0 is not two tokens with a space between"));
  Json short_types = metadata;
  short_types.Set("tokenizer.ggml.token_type", Json::Array({1}));
  EXPECT_THAT(ErrorOf(short_types),
              HasSubstr("has 260 elements, \"tokenizer.ggml.token_type\" has 1"));
  Json wrong_end = metadata;
  wrong_end.Set("tokenizer.ggml.eos_token_id", 999);
  EXPECT_THAT(ErrorOf(wrong_end),
              HasSubstr("\"tokenizer.ggml.eos_token_id\" is 999; there are 260"));
}

}  // namespace
}  // namespace whet
