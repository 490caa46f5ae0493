#include "tests/rewards/math/generator.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace whet::math {
namespace {

constexpr int kTries = 100;
constexpr int kSizeMax = 60;  // Nodes.

class Maker {
 public:
  Maker(const FormulaOptions& options, Dice* dice) : options_(options), dice_(*dice) {}

  Formula Any(int depth) {
    if (depth <= 1 || dice_.OneIn(8)) return Leaf();
    if (options_.rational) return Arithmetic(depth);
    switch (dice_.Below(10)) {
      case 0:
        return Make(FormulaKind::kRoot, {Any(depth - 1)}, dice_.OneIn(4) ? 3 : 2);
      case 1:
        return FunctionOf(depth);
      case 2:
        return dice_.OneIn(2) ? PowerOf(depth) : Counting();
      default:
        return Arithmetic(depth);
    }
  }

 private:
  Formula Leaf() {
    const int choice = dice_.Below(12);
    if (options_.imaginary && choice < 2) return Make(FormulaKind::kImaginary, {});
    if (!options_.constant && choice < 6) return Symbol("antxyz"[dice_.Below(6)]);
    if (!options_.rational && choice == 6) return Make(FormulaKind::kPi, {});
    if (!options_.rational && choice == 7) return Make(FormulaKind::kEuler, {});
    if (choice == 8) return Fraction(dice_.Between(1, 9), dice_.Between(2, 9));
    if (choice == 9) return Integer(dice_.Between(10, dice_.OneIn(3) ? 5000 : 99));
    return Integer(dice_.Between(1, 9));
  }

  Formula Arithmetic(int depth) {
    const int choice = dice_.Below(12);
    if (choice < 4) return Several(FormulaKind::kAdd, depth);
    if (choice < 8) return Several(FormulaKind::kMultiply, depth);
    if (choice < 10) return Divide(Any(depth - 1), Any(depth - 1));
    if (choice == 10) return PowerOf(depth);
    return dice_.OneIn(2) ? SquaresDifference(depth) : Negate(Any(depth - 1));
  }

  Formula Several(FormulaKind kind, int depth) {
    std::vector<Formula> args(static_cast<size_t>(dice_.OneIn(3) ? 3 : 2));
    for (Formula& arg : args) {
      arg = Any(depth - 1);
      if (kind == FormulaKind::kAdd && dice_.OneIn(3)) arg = Negate(arg);
    }
    return Make(kind, std::move(args));
  }

  Formula SquaresDifference(int depth) {
    return Subtract(Power(Any(depth - 2), Integer(2)), Power(Any(depth - 2), Integer(2)));
  }

  Formula PowerOf(int depth) {
    const Formula base = Any(depth - 1);
    const int choice = dice_.Below(options_.rational || options_.imaginary ? 5 : 8);
    if (choice < 4) return Power(base, Integer(choice == 3 ? 4 : choice % 2 + 2));
    if (choice == 4) return Power(base, Integer(-dice_.Between(1, 2)));
    if (choice == 5) return Power(base, Fraction(-1, 2));
    return Power(base, Fraction(choice == 6 ? 1 : 3, 2));
  }

  Formula FunctionOf(int depth) {
    const Formula argument = Any(std::min(depth - 1, 2));
    switch (dice_.Below(6)) {
      case 0:
      case 1:
      case 2:
        return Trigonometric(argument);
      case 3:
        return Make(FormulaKind::kExp, {argument});
      case 4:
        return Make(FormulaKind::kLn, {argument});
      default:
        return Make(FormulaKind::kAbs, {Any(depth - 1)});
    }
  }

  Formula Trigonometric(const Formula& argument) {
    const FormulaKind kind =
        std::array{FormulaKind::kSin, FormulaKind::kCos, FormulaKind::kTan}[dice_.Below(3)];
    if (!options_.constant || dice_.OneIn(3)) return Make(kind, {argument});
    const Formula pi = Make(FormulaKind::kPi, {});
    return Make(kind, {Divide(Multiply(Integer(dice_.Between(1, 11)), pi),
                              Integer(dice_.Pick<int>({3, 4, 5, 6, 7, 8, 12})))});
  }

