#include "text/pre_tokenizer.h"

#include <unicode/uchar.h>

#include <cstddef>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/status.h"
#include "text/byte_level.h"
#include "text/utf8.h"

namespace whet {

class PreTokenizer::Step {
 public:
  virtual ~Step() = default;
  // Cuts or rewrites each of the pieces; leaves no empty ones.
  virtual absl::Status Apply(PieceBuffer* buffer) const = 0;
  // Of a ByteLevel: leaves out the spelling of the bytes, and says so.
  virtual bool KeepBytes() { return false; }
};

namespace {

// What GPT-2 cut its texts with.
constexpr absl::string_view kGpt2Pattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

// What becomes of a match of the pattern and of the gaps between matches.
enum class Behavior { kIsolated, kRemoved, kMergedWithPrevious, kMergedWithNext, kContiguous };

std::optional<Behavior> BehaviorOf(absl::string_view name) {
  if (name == "Isolated") return Behavior::kIsolated;
  if (name == "Removed") return Behavior::kRemoved;
  if (name == "MergedWithPrevious") return Behavior::kMergedWithPrevious;
  if (name == "MergedWithNext") return Behavior::kMergedWithNext;
  if (name == "Contiguous") return Behavior::kContiguous;
  return std::nullopt;
}

// A stretch of a text: a match or a gap.
struct Stretch {
  size_t begin;
  size_t end;
  bool is_match;
};

// Matches and gaps in their order, covering a text of `size` bytes.
void Cover(size_t size, const std::vector<RegexMatch>& matches, bool invert,
           std::vector<Stretch>* stretches) {
  stretches->clear();
  size_t end = 0;
  for (const RegexMatch& match : matches) {
    if (match.begin != end) stretches->push_back({end, match.begin, invert});
    stretches->push_back({match.begin, match.end, !invert});
    end = match.end;
  }
  if (end != size) stretches->push_back({end, size, invert});
}

// Whether a stretch joins the one before it.
bool Joins(Behavior behavior, const Stretch& stretch, const Stretch& before) {
  switch (behavior) {
    case Behavior::kMergedWithPrevious:
      return stretch.is_match && !before.is_match;
    case Behavior::kMergedWithNext:
      return !stretch.is_match && before.is_match;
    case Behavior::kContiguous:
      return stretch.is_match == before.is_match;
    default:
      return false;
  }
}

void AppendStretches(absl::string_view text, const std::vector<Stretch>& stretches,
                     Behavior behavior, std::vector<absl::string_view>* pieces) {
  size_t begin = 0;
  for (size_t i = 0; i < stretches.size(); ++i) {
    if (i == 0 || !Joins(behavior, stretches[i], stretches[i - 1])) begin = stretches[i].begin;
    const bool last = i + 1 == stretches.size();
    if (!last && Joins(behavior, stretches[i + 1], stretches[i])) continue;
    if (behavior == Behavior::kRemoved && stretches[i].is_match) continue;
    if (begin == stretches[i].end) continue;
    pieces->push_back(text.substr(begin, stretches[i].end - begin));
  }
}

// The most frequent behavior, without a list of stretches.
void AppendIsolated(absl::string_view text, const std::vector<RegexMatch>& matches,
                    std::vector<absl::string_view>* pieces) {
  size_t end = 0;
  for (const RegexMatch& match : matches) {
    if (match.begin != end) pieces->push_back(text.substr(end, match.begin - end));
    if (match.begin != match.end) {
      pieces->push_back(text.substr(match.begin, match.end - match.begin));
    }
    end = match.end;
  }
  if (end != text.size()) pieces->push_back(text.substr(end));
}

class SplitStep : public PreTokenizer::Step {
 public:
  SplitStep(Regex pattern, Behavior behavior, bool invert)
      : pattern_(std::move(pattern)), behavior_(behavior), invert_(invert) {}

  absl::Status Apply(PieceBuffer* buffer) const override {
    buffer->next_pieces.clear();
    std::vector<Stretch> stretches;
    for (const absl::string_view piece : buffer->pieces) {
      WHET_RETURN_IF_ERROR(pattern_.FindAll(piece, &buffer->regex, &buffer->matches));
      if (behavior_ == Behavior::kIsolated) {
        AppendIsolated(piece, buffer->matches, &buffer->next_pieces);
      } else {
        Cover(piece.size(), buffer->matches, invert_, &stretches);
        AppendStretches(piece, stretches, behavior_, &buffer->next_pieces);
      }
    }
    buffer->pieces.swap(buffer->next_pieces);
    return absl::OkStatus();
  }

 private:
  const Regex pattern_;
  const Behavior behavior_;
  const bool invert_;
};

class DigitsStep : public PreTokenizer::Step {
 public:
  explicit DigitsStep(bool individual)
      : behavior_(individual ? Behavior::kIsolated : Behavior::kContiguous) {}

  absl::Status Apply(PieceBuffer* buffer) const override {
    buffer->next_pieces.clear();
    std::vector<Stretch> stretches;
    for (const absl::string_view piece : buffer->pieces) {
      FindDigits(piece, &buffer->matches);
      Cover(piece.size(), buffer->matches, /*invert=*/false, &stretches);
      AppendStretches(piece, stretches, behavior_, &buffer->next_pieces);
    }
    buffer->pieces.swap(buffer->next_pieces);
    return absl::OkStatus();
  }

 private:
  static void FindDigits(absl::string_view text, std::vector<RegexMatch>* matches) {
    matches->clear();
    for (size_t i = 0; i < text.size();) {
      const Utf8Character character = FirstUtf8(text.substr(i));
      const auto category = U_GET_GC_MASK(static_cast<UChar32>(character.code_point));
      if ((category & U_GC_N_MASK) != 0) matches->push_back({i, i + character.bytes});
      i += character.bytes;
    }
  }

