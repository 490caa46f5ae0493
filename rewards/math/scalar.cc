#include "rewards/math/scalar.h"

#include <arb.h>
#include <flint/flint.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "rewards/math/evaluate.h"
#include "rewards/math/scalar_reader.h"
#include "rewards/math/term_comparer.h"

namespace whet::math {
namespace {

constexpr slong kKeyPrecision = 256;
constexpr slong kKeyDigits = 12;

struct Side {
  const Expression* expression;
  NodeId root;
};

// One reading of both sides.
class Comparison {
 public:
  Comparison(Side a, Side b, const ScalarOptions& options, Budget* budget)
      : a_(a), b_(b), options_(options), budget_(budget), maker_(&pool_, budget) {}

  absl::StatusOr<ScalarVerdict> Run(const ReadingRules& rules);
  bool has_bare_degrees() const { return has_bare_degrees_; }

 private:
  const Side a_;
  const Side b_;
  const ScalarOptions& options_;
  Budget* budget_;
  TermPool pool_;
  TermMaker maker_;
  bool has_bare_degrees_ = false;
};

absl::StatusOr<ScalarVerdict> Comparison::Run(const ReadingRules& rules) {
  ScalarReader reader(&maker_, rules);
  const absl::StatusOr<TermId> a = reader.Read(*a_.expression, a_.root);
  const absl::StatusOr<TermId> b = reader.Read(*b_.expression, b_.root);
  has_bare_degrees_ = reader.notes().has_bare_degrees;
  for (const absl::StatusOr<TermId>* side : {&a, &b}) {
    if (absl::IsInvalidArgument(side->status())) return side->status();
  }
  for (const absl::StatusOr<TermId>* side : {&a, &b}) {
    if (side->ok()) continue;
    return ScalarVerdict{Truth::kUnknown, "reading", std::string(side->status().message())};
  }
  const TermId difference = maker_.Subtract(*a, *b);
  TermComparer comparer(&pool_, &options_, reader.notes().has_decimal, budget_);
  ScalarVerdict verdict = comparer.Compare(*a, *b, difference);
  if (verdict.equal == Truth::kFalse && reader.notes().has_unevaluated) {
    return ScalarVerdict{Truth::kUnknown, verdict.step,
                         "a sum, integral or limit has no value here"};
  }
  return verdict;
}

ReadingRules RulesFor(const ScalarOptions& options, std::initializer_list<Side> sides) {
  ReadingRules rules;
  rules.terms_max = options.terms_max;
  for (const Side& side : sides) NoteBoundLetters(*side.expression, side.root, &rules);
  return rules;
}

std::string RoundedText(const arb_t x) {
  if (arb_contains_zero(x) != 0) return "0";
  char* text = arb_get_str(x, kKeyDigits, ARB_STR_NO_RADIUS);
  std::string copy = text;
  flint_free(text);
  return copy;
}

// Of a constant, or at a point.
std::string NumericKey(const TermPool& pool, TermId term, const Point& point, uint64_t seed,
                       Budget* budget) {
  Generators generators(&pool, seed, budget);
  BallEvaluator evaluator(&pool, &generators, point, kKeyPrecision, budget);
  acb_srcptr value = evaluator.Evaluate(term);
  if (acb_is_finite(value) == 0) return "";
  const std::string re = RoundedText(acb_realref(value));
  const std::string im = RoundedText(acb_imagref(value));
  return im == "0" ? re : absl::StrCat(re, "+", im, "i");
}

}  // namespace

absl::StatusOr<ScalarVerdict> CompareScalars(const Expression& a, NodeId a_root,
                                             const Expression& b, NodeId b_root,
                                             const ScalarOptions& options) {
  Budget budget(options.work_max);
  const Side left = {&a, a_root};
  const Side right = {&b, b_root};
  ReadingRules rules = RulesFor(options, {left, right});
  Comparison first(left, right, options, &budget);
  absl::StatusOr<ScalarVerdict> verdict = first.Run(rules);
  if (!verdict.ok() || verdict->equal == Truth::kTrue || !first.has_bare_degrees()) return verdict;
  rules.degrees_are_radians = false;
  absl::StatusOr<ScalarVerdict> second = Comparison(left, right, options, &budget).Run(rules);
  return second.ok() && second->equal == Truth::kTrue ? second : verdict;
}

absl::Status CheckScalar(const Expression& expression, NodeId root) {
  const ScalarOptions options;
  Budget budget(options.work_max);
  TermPool pool;
  TermMaker maker(&pool, &budget);
  ScalarReader reader(&maker, RulesFor(options, {{&expression, root}}));
  return reader.Read(expression, root).status();
}

absl::StatusOr<std::string> CanonicalKey(const Expression& expression, NodeId root,
                                         const ScalarOptions& options) {
  Budget budget(options.work_max);
  TermPool pool;
  TermMaker maker(&pool, &budget);
  ScalarReader reader(&maker, RulesFor(options, {{&expression, root}}));
  const absl::StatusOr<TermId> term = reader.Read(expression, root);
  if (!term.ok()) return term.status();
  if (budget.spent()) return absl::UnimplementedError("too much work");
  if (pool.is_rational(*term)) return pool.rational(*term).ToString();
  if (pool.kind(*term) == TermKind::kInfinity) return "infinity";
  if (pool.kind(*term) == TermKind::kMinusInfinity) return "-infinity";
  std::string key;
  if (pool.traits(*term).constant) {
    key = NumericKey(pool, *term, {Region::kUnit, 0}, options.seed, &budget);
    return key.empty() ? absl::StatusOr<std::string>(absl::UnimplementedError("no value"))
                       : absl::StrCat("~", key);
  }
  for (const Point& point :
       {Point{Region::kPositive, 0}, Point{Region::kUnit, 2}, Point{Region::kComplex, 10}}) {
    absl::StrAppend(&key, "~", NumericKey(pool, *term, point, options.seed, &budget));
  }
  if (key == "~~~") return absl::UnimplementedError("no value");
  return key;
}

}  // namespace whet::math
