#include "rewards/code/canonical.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "text/utf8.h"

namespace whet {
namespace {

using absl::string_view;
using sandbox::CheckResult;
using sandbox::Excerpt;
using Kind = CodeValue::Kind;

// The keys of a dict with their places among its items, sorted.
std::vector<std::pair<string_view, size_t>> SortedKeys(const CodeValue& dict) {
  std::vector<std::pair<string_view, size_t>> keys;
  keys.reserve(dict.items.size() / 2);
  for (size_t i = 0; i < dict.items.size(); i += 2) keys.emplace_back(dict.items[i].text, i);
  std::sort(keys.begin(), keys.end());
  return keys;
}

// Reads one text. Its methods read from position_ on and leave it behind what they took.
class Parser {
 public:
  Parser(string_view text, const CodeValueLimits& limits) : text_(text), limits_(limits) {}

  absl::StatusOr<CodeValue> ParseAll() {
    WHET_ASSIGN_OR_RETURN(CodeValue value, ParseValue(0));
    SkipSpace();
    if (position_ < text_.size()) return Error("nothing more may come after the value");
    return value;
  }

 private:
  absl::Status Error(string_view what) const {
    return absl::InvalidArgumentError(absl::StrCat("byte ", position_ + 1, ": ", what));
  }

  void SkipSpace() {
    position_ = std::min(text_.find_first_not_of(" \t\r\n", position_), text_.size());
  }

  bool Take(string_view token) {
    if (!absl::StartsWith(text_.substr(position_), token)) return false;
    position_ += token.size();
    return true;
  }

  absl::Status Count() {
    if (++values_ <= limits_.values_max) return absl::OkStatus();
    return Error(absl::StrCat("more than ", limits_.values_max, " values"));
  }

  absl::StatusOr<CodeValue> ParseValue(int depth) {
    WHET_RETURN_IF_ERROR(Count());
    SkipSpace();
    if (position_ == text_.size()) return Error("a value is missing");
    CodeValue value;
    switch (text_[position_]) {
      case '[':
        WHET_RETURN_IF_ERROR(ParseItems(depth + 1, &value));
        return value;
      case '{':
        WHET_RETURN_IF_ERROR(ParseItems(depth + 1, &value));
        WHET_RETURN_IF_ERROR(CheckKeys(value));
        return value;
      case '"':
        WHET_RETURN_IF_ERROR(ParseString(&value));
        return value;
      default:
        WHET_RETURN_IF_ERROR(ParseScalar(&value));
        return value;
    }
  }

  absl::Status ParseScalar(CodeValue* value) {
    if (Take("null")) return absl::OkStatus();
    for (const string_view word : {"true", "false", "NaN", "Infinity", "-Infinity"}) {
      if (!Take(word)) continue;
      value->kind = word == "true" || word == "false" ? Kind::kBool : Kind::kFloat;
      value->text = std::string(word);
      return absl::OkStatus();
    }
    return ParseNumber(value);
  }

  bool TakeDigits() {
    const size_t begin = position_;
    position_ = std::min(text_.find_first_not_of("0123456789", position_), text_.size());
    return position_ > begin;
  }

  absl::Status ParseNumber(CodeValue* value) {
    const size_t begin = position_;
    Take("-");
    const size_t digits = position_;
    if (!TakeDigits()) return Error("no value begins like this");
    if (text_[digits] == '0' && position_ > digits + 1) return Error("a number begins with 0");
    value->kind = Kind::kInt;
    if (Take(".")) {
      value->kind = Kind::kFloat;
      if (!TakeDigits()) return Error("a digit is missing");
    }
    if (Take("e") || Take("E")) {
      value->kind = Kind::kFloat;
      if (!Take("+")) Take("-");
      if (!TakeDigits()) return Error("a digit is missing");
    }
    value->text = std::string(text_.substr(begin, position_ - begin));
    if (value->kind == Kind::kInt && value->text == "-0") value->text = "0";
    return absl::OkStatus();
  }

  absl::Status ParseString(CodeValue* value) {
    value->kind = Kind::kString;
    ++position_;
    while (true) {
      const size_t begin = position_;
      while (position_ < text_.size() && text_[position_] != '"' && text_[position_] != '\\' &&
             static_cast<unsigned char>(text_[position_]) >= 0x20) {
        ++position_;
      }
      absl::StrAppend(&value->text, text_.substr(begin, position_ - begin));
      if (Take("\"")) return absl::OkStatus();
      if (position_ == text_.size()) return Error("a string does not end");
      if (!Take("\\")) return Error("a control character in a string");
      WHET_RETURN_IF_ERROR(ParseEscape(&value->text));
    }
  }

