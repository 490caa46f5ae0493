// Terms with symbols.
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "rewards/math/term_comparer.h"

namespace whet::math {
namespace {

constexpr slong kPrecisionFirst = 128;
constexpr slong kPrecisionSecond = 512;
constexpr slong kPrecisionLast = 1024;
constexpr slong kAgreementBits = 900;
// What enclosures at the lower precisions must agree to, to count as a point that agrees.
constexpr slong kPointAgreementBits = 60;
constexpr int kPointsEnough = 3;

constexpr Point kRealPoints[] = {
    {Region::kPositive, 0}, {Region::kSigned, 1}, {Region::kUnit, 2},     {Region::kNearZero, 3},
    {Region::kLarge, 4},    {Region::kSigned, 5}, {Region::kPositive, 6}, {Region::kNearZero, 7},
    {Region::kSigned, 8},   {Region::kUnit, 9},
};
// With a tolerance: so that no part of a side is too small beside another to be noticed.
constexpr uint32_t kSplitPoints = 32;
// Of what changes its form, as |x - 50| does.
constexpr uint32_t kScaledPoints = 18;
constexpr Point kComplexPoints[] = {
    {Region::kComplex, 10}, {Region::kComplex, 11}, {Region::kComplex, 12}, {Region::kComplex, 13},
    {Region::kComplex, 14}, {Region::kComplex, 15}, {Region::kComplex, 16}, {Region::kComplex, 17},
};
constexpr int kExactPoints = 5;
constexpr int kExactPointsEnough = 3;

// Where signs differ, sums cancel, and roundings with them weigh more.
double SlackIn(Region region) {
  const bool signs_differ =
      region == Region::kSigned || region == Region::kNearZero || region == Region::kScaled;
  return signs_differ ? 1000 : 1;
}

}  // namespace

ScalarVerdict TermComparer::ComparePoints(TermId a, TermId b) {
  if (const auto exact = CompareExactly(a, b)) return *exact;
  if (const auto verdict = CompareAtPoints(kRealPoints, a, b)) return *verdict;
  if (!pool_->traits(a).uniform || !pool_->traits(b).uniform) {
    if (const auto verdict = CompareInRegion(Region::kScaled, kScaledPoints, a, b)) return *verdict;
  }
  if (decimal_) {
    if (const auto verdict = CompareInRegion(Region::kSplit, kSplitPoints, a, b)) return *verdict;
  }
  if (agreed_ < kPointsEnough) {
    if (const auto verdict = CompareAtPoints(kComplexPoints, a, b)) return *verdict;
  }
  if (!decimal_ && AreRealApart(a, b)) {  // ln|x| and ln(-x), but not -x and sqrt(-x)^2.
    if (const auto verdict = CompareAtPoints(kComplexPoints, a, b)) return *verdict;
  }
  if (agreed_ >= kPointsEnough) return {Truth::kTrue, "points", "alike at random points"};
  return {Truth::kUnknown, "points", "there are not enough points where both have a value"};
}

// Both are rational functions: at random points of 16 bits a coordinate, those that differ differ
// nearly everywhere (Schwartz and Zippel).
std::optional<ScalarVerdict> TermComparer::CompareExactly(TermId a, TermId b) {
  if (decimal_ || !pool_->traits(a).rational_function || !pool_->traits(b).rational_function) {
    return std::nullopt;
  }
  int equal = 0;
  for (const Point& point : absl::MakeConstSpan(kRealPoints).first(kExactPoints)) {
    ExactEvaluator evaluator(pool_, &generators_, point, budget_);
    const Rational* value = evaluator.Evaluate(a);
    if (value == nullptr) continue;
    const Rational left = *value;
    const Rational* right = evaluator.Evaluate(b);
    if (right == nullptr) continue;
    if (!(left == *right)) return ScalarVerdict{Truth::kFalse, "polynomial", "different values"};
    if (++equal == kExactPointsEnough) {
      return ScalarVerdict{Truth::kTrue, "polynomial", "equal at random points"};
    }
  }
  return std::nullopt;
}

std::optional<ScalarVerdict> TermComparer::CompareAtPoints(absl::Span<const Point> points, TermId a,
                                                           TermId b) {
  for (const Point& point : points) {
    if (budget_->spent()) return ScalarVerdict{Truth::kUnknown, "budget", "too much work"};
    Sight sight = LookAt(point, a, b);
    // Once, agreement is asked of nearly all bits; and wherever forms may change, for there what
    // differs may be small beside the rest.
    const bool thorough = agreed_ == 0 || point.region == Region::kScaled;
    if (sight == Sight::kAgree && thorough && !decimal_) {
      sight = LookAt(point, a, b, kPrecisionLast).value_or(Sight::kUnclear);
    }
    if (sight == Sight::kDiffer) {
      return ScalarVerdict{Truth::kFalse, decimal_ ? "decimal" : "points", "different values"};
    }
    if (sight == Sight::kAgree) ++agreed_;
  }
  return std::nullopt;
}

std::optional<ScalarVerdict> TermComparer::CompareInRegion(Region region, uint32_t count, TermId a,
                                                           TermId b) {
  std::vector<Point> points;
  points.reserve(count);
  for (uint32_t i = 0; i < count; ++i) points.push_back({region, i});
  return CompareAtPoints(points, a, b);
}

bool TermComparer::AreRealApart(TermId a, TermId b) {
  int always[] = {1, 1};
  int positive[] = {0, 0};
  for (const Point& point : kRealPoints) {
    BallEvaluator evaluator(pool_, &generators_, point, kPrecisionFirst, budget_);
    const bool is_positive = point.region != Region::kSigned && point.region != Region::kNearZero;
    for (int side = 0; side < 2; ++side) {
      const TermId term = side == 0 ? a : b;
      const bool finite = acb_is_finite(evaluator.Evaluate(term)) != 0;
      const bool real = finite && evaluator.StaysReal(term);
      always[side] &= real ? 1 : 0;
      positive[side] += is_positive && real ? 1 : 0;
    }
  }
  return (always[0] != 0 && positive[1] == 0) || (always[1] != 0 && positive[0] == 0);
}

Truth TermComparer::CompareValues(TermId a, TermId b, TermId difference, bool thorough) {
  for (const TermId side : {a, b}) {
    const TermKind kind = pool_->kind(side);
    if (kind == TermKind::kUndefined || kind == TermKind::kInfinity ||
        kind == TermKind::kMinusInfinity) {
      return Truth::kUnknown;
    }
  }
  difference_ = difference;
  const bool known = pool_->is_rational(difference);
  identical_ = known && pool_->rational(difference).is_zero();
  if (pool_->is_rational(a) && pool_->is_rational(b) && (identical_ || !decimal_)) {
    return identical_ ? Truth::kTrue : Truth::kFalse;
  }
  constexpr Point kAnywhere = {Region::kSigned, 2000};
  for (const slong precision : {kPrecisionFirst, kPrecisionLast}) {
    const std::optional<Sight> sight = LookAt(kAnywhere, a, b, precision);
    if (sight == Sight::kUnclear || (sight != Sight::kDiffer && !thorough)) break;
    if (sight.has_value()) return *sight == Sight::kAgree ? Truth::kTrue : Truth::kFalse;
  }
  return Truth::kUnknown;
}

TermComparer::Sight TermComparer::LookAt(const Point& point, TermId a, TermId b) {
  if (const auto sight = LookAt(point, a, b, kPrecisionFirst)) return *sight;
  return LookAt(point, a, b, kPrecisionSecond).value_or(Sight::kUnclear);
}

// nullopt: a higher precision may tell more.
std::optional<TermComparer::Sight> TermComparer::LookAt(const Point& point, TermId a, TermId b,
                                                        slong precision) {
  BallEvaluator evaluator(pool_, &generators_, point, precision, budget_);
  acb_srcptr left = evaluator.Evaluate(a);
  if (acb_is_finite(left) == 0) return Sight::kUnclear;
  acb_srcptr right = evaluator.Evaluate(b);
  if (acb_is_finite(right) == 0) return Sight::kUnclear;
  const bool real = point.region != Region::kComplex;
  if (real && (!evaluator.StaysReal(a) || !evaluator.StaysReal(b))) return Sight::kUnclear;
  if (decimal_) {
    const Truth tolerated = Tolerated(left, right, precision, SlackIn(point.region));
    if (tolerated == Truth::kUnknown) return std::nullopt;
    return tolerated == Truth::kTrue ? Sight::kAgree : Sight::kDiffer;
  }
  if (acb_overlaps(left, right) == 0) return Sight::kDiffer;
  const slong bits = precision == kPrecisionLast ? kAgreementBits : kPointAgreementBits;
  const bool agree =
      identical_ || (Agree(left, right, evaluator.cancelled(), bits) &&
                     (precision < kPrecisionLast || SeesEachSummand(left, right, &evaluator)));
  return agree ? std::optional(Sight::kAgree) : std::nullopt;
}

}  // namespace whet::math
