// What is equal to a formula: the rules of RandomRewriting.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

#include "tests/rewards/math/generator.h"

namespace whet::math {
namespace {

constexpr int kTries = 60;
constexpr int kSizeMax = 120;

// nullptr where the rule says nothing about the formula.
using Rule = Formula (*)(const Formula& f, Dice* dice);

bool Is(const Formula& f, FormulaKind kind) { return f->kind == kind; }

bool IsSeveral(const Formula& f) {
  return Is(f, FormulaKind::kAdd) || Is(f, FormulaKind::kMultiply);
}

Formula Half() { return Fraction(1, 2); }

Formula Square(const Formula& f) { return Power(f, Integer(2)); }

Formula SquareRoot(const Formula& f) { return Make(FormulaKind::kRoot, {f}, 2); }

Formula SmallFormula(Dice* dice) {
  switch (dice->Below(4)) {
    case 0:
      return Symbol("antxyz"[dice->Below(6)]);
    case 1:
      return Fraction(dice->Between(1, 5), dice->Between(2, 7));
    default:
      return Integer(dice->Between(2, 9));
  }
}

// ---- Sums and products.

Formula Commute(const Formula& f, Dice* dice) {
  if (!IsSeveral(f)) return nullptr;
  std::vector<Formula> args = f->args;
  std::rotate(args.begin(), args.begin() + dice->Between(1, static_cast<int>(args.size()) - 1),
              args.end());
  return Make(f->kind, std::move(args));
}

// (a b) c is a (b c), and a b c is (a b) c.
Formula Associate(const Formula& f, Dice* dice) {
  if (!IsSeveral(f)) return nullptr;
  std::vector<Formula> flat;
  for (const Formula& arg : f->args) {
    if (arg->kind == f->kind) {
      flat.insert(flat.end(), arg->args.begin(), arg->args.end());
    } else {
      flat.push_back(arg);
    }
  }
  if (flat.size() < 3) return nullptr;
  if (dice->OneIn(2)) return Make(f->kind, std::move(flat));
  const Formula pair = Make(f->kind, {flat[flat.size() - 2], flat.back()});
  flat.pop_back();
  flat.back() = pair;
  return Make(f->kind, std::move(flat));
}

// a (b + c) is a b + a c.
Formula Distribute(const Formula& f, Dice* dice) {
  if (!Is(f, FormulaKind::kMultiply)) return nullptr;
  const auto at = static_cast<size_t>(dice->Below(static_cast<int>(f->args.size())));
  if (!Is(f->args[at], FormulaKind::kAdd)) return nullptr;
  std::vector<Formula> terms = f->args[at]->args;
  for (Formula& term : terms) {
    std::vector<Formula> factors = f->args;
    factors[at] = term;
    term = Make(FormulaKind::kMultiply, std::move(factors));
  }
  return Make(FormulaKind::kAdd, std::move(terms));
}

// a + b is k (a/k + b/k).
Formula FactorOut(const Formula& f, Dice* dice) {
  if (!Is(f, FormulaKind::kAdd)) return nullptr;
  const Formula constant = Integer(dice->Between(2, 9));
  std::vector<Formula> terms = f->args;
  for (Formula& term : terms) {
    term = Is(term, FormulaKind::kNegate) ? Negate(Divide(term->args[0], constant))
                                          : Divide(term, constant);
  }
  return Multiply(constant, Make(FormulaKind::kAdd, std::move(terms)));
}

// a - b is -(b - a).
Formula TurnSigns(const Formula& f, Dice* /*dice*/) {
  if (!Is(f, FormulaKind::kAdd)) return nullptr;
  std::vector<Formula> terms = f->args;
  for (Formula& term : terms) {
    term = Is(term, FormulaKind::kNegate) ? term->args[0] : Negate(term);
  }
  std::reverse(terms.begin(), terms.end());
  return Negate(Make(FormulaKind::kAdd, std::move(terms)));
}

Formula NegateTwice(const Formula& f, Dice* /*dice*/) { return Negate(Negate(f)); }

// ---- Quotients.

Formula InverseFactor(const Formula& f, Dice* /*dice*/) {
  if (!Is(f, FormulaKind::kDivide)) return nullptr;
  return Multiply(f->args[0], Power(f->args[1], Integer(-1)));
}

// a/b + c/d is (a d + c b)/(b d), with 1 below what is no fraction.
Formula CommonDenominator(const Formula& f, Dice* /*dice*/) {
  if (!Is(f, FormulaKind::kAdd) || f->args.size() != 2) return nullptr;
  std::vector<Formula> above;
  std::vector<Formula> below;
  for (const Formula& arg : f->args) {
    const bool minus = Is(arg, FormulaKind::kNegate);
    const Formula& term = minus ? arg->args[0] : arg;
    const bool fraction = Is(term, FormulaKind::kDivide);
    const Formula& numerator = fraction ? term->args[0] : term;
    above.push_back(minus ? Negate(numerator) : numerator);
    below.push_back(fraction ? term->args[1] : Integer(1));
  }
  return Divide(Add(Multiply(above[0], below[1]), Multiply(above[1], below[0])),
                Multiply(below[0], below[1]));
}

Formula Extend(const Formula& f, Dice* dice) {
  if (!Is(f, FormulaKind::kDivide)) return nullptr;
  const Formula factor = SmallFormula(dice);
  return Divide(Multiply(factor, f->args[0]), Multiply(f->args[1], factor));
}

// a/sqrt(b) is a sqrt(b)/b.
Formula Rationalize(const Formula& f, Dice* /*dice*/) {
  if (!Is(f, FormulaKind::kDivide)) return nullptr;
  const Formula& root = f->args[1];
  if (!Is(root, FormulaKind::kRoot) || root->value != 2) return nullptr;
  return Divide(Multiply(f->args[0], root), root->args[0]);
}

// a/(sqrt(b) + c) is a (sqrt(b) - c)/(b - c^2).
Formula RationalizeSum(const Formula& f, Dice* /*dice*/) {
  if (!Is(f, FormulaKind::kDivide)) return nullptr;
  const Formula& sum = f->args[1];
  if (!Is(sum, FormulaKind::kAdd) || sum->args.size() != 2) return nullptr;
  for (size_t i = 0; i < 2; ++i) {
    const Formula& root = sum->args[i];
    if (!Is(root, FormulaKind::kRoot) || root->value != 2) continue;
    const Formula& other = sum->args[1 - i];
    return Divide(Multiply(f->args[0], Subtract(root, other)),
                  Subtract(root->args[0], Square(other)));
  }
  return nullptr;
}

// ---- Powers and roots.

Formula RootAsPower(const Formula& f, Dice* /*dice*/) {
  if (!Is(f, FormulaKind::kRoot)) return nullptr;
  return Power(f->args[0], Fraction(1, f->value));
}

// x^(p/2) is sqrt(x)^p.
Formula PowerAsRoot(const Formula& f, Dice* /*dice*/) {
  if (!Is(f, FormulaKind::kPower) || !Is(f->args[1], FormulaKind::kDivide)) return nullptr;
  if (!IsInteger(f->args[1]->args[1], 2)) return nullptr;
  return Power(SquareRoot(f->args[0]), f->args[1]->args[0]);
}

Formula ExpandSquare(const Formula& f, Dice* /*dice*/) {
  if (IntegerExponent(f) != 2 || !Is(f->args[0], FormulaKind::kAdd)) return nullptr;
  const std::vector<Formula>& terms = f->args[0]->args;
  if (terms.size() != 2) return nullptr;
  const Formula twice = Make(FormulaKind::kMultiply, {Integer(2), terms[0], terms[1]});
  return Make(FormulaKind::kAdd, {Square(terms[0]), twice, Square(terms[1])});
}

Formula PowerAsProduct(const Formula& f, Dice* /*dice*/) {
  const int64_t exponent = IntegerExponent(f);
  if (exponent < 2 || exponent > 4) return nullptr;
  return Make(FormulaKind::kMultiply,
              std::vector<Formula>(static_cast<size_t>(exponent), f->args[0]));
}

Formula PowerOfProduct(const Formula& f, Dice* /*dice*/) {
  if (IntegerExponent(f) == 0) return nullptr;
  const Formula& base = f->args[0];
  if (!Is(base, FormulaKind::kMultiply) && !Is(base, FormulaKind::kDivide)) return nullptr;
  std::vector<Formula> args = base->args;
  for (Formula& arg : args) arg = Power(arg, f->args[1]);
  return Make(base->kind, std::move(args));
}

Formula NegativePower(const Formula& f, Dice* /*dice*/) {
  const int64_t exponent = IntegerExponent(f);
  if (exponent >= 0) return nullptr;
  return Divide(Integer(1), Power(f->args[0], Integer(-exponent)));
}

// a^2 - b^2 is (a - b)(a + b).
Formula SplitSquares(const Formula& f, Dice* /*dice*/) {
  if (!Is(f, FormulaKind::kAdd) || f->args.size() != 2) return nullptr;
  if (IntegerExponent(f->args[0]) != 2 || !Is(f->args[1], FormulaKind::kNegate)) return nullptr;
  const Formula& second = f->args[1]->args[0];
  if (IntegerExponent(second) != 2) return nullptr;
  const Formula& a = f->args[0]->args[0];
  const Formula& b = second->args[0];
  return Multiply(Subtract(a, b), Add(a, b));
}

// x is ((x + k)^2 - (x - k)^2)/(4k).
Formula AsSquares(const Formula& f, Dice* dice) {
  const int64_t k = dice->Between(1, 5);
  return Divide(Subtract(Square(Add(f, Integer(k))), Square(Subtract(f, Integer(k)))),
                Integer(4 * k));
}

// ---- Of anything.

Formula MultiplyAndDivide(const Formula& f, Dice* dice) {
  const Formula factor = SmallFormula(dice);
  return Divide(Multiply(factor, f), factor);
}

Formula AddAndSubtract(const Formula& f, Dice* dice) {
  const Formula term = SmallFormula(dice);
  return Make(FormulaKind::kAdd, {term, f, Negate(term)});
}

Formula TimesPythagoras(const Formula& f, Dice* dice) {
  const Formula angle = SmallFormula(dice);
  return Multiply(
      f, Add(Square(Make(FormulaKind::kSin, {angle})), Square(Make(FormulaKind::kCos, {angle}))));
}

Formula ExpOfLn(const Formula& f, Dice* dice) {
  if (!dice->OneIn(4)) return nullptr;
  return Make(FormulaKind::kExp, {Make(FormulaKind::kLn, {f})});
}

// ---- Functions.

Formula LnOfProduct(const Formula& f, Dice* /*dice*/) {
  if (!Is(f, FormulaKind::kLn) || f->args[0]->args.size() != 2) return nullptr;
  const Formula& inner = f->args[0];
  const Formula first = Make(FormulaKind::kLn, {inner->args[0]});
  if (Is(inner, FormulaKind::kPower)) return Multiply(inner->args[1], first);
  const Formula second = Make(FormulaKind::kLn, {inner->args[1]});
  if (Is(inner, FormulaKind::kMultiply)) return Add(first, second);
  return Is(inner, FormulaKind::kDivide) ? Subtract(first, second) : nullptr;
}

Formula LnOfMultiple(const Formula& f, Dice* dice) {
  if (!Is(f, FormulaKind::kLn)) return nullptr;
  const Formula factor = Integer(dice->Between(2, 9));
  return Subtract(Make(FormulaKind::kLn, {Multiply(factor, f->args[0])}),
                  Make(FormulaKind::kLn, {factor}));
}

Formula ExpOfSum(const Formula& f, Dice* /*dice*/) {
  if (!Is(f, FormulaKind::kExp) || !Is(f->args[0], FormulaKind::kAdd)) return nullptr;
  std::vector<Formula> factors = f->args[0]->args;
  for (Formula& factor : factors) factor = Make(FormulaKind::kExp, {factor});
  return Make(FormulaKind::kMultiply, std::move(factors));
}

Formula TanAsQuotient(const Formula& f, Dice* /*dice*/) {
  if (!Is(f, FormulaKind::kTan)) return nullptr;
  return Divide(Make(FormulaKind::kSin, f->args), Make(FormulaKind::kCos, f->args));
}

Formula HalfAngle(const Formula& f, Dice* /*dice*/) {
  const Formula half = f->args.empty() ? nullptr : Multiply(Half(), f->args[0]);
  if (Is(f, FormulaKind::kCos)) {
    return Subtract(Integer(1), Multiply(Integer(2), Square(Make(FormulaKind::kSin, {half}))));
  }
  if (!Is(f, FormulaKind::kSin)) return nullptr;
  return Make(FormulaKind::kMultiply,
              {Integer(2), Make(FormulaKind::kSin, {half}), Make(FormulaKind::kCos, {half})});
}

Formula AbsOfNegative(const Formula& f, Dice* /*dice*/) {
  if (!Is(f, FormulaKind::kAbs)) return nullptr;
  return Make(FormulaKind::kAbs, {Negate(f->args[0])});
}

constexpr Rule kRules[] = {
    Commute,       Associate,         Distribute,     FactorOut,       TurnSigns,      NegateTwice,
    InverseFactor, CommonDenominator, Extend,         Rationalize,     RationalizeSum, RootAsPower,
    PowerAsRoot,   ExpandSquare,      PowerAsProduct, PowerOfProduct,  NegativePower,  SplitSquares,
    AsSquares,     MultiplyAndDivide, AddAndSubtract, TimesPythagoras, ExpOfLn,        LnOfProduct,
    LnOfMultiple,  ExpOfSum,          TanAsQuotient,  HalfAngle,       AbsOfNegative,
};

}  // namespace

Formula RandomRewriting(const Formula& formula, Dice* dice, bool same_sort) {
  const bool constant = same_sort && !HasSymbol(formula);
  const bool arithmetic = same_sort && IsArithmetic(formula);
  Formula rewritten = formula;
  int steps = dice->Between(1, 6);
  for (int i = 0; i < kTries && steps > 0; ++i) {
    const Formula part = dice->Pick(PartsOf(rewritten));
    const Formula other = kRules[dice->Below(std::size(kRules))](part, dice);
    if (other == nullptr) continue;
    const Formula next = Replace(rewritten, part, other);
    if ((constant && HasSymbol(next)) || (arithmetic && !IsArithmetic(next))) continue;
    if (SizeOf(next) > kSizeMax || !HasValues(next)) continue;
    if (ClearlyDiffer(rewritten, next)) return nullptr;
    rewritten = next;
    --steps;
  }
  return rewritten;
}

}  // namespace whet::math