  Formula Counting() {
    if (dice_.OneIn(2)) return Make(FormulaKind::kFactorial, {Integer(dice_.Between(0, 9))});
    const int n = dice_.Between(1, 10);
    return Make(FormulaKind::kBinomial, {Integer(n), Integer(dice_.Between(0, n))});
  }

  const FormulaOptions options_;
  Dice& dice_;
};

// A leaf of the same sort, and another value.
Formula OtherLeaf(const Formula& leaf, Dice* dice) {
  if (leaf->kind == FormulaKind::kSymbol) {
    return dice->OneIn(2) ? Symbol("antxyz"[dice->Below(6)]) : Integer(dice->Between(1, 9));
  }
  if (leaf->kind != FormulaKind::kInteger) return Integer(dice->Between(1, 9));
  return Integer(leaf->value + (leaf->value > 1 && dice->OneIn(2) ? -1 : 1));
}

// ---- Answers.

std::string Bracketed(const std::string& open, const std::string& inside, const std::string& close,
                      Dice* dice) {
  if (dice == nullptr || dice->OneIn(2)) return absl::StrCat(open, inside, close);
  return absl::StrCat("\\left", open, " ", inside, "\\right", close);
}

std::string Joined(const std::vector<Formula>& items, Dice* dice) {
  std::string text;
  for (const Formula& item : items) {
    const bool wide = dice != nullptr && dice->OneIn(2);
    absl::StrAppend(&text, text.empty() ? "" : (wide ? ",\\ " : ", "), TextOf(item, dice));
  }
  return text;
}

std::string IntervalText(const GeneratedAnswer& answer, size_t first, Dice* dice) {
  const std::vector<Formula> ends(answer.items.begin() + static_cast<std::ptrdiff_t>(first),
                                  answer.items.begin() + static_cast<std::ptrdiff_t>(first + 2));
  return Bracketed(answer.left_closed ? "[" : "(", Joined(ends, dice),
                   answer.right_closed ? "]" : ")", dice);
}

std::string MatrixText(const GeneratedAnswer& answer, Dice* dice) {
  const std::string space = dice != nullptr && dice->OneIn(2) ? " " : "";
  const auto entry = [&](size_t i) { return TextOf(answer.items[i], dice); };
  return absl::StrCat("\\begin{pmatrix}", space, entry(0), space, "&", space, entry(1), "\\\\",
                      space, entry(2), "&", entry(3), space, "\\end{pmatrix}");
}

bool HasLetter(const Formula& formula, char letter) {
  const std::vector<Formula> parts = PartsOf(formula);
  return std::any_of(parts.begin(), parts.end(), [&](const Formula& part) {
    return part->kind == FormulaKind::kSymbol && part->value == letter;
  });
}

bool InOrder(const std::vector<Formula>& ends) {
  if (std::all_of(ends.begin(), ends.end(), HasSymbol)) return true;
  for (size_t i = 0; i < ends.size(); ++i) {
    const std::optional<Approximation> end = Evaluate(ends[i], 0);
    if (HasSymbol(ends[i]) || !end.has_value() || end->value.imag() != 0) return false;
    if (i == 0) continue;
    if (end->value.real() < Evaluate(ends[i - 1], 0)->value.real()) return false;
    if (!ClearlyDiffer(ends[i - 1], ends[i])) return false;
  }
  return true;
}

bool IsLower(const Formula& a, const Formula& b) {
  return Evaluate(a, 0)->value.real() < Evaluate(b, 0)->value.real();
}

size_t ItemCount(AnswerKind kind, Dice* dice) {
  switch (kind) {
    case AnswerKind::kScalar:
      return 1;
    case AnswerKind::kUnion:
    case AnswerKind::kMatrix:
      return 4;
    case AnswerKind::kList:
    case AnswerKind::kSet:
    case AnswerKind::kTuple:
      return static_cast<size_t>(dice->Between(2, 3));
    default:
      return 2;
  }
}

}  // namespace

FormulaOptions RandomOptions(Dice* dice) {
  FormulaOptions options;
  options.depth_max = dice->Between(2, 5);
  options.constant = dice->OneIn(3);
  options.rational = dice->OneIn(5);
  options.imaginary = dice->OneIn(20);
  return options;
}

