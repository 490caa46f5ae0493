// What kind of answer a tree is: a number, a tuple, a set of solutions, a statement, words.
#ifndef WHET_REWARDS_MATH_ANSWER_H_
#define WHET_REWARDS_MATH_ANSWER_H_

#include <string>
#include <vector>

#include "rewards/math/budget.h"
#include "rewards/math/expression.h"
#include "rewards/math/scalar.h"

namespace whet::math {

// A part of an answer. Nodes are of the expression that it was read from.
struct Answer {
  enum class Kind {
    kScalar,        // `node`.
    kSet,           // `items`, in any order: {1, 2}, "1, 2", "1 and 2", 1 ± 2.
    kSequence,      // `items` in their order: (1, 2), 〈1, 2〉, and lists with an ellipsis.
    kInterval,      // `items`: from, to.
    kUnion,         // `items`: sets, in any order.
    kDifference,    // `items`: of the first without the others.
    kIntersection,  // `items`: sets, in any order.
    kCondition,     // `items`: a value, and what is said of its letters: "kπ for k ∈ Z".
    kBuilder,       // `items`: what is said of `element`: {x | x > 0}.
    kEqualities,    // `items`: the sides of x = 2y = 3z, none of which is the value of others.
    kChoice,        // `text` is a letter, `items` what it stands for: "(C) 90".
    kAssignment,    // `node` is what is named, `items` its value: x = 5, f(x) = x^2, x ∈ (0, 1).
    kRelation,      // `node`: a statement between two expressions.
    kBetween,       // `node`: a chain of two inequalities: 0 < x < 1.
    kMatrix,        // `items` row by row, `columns`.
    kRatio,         // `items`: 3:2; a time, if `clock`.
    kWords,         // `text`, in lower case, without punctuation.
    kOther,         // `node`: anything else, which is equal to what is written alike.
  };

  Kind kind = Kind::kOther;
  NodeId node = kAbsentNode;
  std::vector<Answer> items = {};
  std::string unit = {};  // Of a value with a unit, in the spelling of Op::kQuantity.
  std::string text = {};
  NodeId element = kAbsentNode;
  int columns = 0;
  // Of kSet: in braces, as written; and without, how the items are joined. Of a sequence: in round
  // brackets, so that two items may also be an open interval.
  bool bracketed = false;
  Joiner joiner = Joiner::kComma;
  bool left_closed = false;  // Of kInterval.
  bool right_closed = false;
  bool clock = false;
  bool says_letter = false;  // Of kCondition: of the letter of its name, f(x) = x^2 for x > 0.
};

// Reads `expression`, to which it may add nodes: ± becomes two values, sums and products of
// matrices become matrices.
Answer ReadAnswer(Expression* expression, const ScalarOptions& options, Budget* budget);

// Appends the tree below `id` of `from` to `to`. Every symbol's name is prefixed by `prefix`, but
// those of e and i, which may be constants.
NodeId CopyTree(const Expression& from, NodeId id, const std::string& prefix, Expression* to);

// The tree below `id` as ExpressionText has it.
std::string TextOf(const Expression& tree, NodeId id);

// What the chain of two inequalities `chain` says of its middle: (a, b] of "a < x <= b" and of
// "b >= x > a".
Answer IntervalOf(const Expression& tree, NodeId chain);
// x.
NodeId MiddleOf(const Expression& tree, NodeId chain);

// Whether all items are values with a name before them, and whether with more than one name.
bool HasNames(const Answer& set);
bool NamesDiffer(const Expression& tree, const Answer& set);

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_ANSWER_H_
