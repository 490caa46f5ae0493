// Oniguruma's syntax (its Ruby flavour) in PCRE2's: one walk through the pattern. It copies what
// both read alike, rewrites what is easy, and refuses the rest, since a pattern that is silently
// read otherwise gives other tokens.
#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/status.h"
#include "text/regex.h"
#include "text/unicode_additions.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace whet {
namespace {

constexpr absl::string_view kHexDigit = "0-9A-Fa-f";

// Escapes that mean the same in both, outside and inside of brackets.
constexpr absl::string_view kSharedEscapes = "nrtfae";

// Escapes that stand for many characters.
constexpr absl::string_view kSetEscapes = "sSdDwWhHpP";

// Whether PCRE2 knows a script of this name. It would take \p{Han} for the characters that Han
// texts use, Oniguruma takes it for the characters of Han.
bool IsScript(absl::string_view name) {
  const std::string pattern = absl::StrCat("\\p{sc:", name, "}");
  int error = 0;
  size_t position = 0;
  pcre2_code* code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                                   PCRE2_UTF | PCRE2_UCP, &error, &position, nullptr);
  pcre2_code_free(code);
  return code != nullptr;
}

class Translator {
 public:
  explicit Translator(absl::string_view pattern) : pattern_(pattern) {}

  absl::StatusOr<std::string> Translate() {
    while (!AtEnd()) {
      switch (Peek()) {
        case '\\': {
          WHET_ASSIGN_OR_RETURN(const std::string escape, Escape(/*in_class=*/false));
          out_ += escape;
          break;
        }
        case '[': {
          WHET_ASSIGN_OR_RETURN(const std::string character_class, Class());
          out_ += character_class;
          break;
        }
        case '(':
          WHET_RETURN_IF_ERROR(OpenGroup());
          break;
        case '{':
          WHET_RETURN_IF_ERROR(Interval());
          break;
        default:
          out_ += Next();
      }
    }
    return std::move(out_);
  }

 private:
  bool AtEnd() const { return position_ == pattern_.size(); }
  char Peek() const { return pattern_[position_]; }
  char Next() { return pattern_[position_++]; }
  absl::string_view Rest() const { return pattern_.substr(position_); }

  bool Take(absl::string_view expected) {
    if (Rest().substr(0, expected.size()) != expected) return false;
    position_ += expected.size();
    return true;
  }

  absl::Status Refuse(absl::string_view what) const {
    return absl::InvalidArgumentError(absl::StrCat(
        "pattern ", pattern_, ": ", what, " is not supported (before byte ", position_, ")"));
  }