  const Behavior behavior_;
};

class ByteLevelStep : public PreTokenizer::Step {
 public:
  ByteLevelStep(bool add_prefix_space, std::unique_ptr<SplitStep> split)
      : add_prefix_space_(add_prefix_space), split_(std::move(split)) {}

  absl::Status Apply(PieceBuffer* buffer) const override {
    if (add_prefix_space_) {
      Rewrite(buffer, [](absl::string_view piece, std::string* text) {
        absl::StrAppend(text, piece[0] == ' ' ? "" : " ", piece);
      });
    }
    if (split_ != nullptr) WHET_RETURN_IF_ERROR(split_->Apply(buffer));
    if (!keeps_bytes_) Rewrite(buffer, AppendByteLevel);
    return absl::OkStatus();
  }

  bool KeepBytes() override {
    keeps_bytes_ = true;
    return true;
  }

 private:
  // Puts each piece through append_piece(piece, &text), into a text of their own.
  template <typename AppendPiece>
  static void Rewrite(PieceBuffer* buffer, AppendPiece append_piece) {
    std::string text;
    std::vector<size_t> ends;
    ends.reserve(buffer->pieces.size());
    for (const absl::string_view piece : buffer->pieces) {
      append_piece(piece, &text);
      ends.push_back(text.size());
    }
    const absl::string_view rewritten = buffer->texts.emplace_back(std::move(text));
    size_t begin = 0;
    for (size_t i = 0; i < ends.size(); ++i) {
      buffer->pieces[i] = rewritten.substr(begin, ends[i] - begin);
      begin = ends[i];
    }
  }

  const bool add_prefix_space_;
  const std::unique_ptr<SplitStep> split_;  // nullptr: cuts nothing.
  bool keeps_bytes_ = false;
};

using Steps = std::vector<std::unique_ptr<PreTokenizer::Step>>;

absl::Status AddSplit(const Json& json, Steps* steps) {
  WHET_ASSIGN_OR_RETURN(const Json* pattern, json.Get("pattern"));
  WHET_ASSIGN_OR_RETURN(Regex regex, Regex::FromJson(*pattern));
  WHET_ASSIGN_OR_RETURN(const absl::string_view name, json.GetString("behavior"));
  const std::optional<Behavior> behavior = BehaviorOf(name);
  if (!behavior.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat("behavior \"", name, "\" is not supported"));
  }
  WHET_ASSIGN_OR_RETURN(const bool invert, json.GetBoolOr("invert", false));
  steps->push_back(std::make_unique<SplitStep>(std::move(regex), *behavior, invert));
  return absl::OkStatus();
}

absl::Status AddByteLevel(const Json& json, Steps* steps) {
  WHET_ASSIGN_OR_RETURN(const bool add_prefix_space, json.GetBoolOr("add_prefix_space", true));
  WHET_ASSIGN_OR_RETURN(const bool use_regex, json.GetBoolOr("use_regex", true));
  std::unique_ptr<SplitStep> split;
  if (use_regex) {
    WHET_ASSIGN_OR_RETURN(Regex regex, Regex::Compile(kGpt2Pattern));
    split = std::make_unique<SplitStep>(std::move(regex), Behavior::kIsolated, /*invert=*/false);
  }
  steps->push_back(std::make_unique<ByteLevelStep>(add_prefix_space, std::move(split)));
  return absl::OkStatus();
}

absl::Status AddSteps(const Json& json, Steps* steps) {
  if (json.is_null()) return absl::OkStatus();
  WHET_ASSIGN_OR_RETURN(const absl::string_view type, json.GetString("type"));
  if (type == "Sequence") {
    WHET_ASSIGN_OR_RETURN(const absl::Span<const Json> parts, json.GetElements("pretokenizers"));
    for (const Json& part : parts) WHET_RETURN_IF_ERROR(AddSteps(part, steps));
    return absl::OkStatus();
  }
  if (type == "Split") return AddSplit(json, steps);
  if (type == "ByteLevel") return AddByteLevel(json, steps);
  if (type == "Digits") {
    WHET_ASSIGN_OR_RETURN(const bool individual, json.GetBoolOr("individual_digits", false));
    steps->push_back(std::make_unique<DigitsStep>(individual));
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("type \"", type, "\" is not supported"));
}

}  // namespace

PreTokenizer::PreTokenizer() = default;
PreTokenizer::PreTokenizer(PreTokenizer&& other) noexcept = default;
PreTokenizer& PreTokenizer::operator=(PreTokenizer&& other) noexcept = default;
PreTokenizer::~PreTokenizer() = default;

absl::StatusOr<PreTokenizer> PreTokenizer::FromJson(const Json& json) {
  PreTokenizer pre_tokenizer;
  WHET_RETURN_IF_ERROR(AddSteps(json, &pre_tokenizer.steps_));
  if (!pre_tokenizer.steps_.empty()) {
    pre_tokenizer.gives_bytes_ = pre_tokenizer.steps_.back()->KeepBytes();
  }
  return pre_tokenizer;
}

absl::Status PreTokenizer::Cut(absl::string_view text, PieceBuffer* buffer) const {
  buffer->texts.clear();
  buffer->pieces.clear();
  if (!text.empty()) buffer->pieces.push_back(text);
  for (const std::unique_ptr<Step>& step : steps_) {
    WHET_RETURN_IF_ERROR(step->Apply(buffer));
  }
  return absl::OkStatus();
}

}  // namespace whet
