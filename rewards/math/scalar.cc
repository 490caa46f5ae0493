#include "rewards/math/scalar.h"

#include <arb.h>
#include <flint/flint.h>
#include <flint/fmpq.h>

#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rewards/math/evaluate.h"
#include "rewards/math/scalar_reader.h"
#include "rewards/math/special_points.h"
#include "rewards/math/term_comparer.h"
#include "rewards/math/tolerance.h"

namespace whet::math {
namespace {

constexpr slong kKeyPrecision = 256;
constexpr slong kKeyDigits = 12;

// One reading of both sides.
class Comparison {
 public:
  Comparison(Subtree a, Subtree b, const ScalarOptions& options, Budget* budget)
      : a_(a), b_(b), options_(options), budget_(budget), maker_(&pool_, budget) {}

  absl::StatusOr<ScalarVerdict> Run(const ReadingRules& rules);
  bool has_bare_degrees() const { return has_bare_degrees_; }

 private:
  ScalarVerdict CompareTerms(TermId a, TermId b, bool decimal);

  const Subtree a_;
  const Subtree b_;
  const ScalarOptions& options_;
  Budget* budget_;
  TermPool pool_;
  TermMaker maker_;
  bool has_bare_degrees_ = false;
};

absl::StatusOr<ScalarVerdict> Comparison::Run(const ReadingRules& rules) {
  ScalarReader a_reader(&maker_, rules);
  ScalarReader b_reader(&maker_, rules);
  const absl::StatusOr<TermId> a = a_reader.Read(*a_.expression, a_.root);
  const absl::StatusOr<TermId> b = b_reader.Read(*b_.expression, b_.root);
  const ReadingNotes& a_notes = a_reader.notes();
  const ReadingNotes& b_notes = b_reader.notes();
  has_bare_degrees_ = a_notes.has_bare_degrees || b_notes.has_bare_degrees;
  for (const absl::StatusOr<TermId>* side : {&a, &b}) {
    if (absl::IsInvalidArgument(side->status())) return side->status();
  }
  for (const absl::StatusOr<TermId>* side : {&a, &b}) {
    if (side->ok()) continue;
    return ScalarVerdict{Truth::kUnknown, "reading", std::string(side->status().message())};
  }
  const ReadSide left = {*a, a_notes.has_decimal, StandsAlone(*a_.expression, a_.root)};
  const ReadSide right = {*b, b_notes.has_decimal, StandsAlone(*b_.expression, b_.root)};
  const bool exact = options_.relative_tolerance == 0 && !options_.float_rounding.has_value();
  ScalarVerdict verdict = CompareTerms(*a, *b, !exact && IsTolerant(pool_, left, right));
  const bool has_unevaluated = a_notes.has_unevaluated || b_notes.has_unevaluated;
  if (verdict.equal == Truth::kFalse && has_unevaluated) {
    return ScalarVerdict{Truth::kUnknown, verdict.step,
                         "a sum, integral or limit has no value here"};
  }
  return verdict;
}

ScalarVerdict Comparison::CompareTerms(TermId a, TermId b, bool decimal) {
  const TermId difference = maker_.Subtract(a, b);
  TermComparer comparer(&pool_, &options_, decimal, budget_);
  if (difference == maker_.Integer(0)) return comparer.Compare(a, b, difference);
  SpecialPoints points(a, b, options_.seed, &comparer, &maker_);
  if (const auto verdict = points.CompareOverIntegers()) return *verdict;
  ScalarVerdict verdict = comparer.Compare(a, b, difference);
  if (verdict.equal != Truth::kTrue) return verdict;
  const Truth differ = points.Differ();
  if (differ == Truth::kTrue) return {Truth::kFalse, "special", "different values"};
  if (differ == Truth::kUnknown) return {differ, "budget", "too much work to compute it"};
  return verdict;
}

ReadingRules RulesFor(const ScalarOptions& options, std::initializer_list<Subtree> sides) {
  ReadingRules rules;
  rules.terms_max = options.terms_max;
  for (const Subtree& side : sides) NoteBoundLetters(*side.expression, side.root, &rules);
  return rules;
}

std::string RoundedText(const arb_t x) {
  if (arb_contains_zero(x) != 0) return "0";
  char* text = arb_get_str(x, kKeyDigits, ARB_STR_NO_RADIUS);
  std::string copy = text;
  flint_free(text);
  return copy;
}

// The one fraction of a denominator that people write in `x`, if it encloses one so narrowly that
// it is no accident; else empty.
std::string FractionText(const arb_t x) {
  constexpr slong kNarrowBits = 160;
  constexpr flint_bitcnt_t kDenominatorBitsMax = 40;
  if (arb_is_exact(x) == 0 && arb_rel_accuracy_bits(x) < kNarrowBits) return "";
  fmpq_t low;
  fmpq_t high;
  fmpq_t between;
  fmpq_init(low);
  fmpq_init(high);
  fmpq_init(between);
  arf_t end;
  arf_init(end);
  arb_get_lbound_arf(end, x, kKeyPrecision);
  arf_get_fmpq(low, end);
  arb_get_ubound_arf(end, x, kKeyPrecision);
  arf_get_fmpq(high, end);
  fmpq_simplest_between(between, low, high);
  std::string text;
  if (fmpz_bits(fmpq_denref(between)) <= kDenominatorBitsMax) {
    char* digits = fmpq_get_str(nullptr, 10, between);
    text = digits;
    flint_free(digits);
  }
  arf_clear(end);
  fmpq_clear(low);
  fmpq_clear(high);
  fmpq_clear(between);
  return text;
}

// Of a constant, or at a point.
std::string NumericKey(const TermPool& pool, TermId term, const Point& point, uint64_t seed,
                       Budget* budget) {
  Generators generators(&pool, seed, budget);
  BallEvaluator evaluator(&pool, &generators, point, kKeyPrecision, budget);
  acb_srcptr value = evaluator.Evaluate(term);
  if (acb_is_finite(value) == 0) return "";
  if (pool.traits(term).constant && arb_contains_zero(acb_imagref(value)) != 0) {
    std::string fraction = FractionText(acb_realref(value));
    if (!fraction.empty()) return fraction;
  }
  const std::string re = RoundedText(acb_realref(value));
  const std::string im = RoundedText(acb_imagref(value));
  return im == "0" ? absl::StrCat("~", re) : absl::StrCat("~", re, "+", im, "i");
}

// Whether it encloses 0, and nothing that is far from it.
bool IsNearZero(const arb_t x) {
  constexpr slong kBits = 128;
  return arb_contains_zero(x) != 0 && mag_cmp_2exp_si(arb_radref(x), -kBits) <= 0;
}

// nullopt if it is enclosed too widely, or too large.
std::optional<double> DoubleOf(const arb_t x) {
  constexpr slong kAccurateBits = 60;
  if (IsNearZero(x)) return 0;
  if (arb_is_exact(x) == 0 && arb_rel_accuracy_bits(x) < kAccurateBits) return std::nullopt;
  const double value = arf_get_d(arb_midref(x), ARF_RND_NEAR);
  if (std::isinf(value)) return std::nullopt;
  return value;
}

// Takes from a budget what each comparison costs before its sides are looked at.
Budget* Begun(Budget* budget) {
  constexpr int64_t kUnits = 15;
  budget->Spend(kUnits);
  return budget;
}

// One expression by itself.
class OneScalar {
 public:
  OneScalar(Subtree side, const ScalarOptions& options, Budget* budget)
      : budget_(Begun(budget)),
        maker_(&pool_, budget_),
        reader_(&maker_, RulesFor(options, {side})),
        term_(reader_.Read(*side.expression, side.root)) {}

