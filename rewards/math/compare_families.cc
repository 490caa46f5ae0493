#include <algorithm>
#include <cmath>
#include <optional>

#include "absl/strings/str_cat.h"
#include "rewards/math/comparer.h"

namespace whet::math {
namespace {

using Kind = Answer::Kind;

constexpr absl::string_view kAllIntegers = "integers";
// Shifts of a parameter beyond that are not looked for.
constexpr double kShiftMax = 1e6;

NodeId Number(int64_t value, Expression* to) {
  const NodeId size = to->Add(Op::kNumber, {}, absl::StrCat(std::abs(value)));
  return value < 0 ? to->Add(Op::kNegate, {size}) : size;
}

NodeId Minus(NodeId a, NodeId b, Expression* to) {
  return to->Add(Op::kAdd, {a, to->Add(Op::kNegate, {b})});
}

// The families that "x = ±π/3 + 2kπ, k ∈ Z" says; nullopt if it says something else.
std::optional<std::vector<Family>> FamiliesOf(const Expression& tree, const Answer& answer) {
  if (answer.items.size() != 2 || answer.items[1].kind != Kind::kAssignment) return std::nullopt;
  const Answer& condition = answer.items[1];
  if (tree.op(condition.node) != Op::kSymbol) return std::nullopt;
  const Answer* values = &answer.items[0];
  if (values->kind == Kind::kAssignment) values = &values->items[0];
  const std::vector<Answer> one = {*values};
  std::vector<Family> families;
  for (const Answer& value : values->kind == Kind::kSet ? values->items : one) {
    const Answer& bare = value.kind == Kind::kAssignment ? value.items[0] : value;
    if (bare.kind != Kind::kScalar) return std::nullopt;
    families.push_back({.tree = &tree,
                        .value = bare.node,
                        .parameter = std::string(tree.text(condition.node)),
                        .range = TextOf(tree, condition.items[0].node)});
  }
  return families;
}

}  // namespace

NodeId CopyWith(const Expression& from, NodeId id, absl::string_view symbol, NodeId with,
                Expression* to) {
  if (id == kAbsentNode) return id;
  if (from.op(id) == Op::kSymbol && from.text(id) == symbol) return with;
  std::vector<NodeId> children;
  children.reserve(from.children(id).size());
  for (const NodeId child : from.children(id)) {
    children.push_back(CopyWith(from, child, symbol, with, to));
  }
  return to->Add(from.op(id), children, from.text(id), from.detail(id));
}

Truth Comparer::EqualConditions(const Answer& gold, const Answer& answer) {
  const std::optional<std::vector<Family>> left = FamiliesOf(gold_, gold);
  const std::optional<std::vector<Family>> right = FamiliesOf(answer_, answer);
  if (!left.has_value() || !right.has_value()) return EqualInOrder(gold.items, answer.items);
  const auto holds = [this](const std::vector<Family>& families, const Family& one) {
    for (const Family& other : families) {
      if (EqualFamilies(one, other)) return true;
    }
    return false;
  };
  const auto holds_all = [&holds](const std::vector<Family>& families,
                                  const std::vector<Family>& others) {
    return std::all_of(others.begin(), others.end(),
                       [&](const Family& one) { return holds(families, one); });
  };
  const bool same = holds_all(*right, *left) && holds_all(*left, *right);
  return same ? Because(Truth::kTrue, "families: the same values")
              : Because(Truth::kFalse, "families: one is missing or too much");
}

// The same for each value of the parameter; or, where all integers are taken, both linear, with
// steps that differ in sign at most, and a whole number of steps apart.
bool Comparer::EqualFamilies(const Family& gold, const Family& answer) {
  if (gold.range != answer.range) return false;
  Expression e;
  const NodeId k = e.Add(Op::kSymbol, {}, "parameter");
  const auto at = [&e](const Family& family, NodeId parameter) {
    return CopyWith(*family.tree, family.value, family.parameter, parameter, &e);
  };
  const NodeId left = at(gold, k);
  const NodeId right = at(answer, k);
  if (EqualIn(e, left, right) == Truth::kTrue) return true;
  if (gold.range != kAllIntegers) return false;
  const NodeId zero = Number(0, &e);
  const NodeId one = Number(1, &e);
  const NodeId left_0 = at(gold, zero);
  const NodeId right_0 = at(answer, zero);
  const NodeId step = Minus(at(gold, one), left_0, &e);
  const NodeId other_step = Minus(at(answer, one), right_0, &e);
  const auto is_linear = [&](NodeId value, NodeId value_0, NodeId slope) {
    return EqualIn(e, value, e.Add(Op::kAdd, {value_0, e.Add(Op::kMultiply, {k, slope})})) ==
           Truth::kTrue;
  };
  if (!is_linear(left, left_0, step) || !is_linear(right, right_0, other_step)) return false;
  if (EqualIn(e, step, other_step) != Truth::kTrue &&
      EqualIn(e, step, e.Add(Op::kNegate, {other_step})) != Truth::kTrue) {
    return false;
  }
  const NodeId shift = e.Add(Op::kDivide, {Minus(left_0, right_0, &e), step});
  const std::optional<double> steps = RealValue({&e, shift}, options_.scalar, &budget_);
  if (!steps.has_value() || std::abs(*steps) > kShiftMax) return false;
  return EqualIn(e, shift, Number(std::llround(*steps), &e)) == Truth::kTrue;
}

}  // namespace whet::math
