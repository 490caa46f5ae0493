#include "rewards/math/term_comparer.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rewards/math/calcium.h"
#include "rewards/math/separation.h"

namespace whet::math {
namespace {

constexpr slong kPrecisionFirst = 64;
constexpr slong kPrecisionLast = 1024;
constexpr slong kAgreementBits = 900;
constexpr slong kSummandBits = 30;
constexpr int kRoundingMax = 100;
constexpr Point kOrigin = {Region::kUnit, 0};  // Of constants: it does not matter.

bool IsInfinite(TermKind kind) {
  return kind == TermKind::kInfinity || kind == TermKind::kMinusInfinity;
}

ScalarVerdict Verdict(Truth truth, const char* step, std::string why) {
  return {truth, step, std::move(why)};
}

}  // namespace

ScalarVerdict TermComparer::Compare(TermId a, TermId b, TermId difference) {
  if (budget_->spent()) return Verdict(Truth::kUnknown, "budget", "too much work to read it");
  difference_ = difference;
  if (const std::optional<ScalarVerdict> special = CompareSpecial(a, b)) return *special;
  if (pool_->is_rational(a) && pool_->is_rational(b)) {
    return CompareRationals(pool_->rational(a), pool_->rational(b));
  }
  ScalarVerdict verdict = pool_->traits(a).constant && pool_->traits(b).constant
                              ? CompareConstants(a, b)
                              : ComparePoints(a, b);
  if (verdict.equal == Truth::kUnknown && budget_->spent()) {
    return Verdict(Truth::kUnknown, "budget", "too much work to compute it");
  }
  return verdict;
}

std::optional<ScalarVerdict> TermComparer::CompareSpecial(TermId a, TermId b) {
  const TermKind left = pool_->kind(a);
  const TermKind right = pool_->kind(b);
  if (left == TermKind::kUndefined || right == TermKind::kUndefined) {
    return Verdict(Truth::kFalse, "undefined", "a side is not defined");
  }
  if (IsInfinite(left) || IsInfinite(right)) {
    return Verdict(left == right ? Truth::kTrue : Truth::kFalse, "infinity", "a side is infinite");
  }
  if (pool_->is_rational(a) && pool_->is_rational(b)) return std::nullopt;
  const bool known = pool_->is_rational(difference_);
  identical_ = a == b || (known && pool_->rational(difference_).is_zero());
  if (identical_ && pool_->traits(a).total && pool_->traits(b).total) {
    return Verdict(Truth::kTrue, "identical", "the same terms");
  }
  if (known && !identical_ && !decimal_) {
    return Verdict(Truth::kFalse, "difference", "they differ by a rational number");
  }
  return std::nullopt;
}

ScalarVerdict TermComparer::CompareRationals(const Rational& a, const Rational& b) const {
  if (a == b) return Verdict(Truth::kTrue, "rational", "equal fractions");
  if (!decimal_) return Verdict(Truth::kFalse, "rational", "different fractions");
  if (options_->float_rounding.has_value()) {
    const int decimals = std::clamp(*options_->float_rounding, 0, kRoundingMax);
    const std::optional<Rational> left = RoundedTo(a, decimals);
    const bool equal = left.has_value() && left == RoundedTo(b, decimals);
    return Verdict(equal ? Truth::kTrue : Truth::kFalse, "decimal", "rounded fractions");
  }
  const slong precision = a.bits() + b.bits() + 128;
  Ball left;
  Ball right;
  acb_set_fmpq(left.get(), a.get(), precision);
  acb_set_fmpq(right.get(), b.get(), precision);
  return Verdict(Tolerated(left.get(), right.get(), precision), "decimal", "decimal fractions");
}

Truth TermComparer::Tolerated(acb_srcptr a, acb_srcptr b, slong precision, double slack) const {
  if (!options_->float_rounding.has_value()) {
    return WithinTolerance(a, b, slack * options_->relative_tolerance, precision);
  }
  const int decimals = std::clamp(*options_->float_rounding, 0, kRoundingMax);
  return SameRounded(a, b, decimals, precision);
}

TermComparer::Sight TermComparer::LookAtConstants(TermId a, TermId b, slong precision,
                                                  slong agreement_bits) {
  BallEvaluator evaluator(pool_, &generators_, kOrigin, precision, budget_);
  acb_srcptr left = evaluator.Evaluate(a);
  acb_srcptr right = evaluator.Evaluate(b);
  if (acb_is_finite(left) == 0 || acb_is_finite(right) == 0) return Sight::kUnclear;
  if (acb_overlaps(left, right) == 0) return Sight::kDiffer;
  const bool agree = identical_ || (Agree(left, right, evaluator.cancelled(), agreement_bits) &&
                                    SeesEachSummand(left, right, &evaluator));
  return agree ? Sight::kAgree : Sight::kUnclear;
}

bool TermComparer::SeesEachSummand(acb_srcptr a, acb_srcptr b, BallEvaluator* evaluator) const {
  if (pool_->kind(difference_) != TermKind::kAdd) return true;
  mag_t error;
  mag_t size;
  mag_init(error);
  mag_init(size);
  MaximumDistance(error, a, b);
  mag_mul_2exp_si(error, error, kSummandBits);
  bool seen = true;
  for (const TermId summand : pool_->args(difference_)) {
    acb_srcptr value = evaluator->Evaluate(summand);
    acb_get_mag_lower(size, value);
    if (pool_->is_rational(summand)) {  // 1 + 1/q may have been folded into it.
      const auto bits = static_cast<slong>(fmpz_bits(pool_->rational(summand).denominator()));
      mag_set_ui_2exp_si(size, 1, -bits);
    }
    // One that may be zero has cancelled, and is looked at as such.
    seen &= acb_contains_zero(value) != 0 || mag_cmp(error, size) <= 0;
  }
  mag_clear(error);
  mag_clear(size);
  return seen;
}

ScalarVerdict TermComparer::CompareConstants(TermId a, TermId b) {
  const Sight first = LookAtConstants(a, b, kPrecisionFirst, kAgreementBits);
  if (first == Sight::kAgree) return Verdict(Truth::kTrue, "identical", "the same terms");
  if (decimal_) return CompareDecimals(a, b);
  if (first == Sight::kDiffer) return Verdict(Truth::kFalse, "ball", "enclosures do not meet");
  if (const auto separated = CompareBySeparation(a, b)) return *separated;
  return CompareAtLast(a, b);
}

ScalarVerdict TermComparer::CompareDecimals(TermId a, TermId b) {
  for (slong precision = kPrecisionFirst; precision <= kPrecisionLast; precision *= 4) {
    BallEvaluator evaluator(pool_, &generators_, kOrigin, precision, budget_);
    acb_srcptr left = evaluator.Evaluate(a);
    acb_srcptr right = evaluator.Evaluate(b);
    if (acb_is_finite(left) == 0 || acb_is_finite(right) == 0) continue;
    const Truth tolerated = Tolerated(left, right, precision);
    if (tolerated != Truth::kUnknown) return Verdict(tolerated, "decimal", "a decimal literal");
  }
  return Verdict(Truth::kUnknown, "decimal", "a value could not be enclosed");
}

std::optional<ScalarVerdict> TermComparer::CompareBySeparation(TermId a, TermId b) {
  const auto bits = SeparationBits(*pool_, a, b, kAgreementBits);
  if (!bits.has_value()) return std::nullopt;
  BallEvaluator evaluator(pool_, &generators_, kOrigin, *bits + 2 * kPrecisionFirst, budget_);
  Ball difference;
  acb_sub(difference.get(), evaluator.Evaluate(a), evaluator.Evaluate(b), evaluator.precision());
  if (acb_is_finite(difference.get()) == 0) return std::nullopt;
  if (acb_contains_zero(difference.get()) == 0) {
    return Verdict(Truth::kFalse, "ball", "enclosures do not meet");
  }
  mag_t error;
  mag_init(error);
  acb_get_mag(error, difference.get());
  const bool equal = mag_cmp_2exp_si(error, -*bits) < 0;
  mag_clear(error);
  if (!equal) return std::nullopt;
  return Verdict(Truth::kTrue, "separation", absl::StrCat("closer than 2^-", *bits));
}

ScalarVerdict TermComparer::CompareAtLast(TermId a, TermId b) {
  const Sight sight = LookAtConstants(a, b, kPrecisionLast, kAgreementBits);
  if (sight == Sight::kDiffer) return Verdict(Truth::kFalse, "ball", "enclosures do not meet");
  if (sight == Sight::kAgree && identical_) {
    return Verdict(Truth::kTrue, "identical", "the same terms");
  }
  const CalciumAnswer proved = EqualByCalcium(*pool_, a, b, budget_);
  if (proved.undefined) return Verdict(Truth::kFalse, "undefined", "a side is not defined");
  if (proved.equal != Truth::kUnknown) return Verdict(proved.equal, "calcium", "proved");
  if (sight == Sight::kAgree) {
    return Verdict(Truth::kTrue, "agreement", "alike to 900 bits, not proved");
  }
  return Verdict(Truth::kUnknown, "ball", "enclosures meet, and are too wide to tell");
}

}  // namespace whet::math