  absl::Status ParseEscape(std::string* out) {
    constexpr string_view kLetters = "\"\\/bfnrt";
    constexpr string_view kCharacters = "\"\\/\b\f\n\r\t";
    if (Take("u")) return ParseCodePoint(out);
    const size_t which =
        position_ < text_.size() ? kLetters.find(text_[position_]) : string_view::npos;
    if (which == string_view::npos) return Error("no escape of a string");
    out->push_back(kCharacters[which]);
    ++position_;
    return absl::OkStatus();
  }

  // What comes after \u.
  absl::Status ParseCodePoint(std::string* out) {
    constexpr uint32_t kHighMin = 0xD800;
    constexpr uint32_t kLowMin = 0xDC00;
    constexpr uint32_t kLowMax = 0xDFFF;
    WHET_ASSIGN_OR_RETURN(uint32_t code_point, ParseHex());
    if (code_point >= kHighMin && code_point <= kLowMax) {
      const bool is_high = code_point < kLowMin;
      if (!is_high || !Take("\\u")) return Error("half a surrogate pair");
      WHET_ASSIGN_OR_RETURN(const uint32_t low, ParseHex());
      if (low < kLowMin || low > kLowMax) return Error("half a surrogate pair");
      code_point = 0x10000 + ((code_point - kHighMin) << 10U) + (low - kLowMin);
    }
    AppendUtf8(code_point, out);
    return absl::OkStatus();
  }

  absl::StatusOr<uint32_t> ParseHex() {
    uint32_t code = 0;
    for (int i = 0; i < 4; ++i, ++position_) {
      const char c = position_ < text_.size() ? text_[position_] : ' ';
      if (!absl::ascii_isxdigit(static_cast<unsigned char>(c))) {
        return Error("four hexadecimal digits are missing");
      }
      const char lower = absl::ascii_tolower(static_cast<unsigned char>(c));
      code = code * 16 + static_cast<uint32_t>(lower <= '9' ? lower - '0' : lower - 'a' + 10);
    }
    return code;
  }

  static void AppendUtf8(uint32_t code_point, std::string* out) {
    const auto append = [out](uint32_t byte) { out->push_back(static_cast<char>(byte)); };
    const auto append_tail = [&](unsigned shift) { append(0x80U | (code_point >> shift & 0x3FU)); };
    if (code_point < 0x80) {
      append(code_point);
    } else if (code_point < 0x800) {
      append(0xC0U | code_point >> 6U);
      append_tail(0);
    } else if (code_point < 0x10000) {
      append(0xE0U | code_point >> 12U);
      append_tail(6);
      append_tail(0);
    } else {
      append(0xF0U | code_point >> 18U);
      append_tail(12);
      append_tail(6);
      append_tail(0);
    }
  }

  // A list or a dict, the `depth`th from outside.
  absl::Status ParseItems(int depth, CodeValue* value) {
    if (depth > limits_.depth_max) {
      return Error(absl::StrCat("nested deeper than ", limits_.depth_max));
    }
    const bool is_dict = Take("{");
    if (!is_dict) Take("[");
    const string_view close = is_dict ? "}" : "]";
    value->kind = is_dict ? Kind::kDict : Kind::kList;
    SkipSpace();
    if (Take(close)) return absl::OkStatus();
    while (true) {
      if (is_dict) WHET_RETURN_IF_ERROR(ParseKey(value));
      WHET_ASSIGN_OR_RETURN(CodeValue item, ParseValue(depth));
      value->items.push_back(std::move(item));
      SkipSpace();
      if (Take(close)) return absl::OkStatus();
      if (!Take(",")) return Error(absl::StrCat("expected , or ", close));
    }
  }

  absl::Status ParseKey(CodeValue* dict) {
    SkipSpace();
    if (position_ == text_.size() || text_[position_] != '"') return Error("a key is missing");
    WHET_ASSIGN_OR_RETURN(CodeValue key, ParseValue(0));
    dict->items.push_back(std::move(key));
    SkipSpace();
    return Take(":") ? absl::OkStatus() : Error("expected :");
  }