Formula RandomFormula(const FormulaOptions& options, Dice* dice) {
  Maker maker(options, dice);
  for (int i = 0; i < kTries; ++i) {
    Formula formula = maker.Any(options.depth_max);
    if (SizeOf(formula) <= kSizeMax && HasValues(formula)) return formula;
  }
  return Integer(dice->Between(1, 99));
}

Formula RandomChange(const Formula& formula, Dice* dice) {
  for (int i = 0; i < kTries; ++i) {
    const Formula leaf = dice->Pick(PartsOf(formula));
    if (!leaf->args.empty()) continue;
    Formula changed = Replace(formula, leaf, OtherLeaf(leaf, dice));
    if (HasValues(changed) && ClearlyDiffer(formula, changed)) return changed;
  }
  return nullptr;
}

Formula SmallRational(Dice* dice, int digits_max) {
  const int digits = dice->Between(3, digits_max);
  Formula small = Power(Integer(10), Integer(-digits));
  if (digits <= 15 && dice->OneIn(2)) {
    int64_t denominator = 1;
    for (int i = 0; i < digits; ++i) denominator *= 10;
    small = Fraction(1, denominator - (dice->OneIn(2) ? dice->Below(3) : 0));
  }
  return dice->OneIn(2) ? Negate(small) : small;
}

Formula Ramp(Dice* dice) {
  const Formula inner = Subtract(Symbol("antxyz"[dice->Below(6)]),
                                 Integer(dice->Pick<int>({-1000, -50, -7, -1, 0, 1, 7, 50, 1000})));
  return Subtract(Make(FormulaKind::kAbs, {inner}), inner);
}

bool MakesSense(const GeneratedAnswer& answer) {
  const std::vector<Formula>& items = answer.items;
  switch (answer.kind) {
    case AnswerKind::kUnion:
      return InOrder(items);
    case AnswerKind::kAssignment:
      return !HasLetter(items[1], 'y');
    case AnswerKind::kEquation:
    case AnswerKind::kInequality:
      return HasSymbol(items[0]) && ClearlyDiffer(items[0], items[1]);
    default:
      return true;
  }
}

GeneratedAnswer RandomAnswer(AnswerKind kind, Dice* dice) {
  GeneratedAnswer answer = {kind, {}, dice->OneIn(2), dice->OneIn(2)};
  answer.items.resize(ItemCount(kind, dice));
  FormulaOptions options = RandomOptions(dice);
  if (kind != AnswerKind::kScalar) options.depth_max = std::min(options.depth_max, 3);
  if (kind == AnswerKind::kUnion) options.imaginary = false;
  if (kind == AnswerKind::kAssignment || kind == AnswerKind::kEquation ||
      kind == AnswerKind::kInequality) {
    options.constant = false;
  }
  do {
    for (Formula& item : answer.items) item = RandomFormula(options, dice);
    if (kind == AnswerKind::kAssignment) answer.items[0] = Symbol('y');
    if (kind == AnswerKind::kUnion && options.constant) {
      std::sort(answer.items.begin(), answer.items.end(), IsLower);
    }
  } while (!MakesSense(answer));
  return answer;
}

std::string TextOf(const GeneratedAnswer& answer, Dice* dice) {
  switch (answer.kind) {
    case AnswerKind::kScalar:
      return TextOf(answer.items[0], dice);
    case AnswerKind::kList:
      return Joined(answer.items, dice);
    case AnswerKind::kSet:
      return Bracketed("\\{", Joined(answer.items, dice), "\\}", dice);
    case AnswerKind::kTuple:
      return Bracketed("(", Joined(answer.items, dice), ")", dice);
    case AnswerKind::kInterval:
      return IntervalText(answer, 0, dice);
    case AnswerKind::kUnion:
      return absl::StrCat(IntervalText(answer, 0, dice), " \\cup ", IntervalText(answer, 2, dice));
    case AnswerKind::kAssignment:
    case AnswerKind::kEquation:
      return absl::StrCat(TextOf(answer.items[0], dice), " = ", TextOf(answer.items[1], dice));
    case AnswerKind::kInequality:
      return absl::StrCat(TextOf(answer.items[0], dice), " < ", TextOf(answer.items[1], dice));
    default:
      return MatrixText(answer, dice);
  }
}

}  // namespace whet::math
