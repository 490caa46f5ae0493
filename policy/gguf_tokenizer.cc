#include "policy/gguf_tokenizer.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/status.h"
#include "text/utf8.h"

namespace whet {
namespace {

constexpr char kTokensKey[] = "tokenizer.ggml.tokens";
constexpr char kTypesKey[] = "tokenizer.ggml.token_type";
constexpr char kMergesKey[] = "tokenizer.ggml.merges";

// tokenizer.ggml.token_type; the other numbers are text.
constexpr int64_t kControl = 3;
constexpr int64_t kUserDefined = 4;
constexpr int64_t kUnused = 5;

// How a family of models cuts its texts: patterns whose matches are isolated one after another,
// then bytes. What each family's own tokenizer.json says.
struct Family {
  absl::string_view pre;  // tokenizer.ggml.pre
  std::vector<absl::string_view> patterns;
  bool individual_digits = false;
  bool gpt2_pattern = false;  // That of ByteLevel itself.
  bool nfc = false;
  bool ignore_merges = false;
  bool adds_begin = false;  // Unless tokenizer.ggml.add_bos_token says otherwise.
};

constexpr absl::string_view kLlama3Pattern =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3})"
    R"(| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr absl::string_view kQwen2Pattern =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N})"
    R"(| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr absl::string_view kDeepSeekWordPattern =
    R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^)"
    "\r\n"
    R"(\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[)"
    "\r\n"
    R"(]*|\s*[)"
    "\r\n"
    R"(]+|\s+(?!\S)|\s+)";

std::vector<Family> Families() {
  const Family gpt2 = {.pre = "gpt-2", .patterns = {}, .gpt2_pattern = true};
  const Family llama3 = {
      .pre = "llama-bpe", .patterns = {kLlama3Pattern}, .ignore_merges = true, .adds_begin = true};
  std::vector<Family> families = {gpt2, gpt2, llama3, llama3, llama3};
  families[1].pre = "default";
  families[3].pre = "llama3";
  families[4].pre = "llama-v3";
  families.push_back({.pre = "qwen2", .patterns = {kQwen2Pattern}, .nfc = true});
  families.push_back(
      {.pre = "smollm", .patterns = {}, .individual_digits = true, .gpt2_pattern = true});
  families.push_back({.pre = "deepseek-v3",
                      .patterns = {R"(\p{N}{1,3})", "[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+",
                                   kDeepSeekWordPattern}});
  return families;
}

absl::StatusOr<Family> FamilyOf(const Json& metadata) {
  WHET_ASSIGN_OR_RETURN(const absl::string_view model, metadata.GetString("tokenizer.ggml.model"));
  if (model != "gpt2") {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"tokenizer.ggml.model\" is \"", model, "\"", model == "llama" ? " (SentencePiece)" : "",
        ", which is not supported yet; supported is gpt2 (byte-level BPE)"));
  }
  WHET_ASSIGN_OR_RETURN(const absl::string_view pre, metadata.GetString("tokenizer.ggml.pre"));
  std::string known;
  for (const Family& family : Families()) {
    if (family.pre == pre) return family;
    absl::StrAppend(&known, known.empty() ? "" : ", ", family.pre);
  }
  return absl::InvalidArgumentError(absl::StrCat("\"tokenizer.ggml.pre\" is \"", pre,
                                                 "\", which is not supported; known are ", known));
}

struct Token {
  absl::string_view text;
  int64_t type;
};

// By id.
absl::StatusOr<std::vector<Token>> ReadTokens(const Json& metadata) {
  WHET_ASSIGN_OR_RETURN(const absl::Span<const Json> texts, metadata.GetElements(kTokensKey));
  WHET_ASSIGN_OR_RETURN(const absl::Span<const Json> types, metadata.GetElements(kTypesKey));
  if (texts.size() != types.size()) {
    return absl::DataLossError(absl::StrCat("\"", kTokensKey, "\" has ", texts.size(),
                                            " elements, \"", kTypesKey, "\" has ", types.size()));
  }
  std::vector<Token> tokens;
  for (size_t i = 0; i < texts.size(); ++i) {
    const absl::StatusOr<absl::string_view> text = texts[i].String();
    if (!text.ok() || !IsUtf8(*text)) {
      return absl::DataLossError(
          absl::StrCat("\"", kTokensKey, "\": element ", i, " is no UTF-8 text"));
    }
    absl::StatusOr<int64_t> type = types[i].Int();
    if (!type.ok()) return Annotate(type.status(), absl::StrCat("\"", kTypesKey, "\""));
    tokens.push_back({*text, *type});
  }
  return tokens;
}

int64_t IdEnd(absl::Span<const Token> tokens) {
  size_t end = tokens.size();
  while (end > 0 && tokens[end - 1].type == kUnused) --end;
  return static_cast<int64_t>(end);
}