  absl::Status CheckKeys(const CodeValue& dict) const {
    const auto keys = SortedKeys(dict);
    const auto twice = std::adjacent_find(
        keys.begin(), keys.end(), [](const auto& a, const auto& b) { return a.first == b.first; });
    if (twice == keys.end()) return absl::OkStatus();
    return Error(absl::StrCat("the key ", Excerpt(twice->first), " occurs twice"));
  }

  const string_view text_;
  const CodeValueLimits limits_;
  size_t position_ = 0;
  size_t values_ = 0;
};

void AppendString(string_view text, std::string* out) {
  out->push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out->push_back('\\');
      out->push_back(c);
    } else if (c == '\n') {
      *out += "\\n";
    } else if (const auto byte = static_cast<unsigned char>(c); byte < 0x20) {
      absl::StrAppend(out, "\\u", absl::Hex(byte, absl::kZeroPad4));
    } else {
      out->push_back(c);
    }
  }
  out->push_back('"');
}

// Stops somewhere behind `bytes_max`.
void AppendValue(const CodeValue& value, size_t bytes_max, std::string* out) {
  switch (value.kind) {
    case Kind::kNull:
      *out += "null";
      return;
    case Kind::kBool:
    case Kind::kInt:
    case Kind::kFloat:
      *out += value.text;
      return;
    case Kind::kString:
      AppendString(Utf8Prefix(value.text, bytes_max), out);
      return;
    case Kind::kList:
    case Kind::kDict:
      break;
  }
  const bool is_dict = value.kind == Kind::kDict;
  out->push_back(is_dict ? '{' : '[');
  for (size_t i = 0; i < value.items.size() && out->size() <= bytes_max; ++i) {
    if (i > 0) out->push_back(is_dict && i % 2 == 1 ? ':' : ',');
    AppendValue(value.items[i], bytes_max, out);
  }
  out->push_back(is_dict ? '}' : ']');
}

size_t CountValues(const CodeValue& value) {
  size_t count = 1;
  for (const CodeValue& item : value.items) count += CountValues(item);
  return count;
}

// A value in a message: short, and in ASCII.
std::string Brief(const CodeValue& value) {
  constexpr size_t kBytesMax = 60;
  std::string text;
  AppendValue(value, kBytesMax, &text);
  std::string out;
  for (const char c : text) {
    if (out.size() >= kBytesMax) return absl::StrCat(out, "...");
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isprint(byte)) {
      out.push_back(c);
    } else {
      absl::StrAppend(&out, "\\x", absl::Hex(byte, absl::kZeroPad2));
    }
  }
  return out;
}

bool IsNumber(Kind kind) { return kind == Kind::kInt || kind == Kind::kFloat; }

// Compares two values, and tells of the first difference.
class Comparison {
 public:
  explicit Comparison(const std::optional<sandbox::Tolerance>& tolerance) : tolerance_(tolerance) {}

  CheckResult Compare(const CodeValue& expected, const CodeValue& actual) {
    if (AreEqual(expected, actual)) return {.equal = true, .why = ""};
    return {.equal = false, .why = place_.empty() ? why_ : absl::StrCat(place_, ": ", why_)};
  }

 private:
  bool AreEqual(const CodeValue& expected, const CodeValue& actual) {
    if (tolerance_ && IsNumber(expected.kind) && IsNumber(actual.kind)) {
      return sandbox::NumbersAgree(expected.text, actual.text, *tolerance_) ||
             Differ(expected, actual);
    }
    if (expected.kind != actual.kind) return Differ(expected, actual);
    switch (expected.kind) {
      case Kind::kNull:
        return true;
      case Kind::kBool:
      case Kind::kInt:
        return expected.text == actual.text || Differ(expected, actual);
      case Kind::kFloat:
        return sandbox::NumbersAgree(expected.text, actual.text, {}) || Differ(expected, actual);
      case Kind::kString:
        return expected.text == actual.text || StringsDiffer(expected.text, actual.text);
      case Kind::kList:
        return ListsAreEqual(expected, actual);
      case Kind::kDict:
        return DictsAreEqual(expected, actual);
    }
    return false;
  }

  bool ListsAreEqual(const CodeValue& expected, const CodeValue& actual) {
    const size_t common = std::min(expected.items.size(), actual.items.size());
    for (size_t i = 0; i < common; ++i) {
      if (!AreEqual(expected.items[i], actual.items[i])) return Inside(absl::StrCat(i));
    }
    if (expected.items.size() == actual.items.size()) return true;
    return Because(absl::StrCat("expected ", expected.items.size(), " elements, got ",
                                actual.items.size(), ": ", Brief(actual)));
  }