  const absl::StatusOr<TermId>& term() const { return term_; }
  const TermPool& pool() const { return pool_; }

 private:
  Budget* budget_;
  TermPool pool_;
  TermMaker maker_;
  ScalarReader reader_;
  absl::StatusOr<TermId> term_;
};

}  // namespace

absl::StatusOr<ScalarVerdict> CompareScalars(Subtree a, Subtree b, const ScalarOptions& options,
                                             Budget* budget) {
  Begun(budget);
  ReadingRules rules = RulesFor(options, {a, b});
  Comparison first(a, b, options, budget);
  absl::StatusOr<ScalarVerdict> verdict = first.Run(rules);
  if (!verdict.ok() || verdict->equal == Truth::kTrue || !first.has_bare_degrees()) return verdict;
  rules.degrees_are_radians = false;
  absl::StatusOr<ScalarVerdict> second = Comparison(a, b, options, budget).Run(rules);
  return second.ok() && second->equal == Truth::kTrue ? second : verdict;
}

std::optional<double> RealValue(Subtree scalar, const ScalarOptions& options, Budget* budget) {
  OneScalar read(scalar, options, budget);
  const absl::StatusOr<TermId>& term = read.term();
  if (!term.ok() || budget->spent()) return std::nullopt;
  const TermPool& pool = read.pool();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (pool.kind(*term) == TermKind::kInfinity) return kInfinity;
  if (pool.kind(*term) == TermKind::kMinusInfinity) return -kInfinity;
  if (!pool.traits(*term).constant) return std::nullopt;
  Generators generators(&pool, options.seed, budget);
  BallEvaluator evaluator(&pool, &generators, {Region::kUnit, 0}, kKeyPrecision, budget);
  acb_srcptr value = evaluator.Evaluate(*term);
  if (acb_is_finite(value) == 0 || !IsNearZero(acb_imagref(value))) return std::nullopt;
  return DoubleOf(acb_realref(value));
}

absl::StatusOr<std::string> CanonicalKey(Subtree scalar, const ScalarOptions& options,
                                         Budget* budget) {
  OneScalar read(scalar, options, budget);
  const absl::StatusOr<TermId>& term = read.term();
  if (!term.ok()) return term.status();
  if (budget->spent()) return absl::UnimplementedError("too much work");
  const TermPool& pool = read.pool();
  if (pool.is_rational(*term)) return pool.rational(*term).ToString();
  if (pool.kind(*term) == TermKind::kInfinity) return "infinity";
  if (pool.kind(*term) == TermKind::kMinusInfinity) return "-infinity";
  std::string key;
  if (pool.traits(*term).constant) {
    key = NumericKey(pool, *term, {Region::kUnit, 0}, options.seed, budget);
    if (key.empty()) return absl::UnimplementedError("no value");
    return key;
  }
  for (const Point& point :
       {Point{Region::kPositive, 0}, Point{Region::kUnit, 2}, Point{Region::kComplex, 10}}) {
    absl::StrAppend(&key, ";", NumericKey(pool, *term, point, options.seed, budget));
  }
  if (key == ";;;") return absl::UnimplementedError("no value");
  return key;
}

}  // namespace whet::math
