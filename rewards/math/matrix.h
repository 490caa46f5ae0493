// Arithmetic with matrices of scalars, where an answer is not worked out.
#ifndef WHET_REWARDS_MATH_MATRIX_H_
#define WHET_REWARDS_MATH_MATRIX_H_

#include <cstddef>
#include <vector>

#include "rewards/math/answer.h"
#include "rewards/math/expression.h"

namespace whet::math {

// Operands are matrices, and where it makes sense scalars. The result's entries are nodes that are
// added to the tree, in which nodes then have several parents. What cannot be done, or would make
// formulas that nobody writes, gives Answer::Kind::kOther, and so does all that is done with that.
class MatrixAlgebra {
 public:
  explicit MatrixAlgebra(Expression* tree) : tree_(*tree) {}

  Answer Sum(const Answer& a, const Answer& b);
  Answer Product(const Answer& a, const Answer& b);
  Answer Negated(const Answer& a);
  static Answer Transposed(const Answer& a);
  // To the power of a small positive integer, or -1; ^T transposes.
  Answer Power(const Answer& base, NodeId exponent);

 private:
  Answer Scaled(const Answer& matrix, NodeId factor);
  Answer Inverse(const Answer& matrix);
  NodeId Determinant(const std::vector<NodeId>& entries, size_t size);
  NodeId Cofactor(const std::vector<NodeId>& entries, size_t size, size_t row, size_t column);
  // `result`, if the formulas in it are not too long.
  Answer Checked(Answer result);
  double WeightOf(NodeId id);

  Expression& tree_;
  std::vector<double> weights_;  // Of each node: how many nodes it is when written out.
};

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_MATRIX_H_
