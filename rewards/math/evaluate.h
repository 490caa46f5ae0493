// The value of a term, at a point where it has symbols: as an exact rational, or as a ball that
// encloses it (Arb: Johansson, "Arb: efficient arbitrary-precision midpoint-radius interval
// arithmetic", IEEE Trans. Computers 66(8), 2017).
#ifndef WHET_REWARDS_MATH_EVALUATE_H_
#define WHET_REWARDS_MATH_EVALUATE_H_

#include <acb.h>
#include <flint/flint.h>
#include <mag.h>

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "rewards/math/budget.h"
#include "rewards/math/term.h"

namespace whet::math {

// A complex ball that cleans up after itself.
class Ball {
 public:
  Ball() { acb_init(&value_); }
  Ball(const Ball&) = delete;
  Ball& operator=(const Ball&) = delete;
  ~Ball() { acb_clear(&value_); }
  acb_ptr get() { return &value_; }
  acb_srcptr get() const { return &value_; }

 private:
  acb_struct value_;
};

// Where a point lies, each of its coordinates for itself.
enum class Region : uint8_t {
  kUnit,      // Between 0 and 1.
  kPositive,  // Between 1 and 5.
  kNearZero,  // Between -1 and 1.
  kSigned,    // Between -5 and 5.
  kLarge,     // Between 5 and 55.
  kSplit,     // Between 0 and 2^-20, or between 0 and 2^20.
  kScaled,    // Of one size, from 2^-12 to 2^20, which the index tells; of opposite sign at 2n + 1
              // and at 2n.
  kComplex,   // Both parts between -2 and 2.
};

struct Point {
  Region region;
  uint32_t index;
};

struct ComplexRational {
  Rational re;
  Rational im;
};

// What symbols and kernels are at points: rationals that follow from the seed, the point, and the
// name or head and arguments. So a kernel has the same value wherever its arguments are equal:
// they are compared by their own values at three points, to 120 digits. Random numbers by Philox
// (base/random.h) keyed with the seed.
class Generators {
 public:
  // `pool` and `budget` outlive this.
  Generators(const TermPool* pool, uint64_t seed, Budget* budget)
      : pool_(pool), seed_(seed), budget_(budget) {}

  ComplexRational ValueAt(TermId symbol_or_kernel, const Point& point);

 private:
  uint64_t NameOf(TermId generator);
  uint64_t NameOfKernel(TermId kernel);
  std::string Fingerprint(TermId argument);

  const TermPool* pool_;
  uint64_t seed_;
  Budget* budget_;
  absl::flat_hash_map<TermId, uint64_t> names_;
};

// Encloses terms at one point and one working precision, remembering what it has. Not finite
// (acb_is_finite) where there is no value, or none that could be enclosed: a pole, a floor whose
// argument may lie on either side, an overflow, a spent budget.
class BallEvaluator {
 public:
  // All outlive this; terms that the pool gets later cannot be evaluated.
  BallEvaluator(const TermPool* pool, Generators* generators, const Point& point, slong precision,
                Budget* budget);
  BallEvaluator(const BallEvaluator&) = delete;
  BallEvaluator& operator=(const BallEvaluator&) = delete;
  ~BallEvaluator();

  // The ball lives as long as this.
  acb_srcptr Evaluate(TermId term);

  // Whether a term that was evaluated may be real, and, if i does not stand in it, all that it is
  // made of too: sqrt(a) sqrt(b) is no real expression where a and b are negative.
  bool StaysReal(TermId term) const { return real_[term]; }

  slong precision() const { return precision_; }
  // The size of the largest summand of sums that may be zero: what an error is relative to where
  // everything cancels.
  mag_srcptr cancelled() const { return &cancelled_; }

 private:
  bool MayBeReal(TermId term) const;
  void Compute(TermId term, acb_t result);
  void ComputeLeaf(TermId term, acb_t result);
  void ComputeSum(TermId term, acb_t result);
  void ComputePower(TermId term, acb_t result);
  void ComputeRationalPower(acb_srcptr base, const Rational& exponent, acb_t result) const;

  const TermPool* pool_;
  Generators* generators_;
  const Point point_;
  const slong precision_;
  Budget* budget_;
  acb_ptr values_;
  std::vector<bool> done_;
  std::vector<bool> real_;
  mag_struct cancelled_;
};

// The exact values of terms whose traits say rational_function, at one point.
class ExactEvaluator {
 public:
  ExactEvaluator(const TermPool* pool, Generators* generators, const Point& point, Budget* budget)
      : pool_(pool), generators_(generators), point_(point), budget_(budget) {}

  // nullptr where there is a division by zero, or numbers become too large. It lives as long as
  // this.
  const Rational* Evaluate(TermId term);

 private:
  bool Compute(TermId term, Rational* result);
  bool ComputeAll(TermId term, Rational* result);

  const TermPool* pool_;
  Generators* generators_;
  const Point point_;
  Budget* budget_;
  std::deque<Rational> values_;
  absl::flat_hash_map<TermId, const Rational*> known_;
};

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_EVALUATE_H_
