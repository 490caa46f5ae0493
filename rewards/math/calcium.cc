#include "rewards/math/calcium.h"

#include <optional>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "rewards/math/calcium_shim.h"

namespace whet::math {
namespace {

constexpr int64_t kCost = 50000;
constexpr int kTermsMax = 60;
// Of roots, logarithms and the like: each may add a generator to the field.
constexpr int kExtensionsMax = 6;
constexpr int64_t kRationalBits = 256;
constexpr int64_t kExponentMax = 16;
constexpr uint64_t kRootIndexMax = 8;

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
    case TermKind::kAbs:
      return kCalciumAbs;
    case TermKind::kRe:
      return kCalciumRe;
    case TermKind::kIm:
      return kCalciumIm;
    case TermKind::kConjugate:
      return kCalciumConjugate;
    case TermKind::kArg:
      return kCalciumArg;
    case TermKind::kSgn:
      return kCalciumSgn;
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
        return pool_.rational(term).bits() <= kRationalBits;
      case TermKind::kPi:
      case TermKind::kEuler:
      case TermKind::kImaginary:
        ++extensions_;
        return true;
      case TermKind::kAdd:
      case TermKind::kMultiply:
        return true;
      case TermKind::kPower:
        return PowerFits(term);
      case TermKind::kSin:
      case TermKind::kCos:
      case TermKind::kTan:
        ++extensions_;
        return IsAlgebraicOr(TermKind::kPi, pool_.arg(term, 0));
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
    if (!value.is_integer()) {
      ++extensions_;
      if (!IsAlgebraic(pool_.arg(term, 0))) return false;  // Calcium is slow, and rarely knows.
    }
    return fmpz_cmp_ui(value.denominator(), kRootIndexMax) <= 0 &&
           fmpz_cmpabs(value.numerator(), Rational(kExponentMax).numerator()) <= 0;
  }

  bool IsAlgebraic(TermId term) const { return IsAlgebraicOr(TermKind::kRational, term); }

  // Whether it is made of rationals, roots, i, and what is of kind `also`.
  bool IsAlgebraicOr(TermKind also, TermId term) const {
    switch (const TermKind kind = pool_.kind(term)) {
      case TermKind::kRational:
      case TermKind::kImaginary:
        return true;
      case TermKind::kAdd:
      case TermKind::kMultiply:
      case TermKind::kPower:
        return absl::c_all_of(pool_.args(term),
                              [&](TermId arg) { return IsAlgebraicOr(also, arg); });
      default:
        return kind == also;
    }
  }

  const TermPool& pool_;
  int extensions_ = 0;
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