  // At a backslash. What it means in a bracket or outside of one.
  absl::StatusOr<std::string> Escape(bool in_class) {
    Next();
    if (AtEnd()) return Refuse("a backslash at the end");
    const char c = Next();
    if (c == 's') return "\\p{White_Space}";
    if (c == 'S') return "\\P{White_Space}";
    if (c == 'd' || c == 'D') return Category("Nd", c == 'D', in_class);
    if (c == 'w') return in_class ? Word() : absl::StrCat("[", Word(), "]");
    if (c == 'h') return in_class ? std::string(kHexDigit) : absl::StrCat("[", kHexDigit, "]");
    if (c == 'v') return "\\x0B";
    if (c == 'p' || c == 'P') return Property(c, in_class);
    if (c == 'x' || c == 'u') return CodePoint(c);
    if (kSharedEscapes.find(c) != absl::string_view::npos) return absl::StrCat("\\", Str(c));
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c))) return absl::StrCat("\\", Str(c));
    if (in_class && c == 'b') return "\\b";
    if (!in_class) return EscapeOutside(c);
    return Refuse(absl::StrCat("\\", Str(c), " in brackets"));
  }

  absl::StatusOr<std::string> EscapeOutside(char c) const {
    const std::string word = absl::StrCat("[", Word(), "]");
    switch (c) {
      case 'W':
        return absl::StrCat("[^", Word(), "]");
      case 'H':
        return absl::StrCat("[^", kHexDigit, "]");
      case 'b':
        return absl::StrCat("(?:(?<=", word, ")(?!", word, ")|(?<!", word, ")(?=", word, "))");
      case 'B':
        return absl::StrCat("(?:(?<=", word, ")(?=", word, ")|(?<!", word, ")(?!", word, "))");
      case 'A':
      case 'z':
      case 'Z':
      case 'R':
        return absl::StrCat("\\", Str(c));
      default:
        // Also references to groups and digits of octal numbers.
        return Refuse(absl::StrCat("\\", Str(c)));
    }
  }

  // What Oniguruma means by \w; PCRE2 knows fewer characters. Goes into brackets.
  static std::string Word() {
    return absl::StrCat("\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}", UnicodeAdditions("L"),
                        UnicodeAdditions("M"), UnicodeAdditions("Nd"), UnicodeAdditions("Pc"));
  }

  // Behind \p or \P.
  absl::StatusOr<std::string> Property(char letter, bool in_class) {
    const size_t end = Rest().find('}');
    if (end == absl::string_view::npos || !Take("{")) return Refuse("\\p without braces");
    bool negated = letter == 'P';
    if (Take("^")) negated = !negated;
    const absl::string_view name = pattern_.substr(position_, Rest().find('}'));
    position_ += name.size() + 1;
    // Names of general categories have one letter or two.
    if (name.size() <= 2) return Category(name, negated, in_class);
    return absl::StrCat(negated ? "\\P{" : "\\p{", IsScript(name) ? "sc:" : "", name, "}");
  }

  static std::string Category(absl::string_view name, bool negated, bool in_class) {
    const std::string additions = UnicodeAdditions(name);
    const std::string positive = absl::StrCat("\\p{", name, "}", additions);
    if (in_class) {
      // Brackets cannot take out what is younger than PCRE2's tables: there it is not in \p{L}.
      return negated ? absl::StrCat("\\P{", name, "}") : positive;
    }
    if (additions.empty()) return absl::StrCat(negated ? "\\P{" : "\\p{", name, "}");
    return absl::StrCat(negated ? "[^" : "[", positive, "]");
  }

  // Behind \x or \u.
  absl::StatusOr<std::string> CodePoint(char letter) {
    if (letter == 'x' && Take("{")) {
      const std::string digits = HexDigits(8);
      if (digits.empty() || !Take("}")) return Refuse("this \\x{…}");
      return absl::StrCat("\\x{", digits, "}");
    }
    const std::string digits = HexDigits(letter == 'u' ? 4 : 2);
    if (letter == 'u' && digits.size() == 4) return absl::StrCat("\\x{", digits, "}");
    // From 80 on Oniguruma means a byte, PCRE2 a character.
    if (letter == 'x' && (digits.size() == 1 || (digits.size() == 2 && digits[0] < '8'))) {
      return absl::StrCat("\\x{", digits, "}");
    }
    return Refuse(absl::StrCat("\\", Str(letter), digits));
  }

  std::string HexDigits(size_t count_max) {
    std::string digits;
    while (!AtEnd() && digits.size() < count_max &&
           absl::ascii_isxdigit(static_cast<unsigned char>(Peek()))) {
      digits += Next();
    }
    return digits;
  }

  // At a "[".
  absl::StatusOr<std::string> Class() {
    Next();
    const bool negated = Take("^");
    std::string members;
    if (Take("]")) members = "\\]";  // Literal where it comes first.
    std::string conditions;
    // A hyphen beside a set like \w is itself, no range.
    bool after_set = false;
    bool raw_hyphen = false;  // The last of `members`.
    while (!AtEnd()) {
      if (Take("]")) {
        const std::string all = absl::StrCat(negated ? "[^" : "[", members, "]");
        return conditions.empty() ? all : absl::StrCat("(?:", conditions, all, ")");
      }
      if (Take("&&")) {
        // x && [y]: a character of x that is also one of [y].
        if (negated || AtEnd() || Peek() != '[') return Refuse("this &&");
        WHET_ASSIGN_OR_RETURN(const std::string other, Class());
        if (AtEnd() || (Peek() != ']' && Rest().substr(0, 2) != "&&")) return Refuse("this &&");
        absl::StrAppend(&conditions, "(?=", other, ")");
      } else if (Peek() == '[') {
        return Refuse("a bracket in brackets");
      } else if (Peek() == '\\') {
        const bool is_set =
            Rest().size() > 1 && kSetEscapes.find(Rest()[1]) != absl::string_view::npos;
        if (is_set && raw_hyphen) members.insert(members.size() - 1, "\\");
        WHET_ASSIGN_OR_RETURN(const std::string escape, Escape(/*in_class=*/true));
        members += escape;
        raw_hyphen = false;
        after_set = is_set;
      } else {
        raw_hyphen = Peek() == '-' && !after_set;
        if (Peek() == '-' && after_set) members += '\\';
        members += Next();
        after_set = false;
      }
    }
    return Refuse("a bracket that stays open");
  }

  // At a "(".
  absl::Status OpenGroup() {
    if (Rest().substr(0, 2) == "(*") return Refuse("(*");
    for (const absl::string_view opening : {"(?:", "(?=", "(?!", "(?>", "(?<=", "(?<!"}) {
      if (Take(opening)) {
        absl::StrAppend(&out_, opening);
        return absl::OkStatus();
      }
    }
    if (!Take("(?")) {
      // Nobody asks for what a group holds.
      Next();
      out_ += "(?:";
      return absl::OkStatus();
    }
    return Flags();
  }

  // Behind "(?": "i:", "m-i)" and the like.
  absl::Status Flags() {
    out_ += "(?";
    while (!AtEnd()) {
      const char c = Next();
      if (c == 'm') {
        out_ += 's';  // The dot matches newlines too.
      } else if (c == 'i' || c == '-') {
        out_ += c;
      } else if (c == ':' || c == ')') {
        out_ += c;
        return absl::OkStatus();
      } else {
        break;
      }
    }
    return Refuse("this kind of group");
  }

  // At a "{": an interval, or just the character.
  absl::Status Interval() {
    const size_t end = Rest().find('}');
    const absl::string_view inside =
        end == absl::string_view::npos ? "" : Rest().substr(1, end - 1);
    const bool interval =
        !inside.empty() && inside.find_first_not_of("0123456789,") == absl::string_view::npos;
    if (!interval) {
      out_ += "\\{";
      Next();
      return absl::OkStatus();
    }
    position_ += end + 1;
    // Ruby reads x{2}? as (?:x{2})? and x{1,2}+ as (?:x{1,2})+.
    const bool exact = inside.find(',') == absl::string_view::npos;
    if (!AtEnd() && (Peek() == '+' || (exact && Peek() == '?'))) {
      return Refuse("an interval with a suffix");
    }
    absl::StrAppend(&out_, "{", inside[0] == ',' ? "0" : "", inside, "}");
    return absl::OkStatus();
  }

  static std::string Str(char c) { return std::string(1, c); }

  const absl::string_view pattern_;
  size_t position_ = 0;
  std::string out_;
};

}  // namespace

absl::StatusOr<std::string> PcreOfOniguruma(absl::string_view pattern) {
  return Translator(pattern).Translate();
}

}  // namespace whet
