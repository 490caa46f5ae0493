#include "rewards/math/calcium.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "rewards/math/calcium_shim.h"

namespace whet::math {
namespace {

constexpr int64_t kCost = 100000;
constexpr int kTermsMax = 60;
// Of roots, logarithms and the like: each may add a generator to the field.
constexpr int kExtensionsMax = 6;
constexpr int64_t kRationalBits = 40;
// Of all rationals, each as often as a power multiplies it.
constexpr int64_t kBitsMax = 160;
// The product of the indices of all roots, with 2 for i.
constexpr uint64_t kDegreeMax = 16;
constexpr int64_t kExponentMax = 16;
constexpr uint64_t kRootIndexMax = 8;
constexpr uint64_t kAngleDenominatorMax = 24;

std::optional<CalciumFunction> FunctionOf(TermKind kind) {
  switch (kind) {
    case TermKind::kExp:
      return kCalciumExp;
    case TermKind::kLn:
      return kCalciumLn;
    case TermKind::kSin:
      return kCalciumSin;
    case TermKind::kCos:
      return kCalciumCos;
    case TermKind::kTan:
      return kCalciumTan;
    case TermKind::kArcsin:
      return kCalciumArcsin;
    case TermKind::kArccos:
      return kCalciumArccos;
    case TermKind::kArctan:
      return kCalciumArctan;
    default:
      return std::nullopt;
  }
}

class Translator {
 public:
  explicit Translator(const TermPool& pool) : pool_(pool), context_(CalciumNewContext()) {}
  Translator(const Translator&) = delete;
  Translator& operator=(const Translator&) = delete;
  ~Translator() {
    for (const auto& [term, number] : numbers_) CalciumFree(number, context_);
    CalciumFreeContext(context_);
  }

  CalciumContext* context() { return context_; }
  CalciumNumber* Translate(TermId term);

 private:
  void Compute(TermId term, CalciumNumber* result);
  void Fold(TermId term, CalciumNumber* result);

  const TermPool& pool_;
  CalciumContext* context_;
  absl::flat_hash_map<TermId, CalciumNumber*> numbers_;
};

CalciumNumber* Translator::Translate(TermId term) {
  if (const auto known = numbers_.find(term); known != numbers_.end()) return known->second;
  CalciumNumber* number = CalciumNew(context_);
  Compute(term, number);
  numbers_[term] = number;
  return number;
}

void Translator::Fold(TermId term, CalciumNumber* result) {
  const bool add = pool_.kind(term) == TermKind::kAdd;
  const Rational neutral(add ? 0 : 1);
  CalciumSetRational(result, neutral.get(), context_);
  for (const TermId arg : pool_.args(term)) {
    (add ? CalciumAdd : CalciumMultiply)(result, result, Translate(arg), context_);
  }
}

void Translator::Compute(TermId term, CalciumNumber* result) {
  switch (const TermKind kind = pool_.kind(term)) {
    case TermKind::kRational:
      return CalciumSetRational(result, pool_.rational(term).get(), context_);
    case TermKind::kPi:
      return CalciumSetConstant(result, kCalciumPi, context_);
    case TermKind::kEuler:
      return CalciumSetConstant(result, kCalciumEuler, context_);
    case TermKind::kImaginary:
      return CalciumSetConstant(result, kCalciumImaginary, context_);
    case TermKind::kAdd:
    case TermKind::kMultiply:
      return Fold(term, result);
    case TermKind::kPower:
      return CalciumPower(result, Translate(pool_.arg(term, 0)), Translate(pool_.arg(term, 1)),
                          context_);
    default:
      return CalciumApply(result, *FunctionOf(kind), Translate(pool_.arg(term, 0)), context_);
  }
}

bool IsAlgebraicKind(TermKind kind) {
  return kind == TermKind::kRational || kind == TermKind::kImaginary || kind == TermKind::kAdd ||
         kind == TermKind::kMultiply || kind == TermKind::kPower;
}

// Whether a term is small enough, and of kinds that are translated.
class SizeCheck {
 public:
  explicit SizeCheck(const TermPool& pool) : pool_(pool) {}