absl::StatusOr<Json> VocabularyOf(absl::Span<const Token> tokens) {
  Json vocabulary = Json::Object();
  for (size_t id = 0; id < tokens.size(); ++id) {
    if (tokens[id].type == kUnused) continue;
    if (vocabulary.Find(tokens[id].text) != nullptr) {
      return absl::DataLossError(
          absl::StrCat("\"", kTokensKey, "\": \"", tokens[id].text, "\" occurs twice"));
    }
    vocabulary.Set(tokens[id].text, static_cast<int64_t>(id));
  }
  return vocabulary;
}

Json AddedTokensOf(absl::Span<const Token> tokens) {
  Json added = Json::Array();
  for (size_t id = 0; id < tokens.size(); ++id) {
    const Token& token = tokens[id];
    if (token.type != kControl && token.type != kUserDefined) continue;
    added.Append(Json::Object({{"id", static_cast<int64_t>(id)},
                               {"content", token.text},
                               {"single_word", false},
                               {"lstrip", false},
                               {"rstrip", false},
                               {"normalized", false},
                               {"special", token.type == kControl}}));
  }
  return added;
}

absl::StatusOr<Json> MergesOf(const Json& metadata, const Json& vocabulary) {
  WHET_ASSIGN_OR_RETURN(const absl::Span<const Json> lines, metadata.GetElements(kMergesKey));
  Json merges = Json::Array();
  for (size_t i = 0; i < lines.size(); ++i) {
    const std::string context = absl::StrCat("\"", kMergesKey, "\": element ", i);
    const absl::StatusOr<absl::string_view> line = lines[i].String();
    if (!line.ok()) return absl::DataLossError(context + " is no text");
    const std::vector<absl::string_view> parts = absl::StrSplit(*line, ' ');
    if (parts.size() != 2) {
      return absl::DataLossError(context + " is not two tokens with a space between");
    }
    for (const std::string& token :
         {std::string(parts[0]), std::string(parts[1]), absl::StrCat(parts[0], parts[1])}) {
      if (vocabulary.Find(token) == nullptr) {
        return absl::DataLossError(absl::StrCat(context, ": \"", token, "\" is no token"));
      }
    }
    merges.Append(Json::Array({parts[0], parts[1]}));
  }
  return merges;
}

Json ByteLevel(bool use_regex) {
  return Json::Object({{"type", "ByteLevel"},
                       {"add_prefix_space", false},
                       {"trim_offsets", false},
                       {"use_regex", use_regex}});
}

Json PreTokenizerOf(const Family& family) {
  Json steps = Json::Array();
  if (family.individual_digits) {
    steps.Append(Json::Object({{"type", "Digits"}, {"individual_digits", true}}));
  }
  for (const absl::string_view pattern : family.patterns) {
    steps.Append(Json::Object({{"type", "Split"},
                               {"pattern", Json::Object({{"Regex", pattern}})},
                               {"behavior", "Isolated"},
                               {"invert", false}}));
  }
  steps.Append(ByteLevel(family.gpt2_pattern));
  return Json::Object({{"type", "Sequence"}, {"pretokenizers", std::move(steps)}});
}

// The token that a key, which must be there, names by its id.
absl::StatusOr<absl::string_view> NamedToken(const Json& metadata, absl::Span<const Token> tokens,
                                             absl::string_view key) {
  WHET_ASSIGN_OR_RETURN(const int64_t id, metadata.GetInt(key));
  if (id < 0 || id >= static_cast<int64_t>(tokens.size())) {
    return absl::DataLossError(
        absl::StrCat("\"", key, "\" is ", id, "; there are ", tokens.size(), " tokens"));
  }
  return tokens[static_cast<size_t>(id)].text;
}

Json SpecialPiece(absl::string_view token) {
  return Json::Object({{"SpecialToken", Json::Object({{"id", token}, {"type_id", 0}})}});
}

Json SequencePiece(absl::string_view name, int type) {
  return Json::Object({{"Sequence", Json::Object({{"id", name}, {"type_id", type}})}});
}

// Puts the begin and end tokens around each text. With neither, nothing.
absl::StatusOr<Json> PostProcessorOf(const Json& vocabulary, const Json& config) {
  Json single = Json::Array();
  Json pair = Json::Array();
  Json special_tokens = Json::Object();
  const auto add_special = [&](absl::string_view name, absl::string_view flag) -> absl::Status {
    WHET_ASSIGN_OR_RETURN(const bool adds, config.GetBool(flag));
    if (!adds) return absl::OkStatus();
    absl::StatusOr<absl::string_view> token = config.GetString(name);
    if (!token.ok()) {
      return absl::DataLossError(
          absl::StrCat("\"tokenizer.ggml.", flag, "\" is true, but there is no such token"));
    }
    const Json* const id = vocabulary.Find(*token);
    if (id == nullptr) return absl::DataLossError(absl::StrCat("\"", *token, "\" is unused"));
    single.Append(SpecialPiece(*token));
    pair.Append(SpecialPiece(*token));
    special_tokens.Set(*token, Json::Object({{"id", *token},
                                             {"ids", Json::Array({*id})},
                                             {"tokens", Json::Array({*token})}}));
    return absl::OkStatus();
  };
  WHET_RETURN_IF_ERROR(add_special("bos_token", "add_bos_token"));
  single.Append(SequencePiece("A", 0));
  pair.Append(SequencePiece("A", 0));
  pair.Append(SequencePiece("B", 1));
  WHET_RETURN_IF_ERROR(add_special("eos_token", "add_eos_token"));
  if (special_tokens.Members()->empty()) return ByteLevel(/*use_regex=*/false);
  return Json::Object({{"type", "TemplateProcessing"},
                       {"single", std::move(single)},
                       {"pair", std::move(pair)},
                       {"special_tokens", std::move(special_tokens)}});
}

