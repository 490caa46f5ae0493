// The first byte says what the rest is: a tokenizer.json, a pattern and a text (a zero between), or
// a text. Nothing crashes; a byte-level tokenizer gives texts back; a stream gives what decoding
// gives.
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/check.h"
#include "text/byte_level.h"
#include "text/json.h"
#include "text/regex.h"
#include "text/tokenizer.h"
#include "text/utf8.h"

namespace {

using whet::Json;

constexpr char kText[] = "a <x>  ab1\n\xC3\xA9";

// Byte b has the id b; the added tokens take white space as they can.
Json TokenizerJson() {
  Json vocab = Json::Object();
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    std::string token;
    whet::AppendByteLevel(absl::string_view(&c, 1), &token);
    vocab.Set(token, byte);
  }
  vocab.Set("ab", 256);
  vocab.Set("abab", 257);
  const Json added = *Json::Parse(R"([
      {"id": 258, "content": "<x>", "single_word": false, "lstrip": true, "rstrip": true,
       "normalized": false, "special": true},
      {"id": 259, "content": " a", "single_word": true, "lstrip": false, "rstrip": true,
       "normalized": true, "special": false}])");
  return Json::Object(
      {{"added_tokens", added},
       {"pre_tokenizer", Json::Object({{"type", "ByteLevel"}})},
       {"decoder", Json::Object({{"type", "ByteLevel"}})},
       {"model", Json::Object({{"vocab", vocab}, {"merges", Json::Array({"a b", "ab ab"})}})}});
}

void EncodeAndDecode(const whet::Tokenizer& tokenizer, absl::string_view text) {
  const absl::StatusOr<std::vector<int32_t>> ids = tokenizer.EncodeWithSpecialTokens(text);
  if (!ids.ok()) return;
  for (const int32_t id : *ids) WHET_CHECK(id >= 0 && id < tokenizer.vocabulary_size());
  whet::TokenStream stream(&tokenizer, whet::SpecialTokens::kKeep);
  std::string streamed;
  for (const int32_t id : *ids) streamed += stream.Append(id);
  WHET_CHECK(streamed + stream.Finish() == tokenizer.Decode(*ids, whet::SpecialTokens::kKeep));
}

// Matches are in order and cut no character.
void TryPattern(absl::string_view pattern, absl::string_view text) {
  const absl::StatusOr<whet::Regex> regex = whet::Regex::Compile(pattern);
  if (!regex.ok() || !whet::IsUtf8(text)) return;
  whet::RegexScratch scratch;
  std::vector<whet::RegexMatch> matches;
  if (!regex->FindAll(text, &scratch, &matches).ok()) return;
  size_t end = 0;
  for (const whet::RegexMatch& match : matches) {
    WHET_CHECK(end <= match.begin && match.begin <= match.end && match.end <= text.size());
    WHET_CHECK(whet::IsUtf8(text.substr(end, match.begin - end)));
    WHET_CHECK(whet::IsUtf8(text.substr(match.begin, match.end - match.begin)));
    end = match.end;
  }
}

whet::Tokenizer Make(const Json& json) {
  absl::StatusOr<whet::Tokenizer> tokenizer = whet::Tokenizer::FromJson(json.Dump());
  WHET_CHECK(tokenizer.ok());
  return *std::move(tokenizer);
}

whet::Tokenizer Normalizing() {
  Json json = TokenizerJson();
  json.Set("normalizer", Json::Object({{"type", "NFKC"}}));
  return Make(json);
}

whet::Tokenizer Faithful() {
  Json json = TokenizerJson();
  json.Set("added_tokens", Json::Array());
  json.Set("pre_tokenizer", *Json::Parse(R"({"type": "ByteLevel", "add_prefix_space": false})"));
  return Make(json);
}

void TryText(absl::string_view text) {
  static const whet::Tokenizer normalizing = Normalizing();
  static const whet::Tokenizer faithful = Faithful();
  EncodeAndDecode(normalizing, text);
  EncodeAndDecode(faithful, text);
  const absl::StatusOr<std::vector<int32_t>> ids = faithful.Encode(text);
  WHET_CHECK(ids.ok() == whet::IsUtf8(text));
  if (ids.ok()) WHET_CHECK(faithful.Decode(*ids, whet::SpecialTokens::kKeep) == text);
  // As if each byte had been sampled.
  std::vector<int32_t> bytes;
  whet::TokenStream stream(&faithful, whet::SpecialTokens::kSkip);
  std::string streamed;
  for (const char c : text) {
    bytes.push_back(static_cast<unsigned char>(c));
    streamed += stream.Append(bytes.back());
  }
  WHET_CHECK(streamed + stream.Finish() == faithful.Decode(bytes, whet::SpecialTokens::kSkip));
  WHET_CHECK(faithful.Decode(bytes, whet::SpecialTokens::kSkip) == whet::ReplaceInvalidUtf8(text));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const absl::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 4 == 0) {
    const absl::StatusOr<whet::Tokenizer> tokenizer = whet::Tokenizer::FromJson(rest);
    if (tokenizer.ok()) EncodeAndDecode(*tokenizer, kText);
  } else if (data[0] % 4 == 1) {
    TryPattern(rest.substr(0, rest.find('\0')), kText);
    const size_t zero = rest.find('\0');
    if (zero != absl::string_view::npos) TryPattern(rest.substr(0, zero), rest.substr(zero + 1));
  } else {
    TryText(rest);
  }
  return 0;
}
