#include "rewards/math/comparer.h"

namespace whet::math {

using Kind = Answer::Kind;

bool IsStatement(const Answer& answer) {
  if (answer.kind == Kind::kRelation || answer.kind == Kind::kBetween) return true;
  if (answer.kind != Kind::kSet || answer.bracketed || answer.items.empty()) return false;
  for (const Answer& item : answer.items) {
    if (item.kind != Kind::kRelation && item.kind != Kind::kBetween) return false;
  }
  return true;
}

bool SameJoiner(const Answer& gold, const Answer& answer) {
  const auto either = [](const Answer& list) {
    return list.joiner != Joiner::kAnd && list.joiner != Joiner::kOr;
  };
  return gold.joiner == answer.joiner || either(gold) || either(answer);
}

namespace {

bool IsCongruence(const Expression& tree, const Answer& answer) {
  return answer.kind == Kind::kRelation && tree.relation(answer.node) == Relation::kEquivalent &&
         tree.children(answer.node).size() == 3;
}

Statement SidesOf(const Expression& tree, NodeId relation) {
  return {tree.relation(relation), tree.child(relation, 0), tree.child(relation, 1)};
}

}  // namespace

Truth Comparer::EqualStatements(const Answer& gold, const Answer& answer) {
  const auto states = [](const Answer& one) {
    return one.kind == Kind::kRelation ||
           (one.kind == Kind::kAssignment && one.items[0].kind == Kind::kScalar);
  };
  Truth equal = Truth::kUnknown;
  if (IsCongruence(gold_, gold) != IsCongruence(answer_, answer)) {
    return Because(Truth::kFalse, "one has no modulus");
  }
  if (IsCongruence(gold_, gold)) {
    return EqualCongruences(gold.node, answer.node);
  }
  if (states(gold) && states(answer)) {
    equal = EqualRelations(StatementOf(gold_, gold), StatementOf(answer_, answer));
  } else if (gold.kind == Kind::kBetween && answer.kind == Kind::kBetween) {
    equal = EqualChains(gold.node, answer.node);
  } else if (gold.kind == Kind::kSet && answer.kind == Kind::kSet && SameJoiner(gold, answer)) {
    equal = EqualAsSets(gold.items, answer.items);
  }
  if (equal == Truth::kTrue) return equal;
  // 1 < |x| and 1 < x or x < -1.
  const std::string why = why_;
  const Truth as_sets = EqualRealSets(gold, answer);
  if (as_sets != Truth::kUnknown) return as_sets;
  return Because(Truth::kFalse, equal == Truth::kUnknown ? "statements of different kinds" : why);
}

// a ≡ b (mod n): the same modulus, and differences that are the same, but for multiples of it.
Truth Comparer::EqualCongruences(NodeId gold, NodeId answer) {
  const Truth moduli = EqualScalars(gold_.child(gold, 2), answer_.child(answer, 2));
  if (moduli != Truth::kTrue) return moduli;
  Expression classes;
  const NodeId left = Difference(gold_, SidesOf(gold_, gold), "", &classes);
  const NodeId right = Difference(answer_, SidesOf(answer_, answer), "", &classes);
  const NodeId zero = classes.Add(Op::kNumber, {}, "0");
  for (const Op op : {Op::kAdd, Op::kMultiply}) {
    // Their difference, or their sum where one is turned around.
    const NodeId other = op == Op::kAdd ? classes.Add(Op::kNegate, {right}) : right;
    const NodeId step = classes.Add(Op::kAdd, {left, other});
    const NodeId modulus = CopyTree(gold_, gold_.child(gold, 2), "", &classes);
    if (EqualIn(classes, step, zero) == Truth::kTrue ||
        EqualIn(classes, classes.Add(Op::kMod, {step, modulus}), zero) == Truth::kTrue) {
      return Because(Truth::kTrue, "congruences: the same class");
    }
  }
  return Because(Truth::kFalse, "congruences: other classes");
}

Truth Comparer::EqualChains(NodeId gold, NodeId answer) {
  const Truth middle = EqualScalars(MiddleOf(gold_, gold), MiddleOf(answer_, answer));
  if (middle != Truth::kTrue) return middle;
  return EqualIntervals(IntervalOf(gold_, gold), IntervalOf(answer_, answer));
}

Truth Comparer::EqualRelations(const Statement& gold, const Statement& answer) {
  if (gold.relation != answer.relation) return Because(Truth::kFalse, "relations differ");
  switch (gold.relation) {
    case Relation::kEqual:
    case Relation::kNotEqual:
      return Proportional(gold, answer, /*positive=*/false);
    case Relation::kLess:
    case Relation::kLessEqual:
      return Proportional(gold, answer, /*positive=*/true);
    default:
      if (EqualScalars(gold.left, answer.left) != Truth::kTrue) return Truth::kFalse;
      return EqualScalars(gold.right, answer.right);
  }
}

// Whether (left - right) of one statement is a constant multiple of the other's: their quotient
// then is what it is with all symbols renamed, and what its absolute value is if it is positive.
Truth Comparer::Proportional(const Statement& gold, const Statement& answer, bool positive) {
  Expression quotient;
  const NodeId here = Quotient(gold, answer, "", &quotient);
  const NodeId elsewhere = Quotient(gold, answer, "other ", &quotient);
  const NodeId size = quotient.Add(Op::kAbs, {here});
  const NodeId zero = quotient.Add(Op::kNumber, {}, "0");
  // Tolerance for the quotient would be one for all that is in it: 1.5 in 10^7 + 1.5 would not
  // count.
  ScalarOptions exact = options_.scalar;
  exact.relative_tolerance = 0;
  if (EqualIn(quotient, here, zero, exact) != Truth::kFalse) {
    return Because(Truth::kFalse, "statements: one says nothing");
  }
  const Truth constant = EqualIn(quotient, here, elsewhere, exact);
  if (constant != Truth::kTrue || !positive) return Because(constant, "statements: multiples");
  return Because(EqualIn(quotient, here, size, exact), "statements: positive multiples");
}

NodeId Comparer::Quotient(const Statement& gold, const Statement& answer, const std::string& prefix,
                          Expression* to) const {
  return to->Add(Op::kDivide,
                 {Difference(gold_, gold, prefix, to), Difference(answer_, answer, prefix, to)});
}

}  // namespace whet::math
