#include "rewards/math/statement.h"

namespace whet::math {

Statement StatementOf(const Expression& tree, const Answer& answer) {
  if (answer.kind == Answer::Kind::kAssignment) {
    return {Relation::kEqual, answer.node, answer.items[0].node};
  }
  const Relation relation = tree.relation(answer.node);
  const NodeId left = tree.child(answer.node, 0);
  const NodeId right = tree.child(answer.node, 1);
  if (relation == Relation::kGreater) return {Relation::kLess, right, left};
  if (relation == Relation::kGreaterEqual) return {Relation::kLessEqual, right, left};
  return {relation, left, right};
}

NodeId Difference(const Expression& tree, const Statement& statement, const std::string& prefix,
                  Expression* to) {
  const NodeId left = CopyTree(tree, statement.left, prefix, to);
  const NodeId right = to->Add(Op::kNegate, {CopyTree(tree, statement.right, prefix, to)});
  return to->Add(Op::kAdd, {left, right});
}

}  // namespace whet::math