  bool Fits(TermId term) {
    if (seen_.contains(term)) return true;
    seen_[term] = true;
    if (seen_.size() > kTermsMax || !FitsAlone(term) || extensions_ > kExtensionsMax) return false;
    for (const TermId arg : pool_.args(term)) {
      if (!Fits(arg)) return false;
    }
    return true;
  }

 private:
  bool FitsAlone(TermId term) {
    switch (const TermKind kind = pool_.kind(term)) {
      case TermKind::kRational:
        bits_ += pool_.rational(term).bits();
        return pool_.rational(term).bits() <= kRationalBits && bits_ <= kBitsMax;
      case TermKind::kPi:
      case TermKind::kEuler:
        ++extensions_;
        return true;
      case TermKind::kImaginary:
        degree_ *= 2;
        return degree_ <= kDegreeMax;
      case TermKind::kAdd:
      case TermKind::kMultiply:
        return true;
      case TermKind::kPower:
        return PowerFits(term);
      case TermKind::kSin:
      case TermKind::kCos:
      case TermKind::kTan:
        ++extensions_;
        return AngleFits(pool_.arg(term, 0));
      default:
        ++extensions_;
        return FunctionOf(kind).has_value();
    }
  }

  bool PowerFits(TermId term) {
    const TermId exponent = pool_.arg(term, 1);
    if (!pool_.is_rational(exponent)) {
      ++extensions_;
      return true;
    }
    const Rational& value = pool_.rational(exponent);
    if (fmpz_cmp_ui(value.denominator(), kRootIndexMax) > 0 ||
        fmpz_cmpabs(value.numerator(), Rational(kExponentMax).numerator()) > 0) {
      return false;
    }
    bits_ += BitsBelow(pool_.arg(term, 0)) * std::abs(fmpz_get_si(value.numerator()));
    if (value.is_integer()) return true;
    ++extensions_;
    degree_ *= fmpz_get_ui(value.denominator());
    // Of roots of what is transcendental Calcium is slow, and rarely knows.
    return degree_ <= kDegreeMax && IsAlgebraic(pool_.arg(term, 0));
  }

  int64_t BitsBelow(TermId term) const {
    int64_t bits = 0;
    for (const TermId below : TermsBelow(pool_, term)) {
      if (pool_.is_rational(below)) bits += pool_.rational(below).bits();
    }
    return bits;
  }

  bool IsAlgebraic(TermId term) const {
    return absl::c_all_of(TermsBelow(pool_, term),
                          [this](TermId below) { return IsAlgebraicKind(pool_.kind(below)); });
  }

  // Of angles, Calcium makes roots of unity: their order must be small.
  bool AngleFits(TermId term) const {
    return absl::c_all_of(TermsBelow(pool_, term), [this](TermId below) {
      if (!pool_.is_rational(below)) {
        return pool_.kind(below) == TermKind::kPi || IsAlgebraicKind(pool_.kind(below));
      }
      return fmpz_cmp_ui(pool_.rational(below).denominator(), kAngleDenominatorMax) <= 0;
    });
  }

  const TermPool& pool_;
  int extensions_ = 0;
  int64_t bits_ = 0;
  uint64_t degree_ = 1;
  absl::flat_hash_map<TermId, bool> seen_;
};

}  // namespace

CalciumAnswer EqualByCalcium(const TermPool& pool, TermId a, TermId b, Budget* budget) {
  SizeCheck check(pool);
  if (!check.Fits(a) || !check.Fits(b) || !budget->Spend(kCost)) return {};
  Translator translator(pool);
  const CalciumNumber* left = translator.Translate(a);
  const CalciumNumber* right = translator.Translate(b);
  const bool undefined = CalciumIsNumber(left, translator.context()) == 0 ||
                         CalciumIsNumber(right, translator.context()) == 0;
  if (undefined) return {Truth::kFalse, true};
  const int equal = CalciumEqual(left, right, translator.context());
  if (equal < 0) return {};
  return {equal == 1 ? Truth::kTrue : Truth::kFalse, false};
}

}  // namespace whet::math
