#include "text/normalizer.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/uniset.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/check.h"
#include "base/status.h"
#include "text/regex.h"
#include "text/utf8.h"

namespace whet {

class Normalizer::Step {
 public:
  virtual ~Step() = default;
  // What `text` becomes; nullopt if it stays as it is.
  virtual absl::StatusOr<std::optional<std::string>> Apply(absl::string_view text) const = 0;
};

namespace {

absl::Status CheckSize(size_t bytes) {
  if (bytes <= Normalizer::kBytesMax) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("normalized, the text has more than ", Normalizer::kBytesMax, " bytes"));
}

// A normal form as the Python library has it: by Unicode 9, in which younger characters are just
// themselves. Newer tables would order their accents, and give other tokens.
class NormalFormStep : public Normalizer::Step {
 public:
  // `form` belongs to ICU.
  explicit NormalFormStep(const icu::Normalizer2& form)
      : known_(MakeKnown()), form_(form, known_) {}

  absl::StatusOr<std::optional<std::string>> Apply(absl::string_view text) const override {
    if (IsAscii(text)) return std::nullopt;
    const auto before = icu::UnicodeString::fromUTF8(
        icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
    UErrorCode error = U_ZERO_ERROR;
    const int32_t normal = form_.spanQuickCheckYes(before, error);
    if (U_SUCCESS(error) && normal == before.length()) return std::nullopt;
    icu::UnicodeString after;
    form_.normalize(Ordered(before), after, error);
    if (U_FAILURE(error)) {
      return absl::ResourceExhaustedError(absl::StrCat("ICU: ", u_errorName(error)));
    }
    std::string result;
    after.toUTF8String(result);
    return result;
  }

 private:
  struct Mark {
    uint8_t combining_class;
    size_t position;  // Those of a class keep their order.
    UChar32 character;

    auto operator<=>(const Mark& other) const = default;
  };

  static icu::UnicodeSet MakeKnown() {
    UErrorCode error = U_ZERO_ERROR;
    icu::UnicodeSet known(icu::UnicodeString("[:age=9.0:]", -1, US_INV), error);
    WHET_CHECK(U_SUCCESS(error));
    known.freeze();  // Which also makes it thread-safe.
    return known;
  }

  static bool IsAscii(absl::string_view text) {
    return std::all_of(text.begin(), text.end(), absl::ascii_isascii);
  }

  // `text` decomposed, its marks in canonical order, so that ICU only has to compose it: ICU orders
  // by insertion, which takes minutes for a megabyte of marks on one letter.
  icu::UnicodeString Ordered(const icu::UnicodeString& text) const {
    icu::UnicodeString ordered;
    icu::UnicodeString decomposition;
    std::vector<Mark> marks;
    for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
      if (!form_.getDecomposition(text.char32At(i), decomposition)) {
        decomposition.setTo(text.char32At(i));
      }
      for (int32_t j = 0; j < decomposition.length(); j = decomposition.moveIndex32(j, 1)) {
        const UChar32 character = decomposition.char32At(j);
        const uint8_t combining_class = form_.getCombiningClass(character);
        if (combining_class == 0) {
          AppendSorted(&marks, &ordered);
          ordered.append(character);
        } else {
          marks.push_back({combining_class, marks.size(), character});
        }
      }
    }
    AppendSorted(&marks, &ordered);
    return ordered;
  }

  static void AppendSorted(std::vector<Mark>* marks, icu::UnicodeString* out) {
    std::sort(marks->begin(), marks->end());
    for (const Mark& mark : *marks) out->append(mark.character);
    marks->clear();
  }

  const icu::UnicodeSet known_;
  const icu::FilteredNormalizer2 form_;  // Reads known_.
};

class LowercaseStep : public Normalizer::Step {
 public:
  absl::StatusOr<std::optional<std::string>> Apply(absl::string_view text) const override {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
      const Utf8Character character = FirstUtf8(text);
      text.remove_prefix(character.bytes);
      // The one character that becomes two.
      AppendCharacter(character.code_point == 0x130 ? U'i' : Lower(character.code_point), &result);
      if (character.code_point == 0x130) AppendCharacter(0x307, &result);
    }
    return result;
  }

 private:
  static char32_t Lower(char32_t c) {
    return static_cast<char32_t>(u_tolower(static_cast<UChar32>(c)));
  }

  static void AppendCharacter(char32_t c, std::string* out) {
    uint8_t units[U8_MAX_LENGTH];
    size_t count = 0;
    U8_APPEND_UNSAFE(units, count, static_cast<uint32_t>(c));
    out->append(reinterpret_cast<const char*>(units), count);
  }
};

