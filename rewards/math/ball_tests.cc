// What two enclosures tell of each other.
#include <arb.h>
#include <flint/fmpz.h>

#include "rewards/math/term_comparer.h"

namespace whet::math {
namespace {

// Of numbers that may agree: larger ones may be integers that differ by 1.
constexpr slong kSizeBitsMax = 900;

void MaximumSize(mag_t size, acb_srcptr a, acb_srcptr b) {
  mag_t other;
  mag_init(other);
  acb_get_mag_lower(size, a);
  acb_get_mag_lower(other, b);
  mag_max(size, size, other);
  mag_clear(other);
}

// Whether error <= 2^-bits size.
bool IsSmall(mag_srcptr error, mag_srcptr size, slong bits) {
  mag_t limit;
  mag_init(limit);
  mag_mul_2exp_si(limit, size, -bits);
  const bool small = mag_cmp(error, limit) <= 0;
  mag_clear(limit);
  return small;
}

// The integer that x 10^decimals is rounded to; false if that is not certain.
bool RoundTo(const arb_t x, int decimals, slong precision, fmpz_t rounded) {
  arb_t scaled;
  arb_init(scaled);
  arb_ui_pow_ui(scaled, 10, static_cast<ulong>(decimals), precision);
  arb_mul(scaled, scaled, x, precision);
  arb_mul_2exp_si(scaled, scaled, 1);
  // 2x = 2n + 1 is a tie, which only exact values can be.
  const bool is_tie =
      arb_is_exact(scaled) != 0 && arb_is_int(scaled) != 0 && arb_is_int_2exp_si(scaled, 1) == 0;
  arb_add_ui(scaled, scaled, 1, precision);
  arb_mul_2exp_si(scaled, scaled, -1);
  arb_floor(scaled, scaled, precision);
  const bool unique = arb_get_unique_fmpz(rounded, scaled) != 0;
  if (is_tie && fmpz_is_odd(rounded) != 0) fmpz_sub_ui(rounded, rounded, 1);
  arb_clear(scaled);
  return unique;
}

Truth SameRoundedReal(const arb_t a, const arb_t b, int decimals, slong precision) {
  fmpz_t left;
  fmpz_t right;
  fmpz_init(left);
  fmpz_init(right);
  Truth truth = Truth::kUnknown;
  if (RoundTo(a, decimals, precision, left) && RoundTo(b, decimals, precision, right)) {
    truth = fmpz_equal(left, right) != 0 ? Truth::kTrue : Truth::kFalse;
  }
  fmpz_clear(left);
  fmpz_clear(right);
  return truth;
}

}  // namespace

void MaximumDistance(mag_t distance, acb_srcptr a, acb_srcptr b) {
  Ball difference;
  acb_sub(difference.get(), a, b, MAG_BITS * 2);
  acb_get_mag(distance, difference.get());
}

bool Agree(acb_srcptr a, acb_srcptr b, mag_srcptr cancelled, slong bits) {
  if (acb_overlaps(a, b) == 0) return false;
  mag_t error;
  mag_t size;
  mag_t one;
  mag_init(error);
  mag_init(size);
  mag_init(one);
  mag_one(one);
  MaximumDistance(error, a, b);
  MaximumSize(size, a, b);
  const bool both_may_vanish = acb_contains_zero(a) != 0 && acb_contains_zero(b) != 0;
  const bool agree =
      (IsSmall(error, size, bits) && IsSmall(size, one, -kSizeBitsMax)) ||
      (both_may_vanish && IsSmall(error, cancelled, bits) && IsSmall(error, one, bits / 2));
  mag_clear(error);
  mag_clear(size);
  mag_clear(one);
  return agree;
}

Truth WithinTolerance(acb_srcptr a, acb_srcptr b, double tolerance, slong precision) {
  Ball difference;
  Ball left;
  Ball right;
  Ball factor;
  acb_sub(difference.get(), a, b, precision);
  arb_ptr distance = acb_imagref(factor.get());
  acb_abs(distance, difference.get(), precision);
  arb_ptr size = acb_realref(left.get());
  acb_abs(size, a, precision);
  acb_abs(acb_realref(right.get()), b, precision);
  arb_max(size, size, acb_realref(right.get()), precision);
  arb_set_d(acb_realref(factor.get()), tolerance);
  arb_mul(size, size, acb_realref(factor.get()), precision);
  if (arb_le(distance, size) != 0) return Truth::kTrue;
  return arb_gt(distance, size) != 0 ? Truth::kFalse : Truth::kUnknown;
}

Truth SameRounded(acb_srcptr a, acb_srcptr b, int decimals, slong precision) {
  const Truth re = SameRoundedReal(acb_realref(a), acb_realref(b), decimals, precision);
  const Truth im = SameRoundedReal(acb_imagref(a), acb_imagref(b), decimals, precision);
  if (re == Truth::kFalse || im == Truth::kFalse) return Truth::kFalse;
  return re == Truth::kTrue ? im : Truth::kUnknown;
}

}  // namespace whet::math
