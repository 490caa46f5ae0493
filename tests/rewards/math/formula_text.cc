// Formulas as LaTeX.
#include <algorithm>
#include <cctype>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tests/rewards/math/formula.h"

namespace whet::math {
namespace {

// How tightly a text holds together: what stands where more is needed gets brackets.
enum Level : uint8_t { kSumLevel, kProductLevel, kPowerLevel, kAtomLevel };

bool EndsInCommand(absl::string_view text) {
  const size_t backslash = text.rfind('\\');
  if (backslash == absl::string_view::npos || backslash + 1 == text.size()) return false;
  const absl::string_view name = text.substr(backslash + 1);
  return std::all_of(name.begin(), name.end(),
                     [](unsigned char c) { return std::isalpha(c) != 0; });
}

bool IsLetter(const Formula& f) {
  return f->kind == FormulaKind::kSymbol || f->kind == FormulaKind::kEuler ||
         f->kind == FormulaKind::kImaginary;
}

// Whether it may stand behind another factor without a dot.
bool Juxtaposes(const Formula& f) {
  switch (f->kind) {
    case FormulaKind::kPower:
      return Juxtaposes(f->args[0]);
    case FormulaKind::kSymbol:
    case FormulaKind::kEuler:
    case FormulaKind::kImaginary:
    case FormulaKind::kPi:
    case FormulaKind::kRoot:
    case FormulaKind::kSin:
    case FormulaKind::kCos:
    case FormulaKind::kTan:
    case FormulaKind::kLn:
    case FormulaKind::kExp:
    case FormulaKind::kAdd:
      return true;
    default:  // t(-5) = 2 speaks of a function.
      return false;
  }
}

class Writer {
 public:
  explicit Writer(Dice* dice) : dice_(dice) {}

  std::string Write(const Formula& f, Level level) {
    // Around a letter they would make it an argument: e(n) = 2.
    if (LevelOf(f) < level || (!IsLetter(f) && FreelyOneIn(24))) {
      return Bracket(Bare(f, kSumLevel));
    }
    return Bare(f, level);
  }

 private:
  // One in n with dice; without dice never.
  bool FreelyOneIn(int n) { return dice_ != nullptr && dice_->OneIn(n); }

  std::string Space() {
    if (dice_ == nullptr || !dice_->OneIn(3)) return "";
    return dice_->Pick<std::string>({" ", " ", "  ", "\\,", "\\;", "\\!", "\\ ", "\n"});
  }

  std::string Braced(std::string text) {
    return FreelyOneIn(10) ? absl::StrCat("{", Space(), text, "}") : std::move(text);
  }

  std::string Bracket(absl::string_view inside) {
    const int style = dice_ == nullptr ? 0 : dice_->Below(4);
    const std::string text = absl::StrCat(Space(), inside, Space());
    if (style == 1) return absl::StrCat("\\left(", text, "\\right)");
    if (style == 2) return absl::StrCat("\\bigl(", text, "\\bigr)");
    return absl::StrCat("(", text, ")");
  }

  static Level LevelOf(const Formula& f) {
    switch (f->kind) {
      case FormulaKind::kAdd:
      case FormulaKind::kNegate:
        return kSumLevel;
      case FormulaKind::kMultiply:
        return kProductLevel;
      case FormulaKind::kPower:
      case FormulaKind::kExp:
      case FormulaKind::kDivide:
      case FormulaKind::kSin:
      case FormulaKind::kCos:
      case FormulaKind::kTan:
      case FormulaKind::kLn:
      case FormulaKind::kFactorial:
      case FormulaKind::kBinomial:
        return kPowerLevel;
      default:
        return kAtomLevel;
    }
  }

  std::string Bare(const Formula& f, Level level) {
    switch (f->kind) {
      case FormulaKind::kAdd:
        return Sum(f);
      case FormulaKind::kNegate:
        return absl::StrCat("-", Space(), Operand(f->args[0], kProductLevel));
      case FormulaKind::kMultiply:
        return Product(f);
      case FormulaKind::kDivide:
        return Quotient(f, level);
      case FormulaKind::kPower:
        return PowerText(f);
      default:
        return Rest(f);
    }
  }

  std::string Operand(const Formula& f, Level level) { return Braced(Write(f, level)); }

  std::string Sum(const Formula& f) {
    std::string text =
        Operand(f->args[0], f->args[0]->kind == FormulaKind::kNegate ? kSumLevel : kProductLevel);
    for (size_t i = 1; i < f->args.size(); ++i) {
      const Formula& term = f->args[i];
      const bool minus = term->kind == FormulaKind::kNegate;
      absl::StrAppend(&text, Space(), minus ? "-" : "+", Space(),
                      Operand(minus ? term->args[0] : term, kProductLevel));
    }
    return text;
  }

