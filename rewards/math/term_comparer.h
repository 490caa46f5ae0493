// Whether two terms are equal: the layers of rewards/math/scalar.h.
#ifndef WHET_REWARDS_MATH_TERM_COMPARER_H_
#define WHET_REWARDS_MATH_TERM_COMPARER_H_

#include <optional>

#include "rewards/math/budget.h"
#include "rewards/math/evaluate.h"
#include "rewards/math/scalar.h"
#include "rewards/math/term.h"
#include "rewards/math/truth.h"

namespace whet::math {

// For terms of one pool, which may grow between calls.
class TermComparer {
 public:
  // All outlive this. With `decimal` a tolerance applies.
  TermComparer(const TermPool* pool, const ScalarOptions* options, bool decimal, Budget* budget)
      : pool_(pool),
        options_(options),
        decimal_(decimal),
        budget_(budget),
        generators_(pool, options->seed, budget) {}

  // `difference` is a - b as TermMaker makes it: what cancels there is exact.
  ScalarVerdict Compare(TermId a, TermId b, TermId difference);

  // Likewise of what two terms become where symbols are numbers: kUnknown unless both are finite
  // and real, and where enclosures do not tell. kTrue only if `thorough`, at some cost.
  Truth CompareValues(TermId a, TermId b, TermId difference, bool thorough);

  bool decimal() const { return decimal_; }

 private:
  // What a pair of enclosures tells.
  enum class Sight { kDiffer, kAgree, kUnclear };

  std::optional<ScalarVerdict> CompareSpecial(TermId a, TermId b);
  ScalarVerdict CompareRationals(const Rational& a, const Rational& b) const;

  ScalarVerdict CompareConstants(TermId a, TermId b);
  ScalarVerdict CompareDecimals(TermId a, TermId b);
  std::optional<ScalarVerdict> CompareBySeparation(TermId a, TermId b);
  ScalarVerdict CompareAtLast(TermId a, TermId b);

  // term_comparer_points.cc
  ScalarVerdict ComparePoints(TermId a, TermId b);
  std::optional<ScalarVerdict> CompareExactly(TermId a, TermId b);
  std::optional<ScalarVerdict> CompareAtPoints(absl::Span<const Point> points, TermId a, TermId b);
  std::optional<ScalarVerdict> CompareInRegion(Region region, uint32_t count, TermId a, TermId b);
  // Whether one side is real at all real points, and the other at none where symbols are positive.
  bool AreRealApart(TermId a, TermId b);
  Sight LookAt(const Point& point, TermId a, TermId b);
  std::optional<Sight> LookAt(const Point& point, TermId a, TermId b, slong precision);

  // At a precision; the enclosures must be finite to tell anything.
  Sight LookAtConstants(TermId a, TermId b, slong precision, slong agreement_bits);
  // Whether the enclosures are narrow beside each summand of a - b, so that none is lost in them.
  bool SeesEachSummand(acb_srcptr a, acb_srcptr b, BallEvaluator* evaluator) const;
  // `slack` widens a relative tolerance.
  Truth Tolerated(acb_srcptr a, acb_srcptr b, slong precision, double slack = 1) const;

  const TermPool* pool_;
  const ScalarOptions* options_;
  const bool decimal_;
  Budget* budget_;
  Generators generators_;
  TermId difference_ = 0;   // a - b.
  bool identical_ = false;  // Equal wherever they are defined.
  int agreed_ = 0;          // Points.
};

// An upper bound of |a - b|.
void MaximumDistance(mag_t distance, acb_srcptr a, acb_srcptr b);

// Whether two enclosures meet and are narrow: their difference is known to be at most
// 2^-bits max(|a|, |b|), or, where both may be zero, 2^-bits of what cancelled there and
// 2^-(bits/2) at all. Never of numbers above 2^900.
bool Agree(acb_srcptr a, acb_srcptr b, mag_srcptr cancelled, slong bits);

// Whether |a - b| <= tolerance max(|a|, |b|).
Truth WithinTolerance(acb_srcptr a, acb_srcptr b, double tolerance, slong precision);

// Whether both are the same multiple of 10^-decimals when rounded, halves to even.
Truth SameRounded(acb_srcptr a, acb_srcptr b, int decimals, slong precision);

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_TERM_COMPARER_H_
