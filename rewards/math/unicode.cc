#include "rewards/math/unicode.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/status.h"
#include "rewards/math/unicode_table.h"

namespace whet::math {
namespace {

using absl::string_view;

static_assert(std::is_sorted(std::begin(kReplacements), std::end(kReplacements),
                             [](const Replacement& a, const Replacement& b) {
                               return a.character < b.character;
                             }));

// Blocks of characters that stand for ASCII ones: `size` of them from `first` on, again and again
// up to `last`, for those from `ascii` on.
struct Block {
  char32_t first;
  char32_t last;
  char ascii;
  char32_t size;
};
constexpr Block kBlocks[] = {
    {0x0660, 0x0669, '0', 10},   {0x06F0, 0x06F9, '0', 10},  // Arabic digits.
    {0x0966, 0x096F, '0', 10},                               // Devanagari digits.
    {0xFF01, 0xFF5E, '!', 94},                               // Full width.
    {0x1D7CE, 0x1D7FF, '0', 10},                             // Mathematical digits.
};

// Mathematical letters: A to Z, a to z, in one typeface after another.
constexpr char32_t kLettersFirst = 0x1D400;
constexpr char32_t kLettersLast = 0x1D6A3;

// What stands in superscripts and subscripts.
constexpr Replacement kSuperscripts[] = {
    {0x00B2, "2"}, {0x00B3, "3"}, {0x00B9, "1"}, {0x2070, "0"}, {0x2071, "i"}, {0x2074, "4"},
    {0x2075, "5"}, {0x2076, "6"}, {0x2077, "7"}, {0x2078, "8"}, {0x2079, "9"}, {0x207A, "+"},
    {0x207B, "-"}, {0x207C, "="}, {0x207D, "("}, {0x207E, ")"}, {0x207F, "n"}, {0x02E3, "x"}};
constexpr Replacement kSubscripts[] = {
    {0x2080, "0"}, {0x2081, "1"}, {0x2082, "2"}, {0x2083, "3"}, {0x2084, "4"}, {0x2085, "5"},
    {0x2086, "6"}, {0x2087, "7"}, {0x2088, "8"}, {0x2089, "9"}, {0x208A, "+"}, {0x208B, "-"},
    {0x208C, "="}, {0x208D, "("}, {0x208E, ")"}, {0x2090, "a"}, {0x2091, "e"}, {0x2093, "x"},
    {0x1D62, "i"}, {0x2C7C, "j"}, {0x2096, "k"}, {0x2098, "m"}, {0x2099, "n"}, {0x209C, "t"}};

// Zero-width characters, soft hyphens, marks of direction.
bool IsInvisible(char32_t character) {
  return character == 0x00AD || (character >= 0x200B && character <= 0x200F) ||
         (character >= 0x202A && character <= 0x202E) || character == 0x2060 ||
         (character >= 0xFE00 && character <= 0xFE0F) || character == 0xFEFF;
}

// The character that `text` begins with, and its length in bytes; 0 if that is not UTF-8.
char32_t Decode(string_view text, size_t* length) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  *length = 0;
  const size_t size = byte(0) < 0x80 ? 1 : byte(0) < 0xE0 ? 2 : byte(0) < 0xF0 ? 3 : 4;
  if (size == 1) {
    *length = 1;
    return byte(0);
  }
  if (byte(0) < 0xC2 || byte(0) > 0xF4 || text.size() < size) return 0;
  char32_t character = byte(0) & (0x7Fu >> size);
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
    character = character << 6 | (byte(i) & 0x3F);
  }
  constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = character >= 0xD800 && character <= 0xDFFF;
  if (character < kSmallest[size] || surrogate || character > 0x10FFFF) return 0;
  *length = size;
  return character;
}

char AsciiOf(char32_t character) {
  for (const Block& block : kBlocks) {
    if (character >= block.first && character <= block.last) {
      return static_cast<char>(block.ascii + (character - block.first) % block.size);
    }
  }
  if (character < kLettersFirst || character > kLettersLast) return 0;
  const char32_t which = (character - kLettersFirst) % 52;
  return static_cast<char>(which < 26 ? 'A' + which : 'a' + which - 26);
}

string_view FindIn(absl::Span<const Replacement> table, char32_t character) {
  for (const Replacement& replacement : table) {
    if (replacement.character == character) return replacement.text;
  }
  return {};
}

bool IsPlain(char c) { return absl::ascii_isprint(c) || absl::ascii_isspace(c); }

class Normalizer {
 public:
  explicit Normalizer(string_view text) : text_(text) {}

  absl::StatusOr<NormalizedText> Run() {
    while (position_ < text_.size()) WHET_RETURN_IF_ERROR(Take());
    return std::move(out_);
  }

 private:
  void Write(string_view text) {
    absl::StrAppend(&out_.text, text);
    out_.origins.resize(out_.text.size(), static_cast<uint32_t>(position_));
  }

  absl::Status Take() {
    size_t length;
    const char32_t character = Decode(text_.substr(position_), &length);
    if (length == 0) return Error("is no UTF-8");
    if (length == 1 && !IsPlain(text_[position_])) return Error("is a control character");
    if (TakeScripts(kSuperscripts, "^{") || TakeScripts(kSubscripts, "_{")) {
      return absl::OkStatus();
    }
    const char ascii = AsciiOf(character);
    const string_view replacement = ReplacementOf(character);
    if (ascii != 0) {
      Write(string_view(&ascii, 1));
    } else if (!replacement.empty()) {
      Write(replacement);
    } else if (!IsInvisible(character)) {
      Write(text_.substr(position_, length));
    }
    position_ += length;
    return absl::OkStatus();
  }

  // A run of raised or lowered characters: ⁻¹ becomes ^{-1}.
  bool TakeScripts(absl::Span<const Replacement> table, string_view opening) {
    bool any = false;
    while (position_ < text_.size()) {
      size_t length;
      const string_view text = FindIn(table, Decode(text_.substr(position_), &length));
      if (length < 2 || text.empty()) break;
      if (!any) Write(opening);
      any = true;
      Write(text);
      position_ += length;
    }
    if (!any) return false;
    --position_;
    Write("}");
    ++position_;
    return true;
  }

  absl::Status Error(string_view what) const {
    return absl::InvalidArgumentError(absl::StrCat("byte ", position_ + 1, ": ", what));
  }

  const string_view text_;
  size_t position_ = 0;
  NormalizedText out_;
};

}  // namespace

string_view ReplacementOf(char32_t character) {
  if (character < 0x80) return {};
  const auto* found = std::lower_bound(
      std::begin(kReplacements), std::end(kReplacements), character,
      [](const Replacement& replacement, char32_t c) { return replacement.character < c; });
  return found != std::end(kReplacements) && found->character == character ? found->text
                                                                           : string_view();
}

absl::StatusOr<NormalizedText> Normalize(string_view text) {
  if (std::all_of(text.begin(), text.end(), IsPlain)) return NormalizedText{std::string(text), {}};
  return Normalizer(text).Run();
}

}  // namespace whet::math