absl::StatusOr<Json> TokenizerConfigOf(const Json& metadata, absl::Span<const Token> tokens,
                                       const Family& family) {
  Json config = Json::Object(
      {{"tokenizer_class", "PreTrainedTokenizerFast"}, {"clean_up_tokenization_spaces", false}});
  for (const auto& [key, name] : {std::pair{"tokenizer.ggml.bos_token_id", "bos_token"},
                                  std::pair{"tokenizer.ggml.eos_token_id", "eos_token"},
                                  std::pair{"tokenizer.ggml.unknown_token_id", "unk_token"},
                                  std::pair{"tokenizer.ggml.padding_token_id", "pad_token"}}) {
    if (metadata.Find(key) == nullptr) continue;
    WHET_ASSIGN_OR_RETURN(const absl::string_view token, NamedToken(metadata, tokens, key));
    config.Set(name, token);
  }
  const bool adds_begin_default = family.adds_begin && config.Find("bos_token") != nullptr;
  WHET_ASSIGN_OR_RETURN(const bool adds_begin,
                        metadata.GetBoolOr("tokenizer.ggml.add_bos_token", adds_begin_default));
  WHET_ASSIGN_OR_RETURN(const bool adds_end,
                        metadata.GetBoolOr("tokenizer.ggml.add_eos_token", false));
  config.Set("add_bos_token", adds_begin);
  config.Set("add_eos_token", adds_end);
  const Json* const architecture = metadata.Find("general.architecture");
  if (architecture != nullptr && architecture->is_string()) {
    const std::string key = absl::StrCat(*architecture->String(), ".context_length");
    if (const Json* const length = metadata.Find(key)) config.Set("model_max_length", *length);
  }
  if (metadata.Find("tokenizer.chat_template") != nullptr) {
    WHET_ASSIGN_OR_RETURN(const absl::string_view chat,
                          metadata.GetString("tokenizer.chat_template"));
    config.Set("chat_template", chat);
  }
  return config;
}

}  // namespace

absl::StatusOr<GgufTokenizer> TokenizerOfGguf(const Json& metadata) {
  WHET_ASSIGN_OR_RETURN(const Family family, FamilyOf(metadata));
  WHET_ASSIGN_OR_RETURN(const std::vector<Token> tokens, ReadTokens(metadata));
  WHET_ASSIGN_OR_RETURN(Json vocabulary, VocabularyOf(tokens));
  WHET_ASSIGN_OR_RETURN(Json merges, MergesOf(metadata, vocabulary));
  WHET_ASSIGN_OR_RETURN(Json config, TokenizerConfigOf(metadata, tokens, family));
  WHET_ASSIGN_OR_RETURN(Json post_processor, PostProcessorOf(vocabulary, config));
  Json normalizer;
  if (family.nfc) normalizer = Json::Object({{"type", "NFC"}});
  Json model = Json::Object({{"type", "BPE"},
                             {"dropout", nullptr},
                             {"unk_token", nullptr},
                             {"continuing_subword_prefix", nullptr},
                             {"end_of_word_suffix", nullptr},
                             {"fuse_unk", false},
                             {"byte_fallback", false},
                             {"ignore_merges", family.ignore_merges}});
  model.Set("vocab", std::move(vocabulary));
  model.Set("merges", std::move(merges));
  Json tokenizer = Json::Object({{"version", "1.0"},
                                 {"truncation", nullptr},
                                 {"padding", nullptr},
                                 {"added_tokens", AddedTokensOf(tokens)},
                                 {"normalizer", std::move(normalizer)},
                                 {"pre_tokenizer", PreTokenizerOf(family)},
                                 {"post_processor", std::move(post_processor)},
                                 {"decoder", ByteLevel(/*use_regex=*/true)}});
  tokenizer.Set("model", std::move(model));
  return GgufTokenizer{.tokenizer = std::move(tokenizer),
                       .tokenizer_config = std::move(config),
                       .id_end = IdEnd(tokens)};
}

}  // namespace whet
