// Statements between two expressions, as equations and inequalities are.
#ifndef WHET_REWARDS_MATH_STATEMENT_H_
#define WHET_REWARDS_MATH_STATEMENT_H_

#include <string>

#include "rewards/math/answer.h"
#include "rewards/math/expression.h"
#include "rewards/math/names.h"

namespace whet::math {

// left REL right; where it says which is smaller, with < or <=.
struct Statement {
  Relation relation;
  NodeId left;
  NodeId right;
};

// Of kRelation, or of kAssignment with a scalar as its value.
Statement StatementOf(const Expression& tree, const Answer& answer);

// left - right, copied to `to` (CopyTree).
NodeId Difference(const Expression& tree, const Statement& statement, const std::string& prefix,
                  Expression* to);

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_STATEMENT_H_
