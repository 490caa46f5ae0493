#include "rewards/math/evaluate.h"

#include <acb_hypgeom.h>
#include <arb.h>

#include <optional>
#include <utility>

#include "absl/algorithm/container.h"

namespace whet::math {
namespace {

// Zeta is slow far from the origin.
constexpr double kZetaArgumentMax = 200;
// Integer powers take a step a bit of the exponent; beyond, they go by logarithms.
constexpr int64_t kExponentBitsMax = 128;

using Unary = void (*)(acb_t, const acb_t, slong);

bool IsReal(acb_srcptr x) { return arb_is_zero(acb_imagref(x)) != 0; }

// Whether `x` may lie on either side of the negative real numbers: its logarithm and roots may then
// be either of two that are far from each other, and an enclosure of both looks like a real number.
bool IsOnCut(acb_srcptr x) {
  return !IsReal(x) && arb_contains_zero(acb_imagref(x)) != 0 &&
         arb_is_positive(acb_realref(x)) == 0;
}

void Logarithm(acb_t result, const acb_t x, slong precision) {
  if (IsOnCut(x)) return acb_indeterminate(result);
  acb_log(result, x, precision);
}

void AbsoluteValue(acb_t result, const acb_t x, slong precision) {
  acb_abs(acb_realref(result), x, precision);
  arb_zero(acb_imagref(result));
}

void RealPart(acb_t result, const acb_t x, slong /*precision*/) {
  acb_set_arb(result, acb_realref(x));
}

void ImaginaryPart(acb_t result, const acb_t x, slong /*precision*/) {
  acb_set_arb(result, acb_imagref(x));
}

void Conjugate(acb_t result, const acb_t x, slong /*precision*/) { acb_conj(result, x); }

void Argument(acb_t result, const acb_t x, slong precision) {
  Ball copy;
  acb_set(copy.get(), x);
  acb_arg(acb_realref(result), copy.get(), precision);
  arb_zero(acb_imagref(result));
  // The argument of 0 is not defined.
  if (acb_contains_zero(copy.get()) != 0) acb_indeterminate(result);
}

void Floor(acb_t result, const acb_t x, slong precision) {
  Ball floor;
  arb_floor(acb_realref(floor.get()), acb_realref(x), precision);
  const bool unique = IsReal(x) && arb_is_int(acb_realref(floor.get())) != 0;
  if (unique) {
    acb_set(result, floor.get());
  } else {
    acb_indeterminate(result);
  }
}

void Zeta(acb_t result, const acb_t x, slong precision) {
  Ball limit;
  acb_set_d(limit.get(), kZetaArgumentMax);
  Ball size;
  AbsoluteValue(size.get(), x, precision);
  if (arb_lt(acb_realref(size.get()), acb_realref(limit.get())) != 0) {
    acb_zeta(result, x, precision);
  } else {
    acb_indeterminate(result);
  }
}

struct KindFunction {
  TermKind kind;
  Unary function;
  int cost;  // Per 64 bits of precision.
};

constexpr KindFunction kFunctions[] = {
    {TermKind::kExp, acb_exp, 8},       {TermKind::kLn, Logarithm, 8},
    {TermKind::kSin, acb_sin, 8},       {TermKind::kCos, acb_cos, 8},
    {TermKind::kTan, acb_tan, 12},      {TermKind::kSinh, acb_sinh, 8},
    {TermKind::kCosh, acb_cosh, 8},     {TermKind::kTanh, acb_tanh, 12},
    {TermKind::kArcsin, acb_asin, 16},  {TermKind::kArccos, acb_acos, 16},
    {TermKind::kArctan, acb_atan, 12},  {TermKind::kArsinh, acb_asinh, 16},
    {TermKind::kArcosh, acb_acosh, 16}, {TermKind::kArtanh, acb_atanh, 16},
    {TermKind::kGamma, acb_gamma, 200}, {TermKind::kZeta, Zeta, 1000},
    {TermKind::kAbs, AbsoluteValue, 2}, {TermKind::kRe, RealPart, 1},
    {TermKind::kIm, ImaginaryPart, 1},  {TermKind::kConjugate, Conjugate, 1},
    {TermKind::kArg, Argument, 12},     {TermKind::kSgn, acb_sgn, 4},
    {TermKind::kFloor, Floor, 4},
};

const KindFunction* FunctionOf(TermKind kind) {
  for (const KindFunction& entry : kFunctions) {
    if (entry.kind == kind) return &entry;
  }
  return nullptr;
}

void RealRoot(acb_t result, acb_srcptr x, uint64_t index, slong precision) {
  if (IsReal(x) && arb_is_negative(acb_realref(x)) != 0) {
    Ball opposite;
    acb_neg(opposite.get(), x);
    arb_root_ui(acb_realref(result), acb_realref(opposite.get()), index, precision);
    arb_zero(acb_imagref(result));
    acb_neg(result, result);
  } else if (acb_is_zero(x) != 0) {
    acb_zero(result);
  } else if (IsOnCut(x)) {
    acb_indeterminate(result);
  } else {
    acb_root_ui(result, x, index, precision);
  }
}

void Extreme(acb_t result, acb_srcptr a, acb_srcptr b, bool largest, slong precision) {
  if (!IsReal(a) || !IsReal(b)) return acb_indeterminate(result);
  const auto choose = largest ? arb_max : arb_min;
  choose(acb_realref(result), acb_realref(a), acb_realref(b), precision);
  arb_zero(acb_imagref(result));
}

}  // namespace

BallEvaluator::BallEvaluator(const TermPool* pool, Generators* generators, const Point& point,
                             slong precision, Budget* budget)
    : pool_(pool),
      generators_(generators),
      point_(point),
      precision_(precision),
      budget_(budget),
      values_(_acb_vec_init(static_cast<slong>(pool->size()))),
      done_(pool->size(), false),
      real_(pool->size(), false) {
  mag_init(&cancelled_);
  budget_->Spend(static_cast<int64_t>(pool->size()) / 8 + 1);
}

BallEvaluator::~BallEvaluator() {
  _acb_vec_clear(values_, static_cast<slong>(done_.size()));
  mag_clear(&cancelled_);
}

acb_srcptr BallEvaluator::Evaluate(TermId term) {
  acb_ptr value = values_ + term;
  if (done_[term]) return value;
  done_[term] = true;
  if (budget_->Spend(1 + precision_ / 256)) {
    Compute(term, value);
  } else {
    acb_indeterminate(value);
  }
  real_[term] = MayBeReal(term);
  return value;
}

bool BallEvaluator::MayBeReal(TermId term) const {
  if (arb_contains_zero(acb_imagref(values_ + term)) == 0) return false;
  if (pool_->traits(term).imaginary || pool_->kind(term) == TermKind::kKernel) return true;
  // Integer exponents and indices of roots are not evaluated.
  return absl::c_all_of(pool_->args(term),
                        [this](TermId arg) { return pool_->is_rational(arg) || StaysReal(arg); });
}

void BallEvaluator::Compute(TermId term, acb_t result) {
  switch (pool_->kind(term)) {
    case TermKind::kAdd:
      return ComputeSum(term, result);
    case TermKind::kMultiply:
      acb_one(result);
      for (const TermId arg : pool_->args(term)) {
        acb_mul(result, result, Evaluate(arg), precision_);
      }
      return;
    case TermKind::kPower:
      return ComputePower(term, result);
    case TermKind::kRealRoot: {
      const fmpz* index = pool_->rational(pool_->arg(term, 1)).numerator();
      return RealRoot(result, Evaluate(pool_->arg(term, 0)), fmpz_get_ui(index), precision_);
    }
    case TermKind::kMin:
    case TermKind::kMax:
      return Extreme(result, Evaluate(pool_->arg(term, 0)), Evaluate(pool_->arg(term, 1)),
                     pool_->kind(term) == TermKind::kMax, precision_);
    default:
      return ComputeLeaf(term, result);
  }
}

void BallEvaluator::ComputeLeaf(TermId term, acb_t result) {
  const TermKind kind = pool_->kind(term);
  if (const KindFunction* entry = FunctionOf(kind)) {
    acb_srcptr argument = Evaluate(pool_->arg(term, 0));
    if (acb_is_finite(argument) != 0 && budget_->Spend(entry->cost * precision_ / 64)) {
      return entry->function(result, argument, precision_);
    }
    return acb_indeterminate(result);
  }
  switch (kind) {
    case TermKind::kRational:
      return acb_set_fmpq(result, pool_->rational(term).get(), precision_);
    case TermKind::kPi:
      return acb_const_pi(result, precision_);
    case TermKind::kEuler:
      return arb_const_e(acb_realref(result), precision_);
    case TermKind::kImaginary:
      return acb_onei(result);
    case TermKind::kSymbol:
    case TermKind::kKernel: {
      const ComplexRational value = generators_->ValueAt(term, point_);
      arb_set_fmpq(acb_realref(result), value.re.get(), precision_);
      return arb_set_fmpq(acb_imagref(result), value.im.get(), precision_);
    }
    default:
      return acb_indeterminate(result);
  }
}

void BallEvaluator::ComputeSum(TermId term, acb_t result) {
  mag_t size;
  mag_t largest;
  mag_init(size);
  mag_init(largest);
  acb_zero(result);
  for (const TermId arg : pool_->args(term)) {
    acb_srcptr value = Evaluate(arg);
    acb_get_mag(size, value);
    mag_max(largest, largest, size);
    acb_add(result, result, value, precision_);
  }
  if (acb_contains_zero(result) != 0) mag_max(&cancelled_, &cancelled_, largest);
  mag_clear(size);
  mag_clear(largest);
}

void BallEvaluator::ComputePower(TermId term, acb_t result) {
  const TermId exponent = pool_->arg(term, 1);
  acb_srcptr base = Evaluate(pool_->arg(term, 0));
  if (!budget_->Spend(precision_ / 32 + 2)) return acb_indeterminate(result);
  if (pool_->is_rational(exponent)) {
    return ComputeRationalPower(base, pool_->rational(exponent), result);
  }
  acb_srcptr power = Evaluate(exponent);
  if (acb_is_zero(base) != 0 && arb_is_positive(acb_realref(power)) != 0) return acb_zero(result);
  if (IsOnCut(base)) return acb_indeterminate(result);
  acb_pow(result, base, power, precision_);
}

void BallEvaluator::ComputeRationalPower(acb_srcptr base, const Rational& exponent,
                                         acb_t result) const {
  const bool half = fmpz_equal_si(exponent.denominator(), 2) != 0;
  if (exponent.is_integer() && exponent.bits() <= kExponentBitsMax) {
    acb_pow_fmpz(result, base, exponent.numerator(), precision_);
  } else if (IsOnCut(base)) {
    acb_indeterminate(result);
  } else if (half && fmpz_is_one(exponent.numerator()) != 0) {
    acb_sqrt(result, base, precision_);
  } else if (half && fmpz_equal_si(exponent.numerator(), -1) != 0) {
    acb_rsqrt(result, base, precision_);
  } else if (acb_is_zero(base) != 0 && exponent.sign() > 0) {
    acb_zero(result);
  } else if (IsReal(base) && arb_is_positive(acb_realref(base)) != 0 && exponent.bits() < 20) {
    arb_pow_fmpq(acb_realref(result), acb_realref(base), exponent.get(), precision_);
    arb_zero(acb_imagref(result));
  } else {
    Ball power;
    acb_set_fmpq(power.get(), exponent.get(), precision_);
    acb_pow(result, base, power.get(), precision_);
  }
}

const Rational* ExactEvaluator::Evaluate(TermId term) {
  if (pool_->is_rational(term)) return &pool_->rational(term);
  if (const auto known = known_.find(term); known != known_.end()) return known->second;
  Rational value;
  if (!Compute(term, &value)) return nullptr;
  values_.push_back(std::move(value));
  known_[term] = &values_.back();
  return &values_.back();
}

bool ExactEvaluator::Compute(TermId term, Rational* result) {
  const TermKind kind = pool_->kind(term);
  if (kind == TermKind::kSymbol || kind == TermKind::kKernel) {
    *result = generators_->ValueAt(term, point_).re;
    return true;
  }
  if (kind != TermKind::kPower) return ComputeAll(term, result);
  const Rational* base = Evaluate(pool_->arg(term, 0));
  if (base == nullptr) return false;
  const Rational& exponent = pool_->rational(pool_->arg(term, 1));
  if (base->is_zero() && exponent.sign() < 0) return false;
  std::optional<Rational> power = Power(*base, exponent);
  if (!power.has_value() || !budget_->Spend(RationalCost(power->bits()))) return false;
  *result = *std::move(power);
  return true;
}

bool ExactEvaluator::ComputeAll(TermId term, Rational* result) {
  const bool add = pool_->kind(term) == TermKind::kAdd;
  Rational total(add ? 0 : 1);
  for (const TermId arg : pool_->args(term)) {
    const Rational* value = Evaluate(arg);
    if (value == nullptr || !budget_->Spend(RationalCost(value->bits() + total.bits()))) {
      return false;
    }
    std::optional<Rational> next = add ? Add(total, *value) : Multiply(total, *value);
    if (!next.has_value()) return false;
    total = *std::move(next);
  }
  *result = std::move(total);
  return true;
}

}  // namespace whet::math