  std::string Product(const Formula& f) {
    std::string text;
    int letters = 0;
    for (size_t i = 0; i < f->args.size(); ++i) {
      const Formula& factor = f->args[i];
      const bool leading_quotient = i == 0 && factor->kind == FormulaKind::kDivide;
      const std::string next = Operand(factor, leading_quotient ? kProductLevel : kPowerLevel);
      letters = IsLetter(factor) ? letters + 1 : 0;
      // More letters in a row may be a word, xi is a Greek one, and 1e+2 is a number.
      const bool close = i > 0 && Juxtaposes(factor) && letters < 3 && FreelyOneIn(2) &&
                         factor->kind != FormulaKind::kImaginary &&
                         f->args[i - 1]->kind != FormulaKind::kDivide &&
                         !IsInteger(f->args[i - 1], 1);
      if (i == 0) {
        text = next;
      } else if (close) {
        const std::string space = Space();
        absl::StrAppend(&text, EndsInCommand(text) && space.empty() ? " " : space, next);
      } else {
        absl::StrAppend(&text, Space(), FreelyOneIn(2) ? "\\times " : "\\cdot ", Space(), next);
      }
    }
    return text;
  }

  std::string Quotient(const Formula& f, Level level) {
    if (FreelyOneIn(3)) {
      const std::string numerator = Operand(f->args[0], kPowerLevel);
      const std::string denominator = InlineDenominator(f->args[1]);
      const std::string text = absl::StrCat(numerator, Space(), "/", Space(), denominator);
      return level > kProductLevel ? Bracket(text) : text;
    }
    std::string command = "\\frac";
    if (dice_ != nullptr) {
      command = dice_->Pick<std::string>({"\\frac", "\\frac", "\\dfrac", "\\tfrac", "\\cfrac"});
    }
    const std::string text = absl::StrCat(command, Argument(f->args[0]), Argument(f->args[1]));
    return level > kPowerLevel ? Bracket(text) : text;
  }

  std::string InlineDenominator(const Formula& f) {
    if (f->kind == FormulaKind::kDivide) return Bracket(Write(f, kSumLevel));
    return Operand(f, kPowerLevel);
  }

  std::string Argument(const Formula& f) {
    return absl::StrCat(dice_ != nullptr && dice_->OneIn(4) ? " " : "", "{", Space(),
                        Write(f, kSumLevel), Space(), "}");
  }

  std::string Script(const Formula& f) {
    const std::string text = Write(f, kSumLevel);
    if (text.size() == 1 && FreelyOneIn(2)) return absl::StrCat("^", text);
    return absl::StrCat("^{", Space(), text, Space(), "}");
  }

  std::string PowerText(const Formula& f) {
    const Formula& base = f->args[0];
    const bool function = base->kind == FormulaKind::kSin || base->kind == FormulaKind::kCos ||
                          base->kind == FormulaKind::kTan;
    if (function && IntegerExponent(f) >= 2 && FreelyOneIn(2)) {
      return absl::StrCat(Name(base), "^{", IntegerExponent(f), "}", Space(),
                          Bracket(Write(base->args[0], kSumLevel)));
    }
    return absl::StrCat(Operand(base, kAtomLevel), Script(f->args[1]));
  }

  static std::string Name(const Formula& f) {
    switch (f->kind) {
      case FormulaKind::kSin:
        return "\\sin";
      case FormulaKind::kCos:
        return "\\cos";
      case FormulaKind::kTan:
        return "\\tan";
      case FormulaKind::kExp:
        return "\\exp";
      default:
        return "\\ln";
    }
  }

  std::string Rest(const Formula& f) {
    switch (f->kind) {
      case FormulaKind::kInteger:
        return absl::StrCat(f->value);
      case FormulaKind::kSymbol:
        return std::string(1, static_cast<char>(f->value));
      case FormulaKind::kPi:
        return "\\pi";
      case FormulaKind::kEuler:
        return "e";
      case FormulaKind::kImaginary:
        return "i";
      case FormulaKind::kRoot: {
        const std::string index = f->value == 2 ? "" : absl::StrCat("[", f->value, "]");
        return absl::StrCat("\\sqrt", index, Argument(f->args[0]));
      }
      case FormulaKind::kExp:
        if (!FreelyOneIn(3)) return absl::StrCat("e", Script(f->args[0]));
        break;
      case FormulaKind::kAbs:
        return Absolute(f);
      case FormulaKind::kFactorial:
        return absl::StrCat(Write(f->args[0], kAtomLevel), "!");
      case FormulaKind::kBinomial:
        return absl::StrCat(FreelyOneIn(2) ? "\\dbinom" : "\\binom", Argument(f->args[0]),
                            Argument(f->args[1]));
      default:
        break;
    }
    return absl::StrCat(Name(f), Space(), Bracket(Write(f->args[0], kSumLevel)));
  }

  std::string Absolute(const Formula& f) {
    const std::string inside = absl::StrCat(Space(), Write(f->args[0], kSumLevel), Space());
    if (FreelyOneIn(3)) return absl::StrCat("\\lvert ", inside, "\\rvert ");
    return absl::StrCat("\\left|", inside, "\\right|");
  }

  Dice* dice_;
};

}  // namespace

std::string TextOf(const Formula& formula, Dice* dice) {
  return Writer(dice).Write(formula, kSumLevel);
}

}  // namespace whet::math