class PrependStep : public Normalizer::Step {
 public:
  explicit PrependStep(absl::string_view prefix) : prefix_(prefix) {}

  absl::StatusOr<std::optional<std::string>> Apply(absl::string_view text) const override {
    if (text.empty()) return std::nullopt;
    WHET_RETURN_IF_ERROR(CheckSize(prefix_.size() + text.size()));
    return absl::StrCat(prefix_, text);
  }

 private:
  const std::string prefix_;
};

class ReplaceStep : public Normalizer::Step {
 public:
  ReplaceStep(Regex pattern, absl::string_view content)
      : pattern_(std::move(pattern)), content_(content) {}

  absl::StatusOr<std::optional<std::string>> Apply(absl::string_view text) const override {
    // In an empty text there is nothing to find, not even for a pattern that matches nothing.
    if (text.empty()) return std::nullopt;
    RegexScratch scratch;
    std::vector<RegexMatch> matches;
    WHET_RETURN_IF_ERROR(pattern_.FindAll(text, &scratch, &matches));
    std::string result;
    size_t end = 0;
    for (const RegexMatch& match : matches) {
      WHET_RETURN_IF_ERROR(CheckSize(result.size() + content_.size()));
      absl::StrAppend(&result, text.substr(end, match.begin - end), content_);
      end = match.end;
    }
    absl::StrAppend(&result, text.substr(end));
    return result;
  }

 private:
  const Regex pattern_;
  const std::string content_;
};

using Steps = std::vector<std::unique_ptr<Normalizer::Step>>;

// ICU's normal form of this name; nullptr if it is another thing's.
const icu::Normalizer2* NormalForm(absl::string_view name) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* form = nullptr;
  if (name == "NFC") form = icu::Normalizer2::getNFCInstance(error);
  if (name == "NFD") form = icu::Normalizer2::getNFDInstance(error);
  if (name == "NFKC") form = icu::Normalizer2::getNFKCInstance(error);
  if (name == "NFKD") form = icu::Normalizer2::getNFKDInstance(error);
  WHET_CHECK(U_SUCCESS(error));  // ICU is linked with its tables.
  return form;
}

absl::Status AddSteps(const Json& json, Steps* steps) {
  if (json.is_null()) return absl::OkStatus();
  WHET_ASSIGN_OR_RETURN(const absl::string_view type, json.GetString("type"));
  if (type == "Sequence") {
    WHET_ASSIGN_OR_RETURN(const absl::Span<const Json> parts, json.GetElements("normalizers"));
    for (const Json& part : parts) WHET_RETURN_IF_ERROR(AddSteps(part, steps));
  } else if (const icu::Normalizer2* form = NormalForm(type); form != nullptr) {
    steps->push_back(std::make_unique<NormalFormStep>(*form));
  } else if (type == "Lowercase") {
    steps->push_back(std::make_unique<LowercaseStep>());
  } else if (type == "Prepend") {
    WHET_ASSIGN_OR_RETURN(const absl::string_view prefix, json.GetString("prepend"));
    steps->push_back(std::make_unique<PrependStep>(prefix));
  } else if (type == "Replace") {
    WHET_ASSIGN_OR_RETURN(const Json* pattern, json.Get("pattern"));
    WHET_ASSIGN_OR_RETURN(Regex regex, Regex::FromJson(*pattern));
    WHET_ASSIGN_OR_RETURN(const absl::string_view content, json.GetString("content"));
    steps->push_back(std::make_unique<ReplaceStep>(std::move(regex), content));
  } else {
    return absl::InvalidArgumentError(absl::StrCat("type \"", type, "\" is not supported"));
  }
  return absl::OkStatus();
}

}  // namespace

Normalizer::Normalizer() = default;
Normalizer::Normalizer(Normalizer&& other) noexcept = default;
Normalizer& Normalizer::operator=(Normalizer&& other) noexcept = default;
Normalizer::~Normalizer() = default;

absl::StatusOr<Normalizer> Normalizer::FromJson(const Json& json) {
  Normalizer normalizer;
  WHET_RETURN_IF_ERROR(AddSteps(json, &normalizer.steps_));
  return normalizer;
}

absl::StatusOr<absl::string_view> Normalizer::Normalize(absl::string_view text,
                                                        std::string* storage) const {
  for (const std::unique_ptr<Step>& step : steps_) {
    WHET_RETURN_IF_ERROR(CheckSize(text.size()));  // ICU counts in int32_t.
    WHET_ASSIGN_OR_RETURN(std::optional<std::string> changed, step->Apply(text));
    if (!changed.has_value()) continue;
    *storage = *std::move(changed);
    text = *storage;
  }
  return text;
}

}  // namespace whet