  bool DictsAreEqual(const CodeValue& expected, const CodeValue& actual) {
    const auto wanted = SortedKeys(expected);
    const auto found = SortedKeys(actual);
    const size_t common = std::min(wanted.size(), found.size());
    for (size_t i = 0; i < common; ++i) {
      const auto& [key, place] = wanted[i];
      const auto& [other_key, other_place] = found[i];
      if (key != other_key) return key < other_key ? Missing(key) : Unexpected(other_key);
      if (!AreEqual(expected.items[place + 1], actual.items[other_place + 1])) {
        return Inside(Excerpt(key));
      }
    }
    if (wanted.size() > common) return Missing(wanted[common].first);
    if (found.size() > common) return Unexpected(found[common].first);
    return true;
  }

  // These are false, and say why.

  bool Because(std::string why) {
    why_ = std::move(why);
    return false;
  }

  bool Differ(const CodeValue& expected, const CodeValue& actual) {
    return Because(absl::StrCat("expected ", Brief(expected), ", got ", Brief(actual)));
  }

  bool StringsDiffer(string_view expected, string_view actual) {
    const size_t common = std::min(expected.size(), actual.size());
    const auto around = static_cast<size_t>(
        std::mismatch(expected.begin(), expected.begin() + common, actual.begin()).first -
        expected.begin());
    return Because(
        absl::StrCat("expected ", Excerpt(expected, around), ", got ", Excerpt(actual, around)));
  }

  bool Missing(string_view key) { return Because(absl::StrCat("no key ", Excerpt(key))); }

  bool Unexpected(string_view key) {
    return Because(absl::StrCat("the key ", Excerpt(key), " is not expected"));
  }

  // The difference lies inside the element or key `step`.
  bool Inside(string_view step) {
    constexpr size_t kPlaceBytesMax = 120;
    place_ = absl::StrCat("[", step, "]", place_);
    if (place_.size() > kPlaceBytesMax) {
      place_.resize(kPlaceBytesMax);
      place_ += "...";
    }
    return false;
  }

  const std::optional<sandbox::Tolerance> tolerance_;
  std::string place_;
  std::string why_;
};

}  // namespace

const CodeValue* CodeValue::Find(string_view key) const {
  if (kind != Kind::kDict) return nullptr;
  for (size_t i = 0; i < items.size(); i += 2) {
    if (items[i].text == key) return &items[i + 1];
  }
  return nullptr;
}

absl::StatusOr<CodeValue> ParseCodeValue(string_view text, const CodeValueLimits& limits) {
  if (text.size() > limits.bytes_max) {
    return absl::InvalidArgumentError(
        absl::StrCat(text.size(), " bytes; at most ", limits.bytes_max, " are allowed"));
  }
  if (!IsUtf8(text)) return absl::InvalidArgumentError("not valid UTF-8");
  return Parser(text, limits).ParseAll();
}

std::string TextOf(const CodeValue& value) {
  std::string text;
  AppendValue(value, std::string::npos, &text);
  return text;
}

absl::StatusOr<CheckResult> CompareValues(string_view expected, string_view claim,
                                          const CompareOptions& options) {
  // More values than this of a claim are not needed to tell what is wrong.
  constexpr size_t kSurplusValuesMax = 10000;
  constexpr CodeValueLimits kExpectedLimits = {
      .bytes_max = std::string::npos, .depth_max = 64, .values_max = std::string::npos};
  const absl::StatusOr<CodeValue> wanted = ParseCodeValue(expected, kExpectedLimits);
  if (!wanted.ok()) return Annotate(wanted.status(), "the expected value");
  const CodeValueLimits limits = {.bytes_max = options.claim_bytes_max,
                                  .depth_max = CodeValueLimits().depth_max,
                                  .values_max = CountValues(*wanted) + kSurplusValuesMax};
  const absl::StatusOr<CodeValue> found = ParseCodeValue(claim, limits);
  if (!found.ok()) {
    return CheckResult{.equal = false,
                       .why = absl::StrCat("no valid value: ", found.status().message())};
  }
  return Comparison(options.tolerance).Compare(*wanted, *found);
}

}  // namespace whet
