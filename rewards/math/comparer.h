// How compare.h works; for its own files only.
#ifndef WHET_REWARDS_MATH_COMPARER_H_
#define WHET_REWARDS_MATH_COMPARER_H_

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "rewards/math/answer.h"
#include "rewards/math/compare.h"
#include "rewards/math/expression.h"
#include "rewards/math/real_set.h"
#include "rewards/math/statement.h"

namespace whet::math {

// The values of an expression for all integers: "π/4 + kπ for k ∈ Z".
struct Family {
  const Expression* tree;
  NodeId value;
  std::string parameter;
  std::string range;  // What the parameter is taken from, as TextOf has it.
};

class Comparer {
 public:
  Comparer(Expression gold, Expression answer, const CompareOptions& options)
      : gold_(std::move(gold)),
        answer_(std::move(answer)),
        options_(options),
        budget_(options.scalar.work_max) {}

  Comparison Compare();

 private:
  Truth Because(Truth truth, absl::string_view why) {
    why_ = std::string(why);
    return truth;
  }
  Truth Equal(const Answer& gold, const Answer& answer);
  Truth EqualOfOneKind(const Answer& gold, const Answer& answer);
  Truth EqualScalars(NodeId gold, NodeId answer);
  std::optional<Answer> WorkedOut(const Expression& tree, const Answer& answer);
  Truth EqualIn(const Expression& tree, NodeId a, NodeId b) {
    return EqualIn(tree, a, b, options_.scalar);
  }
  Truth EqualIn(const Expression& tree, NodeId a, NodeId b, const ScalarOptions& options);
  Truth EqualAsWritten(NodeId gold, NodeId answer);
  Truth EqualWords(const Answer& gold, const Answer& answer);
  Truth EqualRatios(const Answer& gold, const Answer& answer);
  Truth EqualAssignments(const Answer& gold, const Answer& answer);
  bool SameName(NodeId gold, NodeId answer) const;
  Truth EqualValues(const Answer& gold, const Answer& answer);
  Truth EqualChoices(const Answer& gold, const Answer& answer);
  bool AreNear(const Expression& tree, NodeId a, NodeId b);

  // compare_sets.cc
  Truth EqualInOrder(const std::vector<Answer>& gold, const std::vector<Answer>& answer);
  Truth EqualAsSets(const std::vector<Answer>& gold, const std::vector<Answer>& answer);
  Truth Holds(const std::vector<Answer>& set, const Answer& item, bool item_is_gold, size_t first,
              size_t* where);
  Truth EqualSets(const Answer& gold, const Answer& answer);
  Truth EqualTwoSets(const Answer& gold, const Answer& answer);
  Truth EqualBuilders(const Answer& gold, const Answer& answer);
  Truth EqualIntervals(const Answer& gold, const Answer& answer);
  Truth EqualRealSets(const Answer& gold, const Answer& answer);
  Truth EqualPieces(const RealSet& gold, const RealSet& answer);
  Truth EqualEnds(const RealEnd& gold, const RealEnd& answer);

  // compare_families.cc
  Truth EqualConditions(const Answer& gold, const Answer& answer);
  bool EqualFamilies(const Family& gold, const Family& answer);

  // compare_statements.cc
  Truth EqualStatements(const Answer& gold, const Answer& answer);
  Truth EqualRelations(const Statement& gold, const Statement& answer);
  Truth EqualCongruences(NodeId gold, NodeId answer);
  Truth EqualChains(NodeId gold, NodeId answer);
  Truth Proportional(const Statement& gold, const Statement& answer, bool positive);
  NodeId Quotient(const Statement& gold, const Statement& answer, const std::string& prefix,
                  Expression* to) const;

  Expression gold_;
  Expression answer_;
  const CompareOptions& options_;
  Budget budget_;        // For all of it.
  int sets_around_ = 0;  // That what is compared is an item of.
  std::string why_;
};

// Copies the tree below `id` with `with`, a node of `to`, in the place of a symbol.
NodeId CopyWith(const Expression& from, NodeId id, absl::string_view symbol, NodeId with,
                Expression* to);

// Kinds that say something which is true or false: x < 3, "x < 1 or x > 2".
bool IsStatement(const Answer& answer);

// Whether lists are joined in the same way, as far as that is said: a comma may be either.
bool SameJoiner(const Answer& gold, const Answer& answer);

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_COMPARER_H_
