// Germs: what a function is like close to a point, as a sum of the largest terms of its expansion.
#ifndef WHET_REWARDS_MATH_GERM_H_
#define WHET_REWARDS_MATH_GERM_H_

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "rewards/math/term_maker.h"

namespace whet::math {

// coefficient t^-power L^log, where it grows faster than any multiple of L.
struct GrowthTerm {
  Rational power;
  int64_t log;
  TermId coefficient;
};

// t^power L^log e^(the sum of `growth`), as t goes to 0 from above, with L = -ln t.
struct Monomial {
  Rational power;
  int64_t log = 0;
  std::vector<GrowthTerm> growth;  // From the fastest to the slowest.
};

struct GermTerm {
  Monomial monomial;
  TermId coefficient;
};

// The sum of the terms, and what is at most a constant times the error; without an error the sum is
// exact. Coefficients do not hold t.
struct Germ {
  std::vector<GermTerm> terms;  // From the largest to the smallest.
  std::optional<Monomial> error;
};

// Makes germs. Coefficients are taken for real; constants that are not certainly so, and whatever
// else is not certain, make it fail, and what comes out then means nothing.
class GermMaker {
 public:
  // Series are written out to the term of that order. `maker` outlives this.
  GermMaker(int order, TermMaker* maker) : order_(order), maker_(maker) {}

  // Of `term` where `symbol` is the germ.
  Germ Of(TermId term, TermId symbol, const Germ& at);
  Germ Constant(TermId coefficient) { return {{{{}, coefficient}}, std::nullopt}; }
  // t^power.
  Germ PowerOfT(int64_t power, TermId coefficient);

  Germ Add(const Germ& a, const Germ& b);
  Germ Multiply(const Germ& a, const Germ& b);

  // What it goes to: a coefficient, ∞ or -∞; nullopt where that is not certain.
  std::optional<TermId> LimitOf(Germ germ);

  bool failed() const { return failed_ || maker_->budget().spent(); }

 private:
  struct Parts {
    std::vector<GermTerm> divergent;
    TermId constant;
    Germ small;
  };

  Germ Fail();
  Germ Compute(TermId term);
  Germ OfLeaf(TermId term);
  Germ OfArgs(TermId term);
  Germ OfMany(const std::vector<TermId>& args, bool add);
  Germ OfPair(TermKind kind, const Germ& a, const Germ& b);
  Germ OfFunction(TermKind kind, const Germ& x);
  Germ Zero() { return {}; }
  Germ Integer(int64_t value) { return Constant(maker_->Integer(value)); }
  Germ Scale(const Germ& a, TermId factor);
  Germ ScaleBy(const Germ& a, int64_t numerator, uint64_t denominator = 1);
  Germ Inverse(const Germ& a) { return RationalPower(a, Rational(-1)); }
  Germ RationalPower(const Germ& base, const Rational& exponent);
  Germ SmallPower(const Germ& base, int64_t exponent);
  Germ PowerOfGerm(const Germ& base, const Germ& exponent);
  Germ RealRoot(const Germ& base, TermId index);

  // germ_functions.cc
  Germ Exp(const Germ& x);
  Germ Ln(const Germ& argument);
  Germ Sine(const Germ& x, bool cosine);
  Germ Hyperbolic(const Germ& x, TermKind kind);
  Germ Arctangent(const Germ& argument);
  Germ Arcsine(const Germ& x, TermKind kind);
  Germ Absolute(const Germ& argument, bool sign_only);
  Germ Floor(const Germ& x);
  Germ Gamma(const Germ& argument);
  // f(c + small) of an f that is Lipschitz at c.
  Germ NearConstant(TermKind kind, const Germ& x);
  TermId SineOfConstant(TermId angle, bool cosine);
  std::optional<Monomial> MonomialOfExp(const std::vector<GermTerm>& divergent);
  // The sum of coefficients[k] x^k of small x, and the next power as error.
  Germ Compose(const std::vector<Rational>& coefficients, const Germ& x);

  TermId ProductOf(TermId a, TermId b);
  // 1 if a is the larger, for small t.
  int Compare(const Monomial& a, const Monomial& b);
  Monomial Product(const Monomial& a, const Monomial& b);
  std::vector<GrowthTerm> Sum(std::vector<GrowthTerm> a, const std::vector<GrowthTerm>& b,
                              const Rational& factor);
  std::optional<Monomial> MonomialPower(const Monomial& a, const Rational& exponent);
  // Sorted, added up, and without what the error hides.
  Germ Normal(Germ germ);
  std::optional<Monomial> Larger(std::optional<Monomial> a, std::optional<Monomial> b);
  // Not smaller than the germ, but for a constant.
  std::optional<Monomial> Bound(const Germ& germ) const;
  // Drops leading zeros. The sign of the first coefficient; nullopt where it is not known, or there
  // is none.
  std::optional<int> Lead(Germ* germ);
  // x / its first term - 1.
  Germ Relative(const Germ& x);
  // Fails where something is neither divergent, nor constant, nor small.
  Parts Split(const Germ& germ);
  bool IsSmall(const Monomial& monomial) { return Compare(monomial, {}) < 0; }
  std::optional<int> Sign(TermId coefficient);  // SignOf(), remembered.
  Rational Checked(std::optional<Rational> value);

  const int order_;
  TermMaker* const maker_;
  TermId symbol_ = 0;
  absl::flat_hash_map<TermId, Germ> done_;
  absl::flat_hash_map<TermId, std::optional<int>> signs_;
  bool failed_ = false;
  bool may_be_complex_ = false;  // A power of a negative base is among the errors.
};

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_GERM_H_
