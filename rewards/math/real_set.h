// Sets of real numbers in normal form, so that differently written ones can be compared: unions,
// intersections and differences of intervals and points, and what inequalities say.
#ifndef WHET_REWARDS_MATH_REAL_SET_H_
#define WHET_REWARDS_MATH_REAL_SET_H_

#include <optional>
#include <string>
#include <vector>

#include "rewards/math/answer.h"
#include "rewards/math/expression.h"
#include "rewards/math/scalar.h"

namespace whet::math {

// An end of an interval: a real constant, or plus or minus infinity. Without a node it is exactly
// `value`: an infinity, or 0.
struct RealEnd {
  NodeId node = kAbsentNode;  // Of the tree that the set was read from.
  bool negated = false;       // It is -node.
  double value = 0;
};

// An interval, or a point, which is closed at both ends.
struct RealPiece {
  RealEnd from;
  RealEnd to;
  bool from_closed = false;
  bool to_closed = false;
};

// In order, apart from each other: neither overlapping nor touching.
struct RealSet {
  std::vector<RealPiece> pieces;
  // What is in the set, as a text ("x", "f(x)"); empty where that is not said.
  std::string subject;
};

// Reads intervals, sets of points, the set of reals, the empty set, unions, intersections and
// differences of them, and statements about one subject by constants: x < 3, 1 <= |x| < 2, x != 0,
// "x < 1 or x > 2", "x > 1 and x < 2". nullopt for all else: ends with symbols, ends that are too
// close to each other to be put in order, more pieces than anybody writes.
std::optional<RealSet> ReadRealSet(const Expression& tree, const Answer& answer,
                                   const ScalarOptions& options, Budget* budget);

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_REAL_SET_H_
