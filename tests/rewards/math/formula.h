// Formulas of which the tests know the value: what the property tests generate, rewrite and write.
// Independent of the verifier: nothing here uses rewards/math.
#ifndef WHET_TESTS_REWARDS_MATH_FORMULA_H_
#define WHET_TESTS_REWARDS_MATH_FORMULA_H_

#include <complex>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace whet::math {

// Random choices. The same seed gives the same ones on every machine.
class Dice {
 public:
  explicit Dice(uint64_t seed) : engine_(seed) {}

  int Below(int n) { return static_cast<int>(engine_() % static_cast<uint64_t>(n)); }
  int Between(int low, int high) { return low + Below(high - low + 1); }
  bool OneIn(int n) { return Below(n) == 0; }
  template <typename T>
  const T& Pick(const std::vector<T>& items) {
    return items[static_cast<size_t>(Below(static_cast<int>(items.size())))];
  }

 private:
  std::mt19937_64 engine_;
};

enum class FormulaKind : uint8_t {
  kInteger,  // value: not negative.
  kSymbol,   // value: its letter.
  kPi,
  kEuler,
  kImaginary,
  kAdd,       // (term, term, …).
  kMultiply,  // (factor, factor, …).
  kDivide,    // (numerator, denominator).
  kPower,     // (base, exponent).
  kNegate,    // (x).
  kRoot,      // (radicand): value is the index.
  kSin,
  kCos,
  kTan,
  kExp,
  kLn,
  kAbs,
  kFactorial,  // (n).
  kBinomial,   // (n, k).
};

struct FormulaNode;
using Formula = std::shared_ptr<const FormulaNode>;  // Immutable, so that parts can be shared.

struct FormulaNode {
  FormulaKind kind;
  int64_t value;
  std::vector<Formula> args;
};

Formula Make(FormulaKind kind, std::vector<Formula> args, int64_t value = 0);
Formula Integer(int64_t value);  // A negative one is kNegate.
Formula Symbol(char letter);
Formula Fraction(int64_t numerator, int64_t denominator);  // kDivide of two integers.
Formula Add(Formula a, Formula b);
Formula Subtract(Formula a, Formula b);
Formula Multiply(Formula a, Formula b);
Formula Divide(Formula a, Formula b);
Formula Power(Formula base, Formula exponent);
Formula Negate(Formula a);

bool IsInteger(const Formula& formula, int64_t value);
// Of kPower: the exponent, if it is an integer; 0 of all others.
int64_t IntegerExponent(const Formula& formula);
bool SameFormula(const Formula& a, const Formula& b);
int SizeOf(const Formula& formula);  // Nodes.
bool HasSymbol(const Formula& formula);
// Made of integers and symbols by + - · /, integer powers, factorials and binomials alone.
bool IsArithmetic(const Formula& formula);
// `formula` with its part `from` (by identity) replaced by `to`.
Formula Replace(const Formula& formula, const Formula& from, const Formula& to);
// `formula` and all that it is made of.
std::vector<Formula> PartsOf(const Formula& formula);

// ---- Values.

// All symbols are positive at all points: two points between 0 and 1, two between 1 and 5, and two
// between 5 and 55.
constexpr int kPointCount = 6;

struct Approximation {
  std::complex<long double> value;
  long double error = 0;  // A bound, to first order.
};

// nullopt where there is no value that is plainly one: a division by what may be 0, a logarithm or
// a root of what may not be positive, a size beyond 10^40.
std::optional<Approximation> Evaluate(const Formula& formula, int point);

// Whether it has a value at all points.
bool HasValues(const Formula& formula);
// Whether both have values everywhere and no point tells them apart.
bool LookEqual(const Formula& a, const Formula& b);
// Whether they have values at a point that are further apart than 1,000 times their errors.
bool ClearlyDiffer(const Formula& a, const Formula& b);

// ---- Texts.

// LaTeX. Without dice it is plain: white space only where it must be, \frac, \cdot between
// factors, \left| \right|. With dice the same formula in one of its many spellings: white space and
// \, anywhere between tokens, \left \right and \bigl \bigr, \dfrac \tfrac \cfrac and a/b, redundant
// braces and brackets, \cdot and \times and juxtaposition, \sin^2 (x), \exp.
std::string TextOf(const Formula& formula, Dice* dice = nullptr);

}  // namespace whet::math

#endif  // WHET_TESTS_REWARDS_MATH_FORMULA_H_
