#include "rewards/math/certain.h"

#include <arb.h>

#include "absl/algorithm/container.h"
#include "rewards/math/calcium.h"
#include "rewards/math/evaluate.h"

namespace whet::math {
namespace {

constexpr slong kPrecisions[] = {128, 512};
constexpr slong kLikelyPrecision = 1024;
constexpr slong kLikelyBits = 900;
// Calcium is dear: only where this much is left.
constexpr int64_t kCalciumBudget = 200000;
constexpr Point kAnywhere = {Region::kUnit, 0};

bool IsRealBall(acb_srcptr ball) {
  return acb_is_finite(ball) != 0 && arb_is_zero(acb_imagref(ball)) != 0;
}

int SignOfInfinity(const TermPool& pool, TermId term) {
  return pool.kind(term) == TermKind::kInfinity ? 1 : -1;
}

// The integer that is within 2^-900 of a ball.
bool NearInteger(const arb_t ball, fmpz_t integer) {
  const bool narrow = mag_cmp_2exp_si(arb_radref(ball), -kLikelyBits) < 0;
  if (!narrow) return false;
  arf_get_fmpz(integer, arb_midref(ball), ARF_RND_NEAR);
  return arb_contains_fmpz(ball, integer) != 0;
}

std::optional<int64_t> FloorTo(slong precision, TermId term, int64_t max, TermMaker* maker) {
  const TermPool& pool = maker->pool();
  if (pool.is_rational(term)) return Floor(pool.rational(term)).Small(max);
  if (!pool.traits(term).constant) return std::nullopt;
  Generators generators(&pool, 0, &maker->budget());
  BallEvaluator evaluator(&pool, &generators, kAnywhere, precision, &maker->budget());
  acb_srcptr value = evaluator.Evaluate(term);
  if (!IsRealBall(value)) return std::nullopt;
  Ball floor;
  arb_floor(acb_realref(floor.get()), acb_realref(value), precision);
  math::Rational exact;
  fmpz* integer = fmpq_numref(exact.get());
  if (arb_get_unique_fmpz(integer, acb_realref(floor.get())) == 0 &&
      !NearInteger(acb_realref(value), integer)) {
    return std::nullopt;
  }
  return exact.Small(max);
}

}  // namespace

bool IsInfinite(const TermPool& pool, TermId term) {
  return pool.kind(term) == TermKind::kInfinity || pool.kind(term) == TermKind::kMinusInfinity;
}

bool DependsOn(const TermPool& pool, TermId term, TermId symbol) {
  if (symbol > term) return false;
  return absl::c_linear_search(TermsBelow(pool, term), symbol);
}

std::optional<int> SignOf(TermId term, TermMaker* maker) {
  const TermPool& pool = maker->pool();
  if (pool.is_rational(term)) return pool.rational(term).sign();
  if (IsInfinite(pool, term)) return SignOfInfinity(pool, term);
  if (!pool.traits(term).constant || pool.kind(term) == TermKind::kUndefined) return std::nullopt;
  Generators generators(&pool, 0, &maker->budget());
  for (const slong precision : kPrecisions) {
    BallEvaluator evaluator(&pool, &generators, kAnywhere, precision, &maker->budget());
    acb_srcptr value = evaluator.Evaluate(term);
    if (!IsRealBall(value)) return std::nullopt;
    if (arb_is_positive(acb_realref(value)) != 0) return 1;
    if (arb_is_negative(acb_realref(value)) != 0) return -1;
  }
  if (maker->budget().left() < kCalciumBudget) return std::nullopt;
  const TermId zero = maker->Integer(0);
  const bool is_zero = EqualByCalcium(pool, term, zero, &maker->budget()).equal == Truth::kTrue;
  return is_zero ? std::optional<int>(0) : std::nullopt;
}

std::optional<int> SignOfDifference(TermId a, TermId b, TermMaker* maker) {
  const TermPool& pool = maker->pool();
  if (a == b) return IsInfinite(pool, a) ? std::nullopt : std::optional<int>(0);
  if (IsInfinite(pool, a)) return SignOfInfinity(pool, a);
  if (IsInfinite(pool, b)) return -SignOfInfinity(pool, b);
  return SignOf(maker->Subtract(a, b), maker);
}

std::optional<int64_t> CertainFloor(TermId term, int64_t max, TermMaker* maker) {
  return FloorTo(kPrecisions[0], term, max, maker);
}

std::optional<int64_t> LikelyFloor(TermId term, int64_t max, TermMaker* maker) {
  const std::optional<int64_t> certain = CertainFloor(term, max, maker);
  const bool spent = maker->budget().spent();
  return certain.has_value() || spent ? certain : FloorTo(kLikelyPrecision, term, max, maker);
}

}  // namespace whet::math
