// Random formulas and answers whose value is known, and random ways to say the same otherwise.
#ifndef WHET_TESTS_REWARDS_MATH_GENERATOR_H_
#define WHET_TESTS_REWARDS_MATH_GENERATOR_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tests/rewards/math/formula.h"

namespace whet::math {

struct FormulaOptions {
  int depth_max = 5;
  bool constant = false;   // Without symbols.
  bool imaginary = false;  // With i as a leaf, here and there.
  bool rational = false;   // Integers and + - · / alone, and their powers.
};

// A formula that has a value at all points (HasValues): integers, fractions, the symbols x y z a n
// t, pi, e, sums, products, quotients, powers with small integers and halves, roots, sin cos tan
// exp ln of small formulas, absolute values, factorials, binomials.
Formula RandomFormula(const FormulaOptions& options, Dice* dice);
// The options of one case: a third constant, some rational, some imaginary.
FormulaOptions RandomOptions(Dice* dice);

// A formula that is equal wherever both are real, by one to six steps; each is one of the rules
// that generator_rules.cc lists. It has a value at all points. Where a rule is wrong, so that
// values differ, the result is nullptr. With `same_sort` constants stay without symbols, and what
// is arithmetic stays so.
Formula RandomRewriting(const Formula& formula, Dice* dice, bool same_sort = false);

// `formula` with one leaf changed, so that it clearly differs; nullptr if that was not found.
Formula RandomChange(const Formula& formula, Dice* dice);

// A rational that is not 0, from 10^-digits_max to 1/1000 in size or so, or its negative: written
// as a fraction, or as a power of ten.
Formula SmallRational(Dice* dice, int digits_max);
// |x - k| - (x - k) for one of the symbols: 0 wherever the symbol is at least k.
Formula Ramp(Dice* dice);

enum class AnswerKind : uint8_t {
  kScalar,
  kList,
  kSet,
  kTuple,
  kInterval,
  kUnion,       // Of two intervals.
  kAssignment,  // y = …, with what has no y.
  kEquation,    // Both sides differ.
  kInequality,
  kMatrix,
};
constexpr int kAnswerKinds = 10;

struct GeneratedAnswer {
  AnswerKind kind;
  std::vector<Formula> items;
  bool left_closed;
  bool right_closed;
};

GeneratedAnswer RandomAnswer(AnswerKind kind, Dice* dice);
// Whether it says something: both sides of a statement differ, and the ends of a union's intervals
// are in order, so that none is empty and no two overlap, or all have symbols. An interval alone
// may be upside down: a point may be written as [3, -2].
bool MakesSense(const GeneratedAnswer& answer);
// LaTeX, plain or in one of its spellings, as of formulas.
std::string TextOf(const GeneratedAnswer& answer, Dice* dice = nullptr);

}  // namespace whet::math

#endif  // WHET_TESTS_REWARDS_MATH_GENERATOR_H_
