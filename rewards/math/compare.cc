#include "rewards/math/compare.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rewards/math/answer.h"

namespace whet::math {
namespace {

using Kind = Answer::Kind;

// Beyond that, sets are compared as they are written.
constexpr size_t kUnorderedMax = 128;

Truth TruthOf(bool value) { return value ? Truth::kTrue : Truth::kFalse; }

// A statement left REL right as difference REL 0, with < and <= only.
struct Statement {
  Relation relation;
  NodeId left;
  NodeId right;
};

Statement Turned(Relation relation, NodeId left, NodeId right) {
  if (relation == Relation::kGreater) return {Relation::kLess, right, left};
  if (relation == Relation::kGreaterEqual) return {Relation::kLessEqual, right, left};
  return {relation, left, right};
}

class Comparer {
 public:
  Comparer(Expression gold, Expression answer, const CompareOptions& options)
      : gold_(std::move(gold)), answer_(std::move(answer)), options_(options) {}

  Comparison Compare() {
    const Answer gold = ReadAnswer(&gold_);
    const Answer answer = ReadAnswer(&answer_);
    const Truth equal = Equal(gold, answer);
    return {equal, why_};
  }

 private:
  Truth Because(Truth truth, absl::string_view why) {
    why_ = std::string(why);
    return truth;
  }

  Truth Equal(const Answer& gold, const Answer& answer) {
    if (gold.kind == Kind::kAssignment || answer.kind == Kind::kAssignment) {
      return EqualAssignments(gold, answer);
    }
    if (!gold.unit.empty() && !answer.unit.empty() && gold.unit != answer.unit) {
      return Because(Truth::kFalse, absl::StrCat("units: ", gold.unit, " and ", answer.unit));
    }
    if (gold.kind == Kind::kWords || answer.kind == Kind::kWords) {
      return EqualWords(gold, answer);
    }
    if (gold.kind == Kind::kSet || answer.kind == Kind::kSet) return EqualSets(gold, answer);
    if (gold.kind == Kind::kRelation || answer.kind == Kind::kRelation) {
      return EqualRelations(gold, answer);
    }
    if (gold.kind == Kind::kBetween || answer.kind == Kind::kBetween) {
      return EqualBetween(gold, answer);
    }
    if (IsInterval(gold) && IsInterval(answer)) return EqualIntervals(gold, answer);
    if (gold.kind != answer.kind) return Because(Truth::kFalse, "kinds differ");
    return EqualOfOneKind(gold, answer);
  }

  Truth EqualOfOneKind(const Answer& gold, const Answer& answer) {
    switch (gold.kind) {
      case Kind::kScalar:
        return EqualScalars(gold.node, answer.node);
      case Kind::kSequence:
      case Kind::kDifference:
        return EqualInOrder(gold.items, answer.items);
      case Kind::kUnion:
        return EqualInAnyOrder(gold.items, answer.items);
      case Kind::kMatrix:
        if (gold.columns != answer.columns) return Because(Truth::kFalse, "shapes differ");
        return EqualInOrder(gold.items, answer.items);
      case Kind::kRatio:
        if (gold.clock != answer.clock) return Because(Truth::kFalse, "a time and a ratio");
        return EqualInOrder(gold.items, answer.items);
      default:
        return Because(TruthOf(gold.node != kAbsentNode &&
                               TextOf(gold_, gold.node) == TextOf(answer_, answer.node)),
                       "as written");
    }
  }

  static std::string TextOf(const Expression& tree, NodeId id) {
    Expression part;
    part.SetRoot(CopyTree(tree, id, "", &part));
    return ExpressionText(part);
  }

  // ---- Scalars.

  Truth EqualScalars(NodeId gold, NodeId answer) {
    const absl::StatusOr<ScalarVerdict> verdict =
        CompareScalars(gold_, gold, answer_, answer, options_.scalar);
    if (!verdict.ok()) return Because(Truth::kUnknown, verdict.status().message());
    return Because(verdict->equal, absl::StrCat(verdict->step, ": ", verdict->why));
  }

  // ---- Several.

  Truth EqualInOrder(const std::vector<Answer>& gold, const std::vector<Answer>& answer) {
    if (gold.size() != answer.size()) return Because(Truth::kFalse, "numbers of items differ");
    Truth all = Truth::kTrue;
    for (size_t i = 0; i < gold.size() && all != Truth::kFalse; ++i) {
      const Truth one = Equal(gold[i], answer[i]);
      if (one != Truth::kTrue) all = one;
    }
    return all;
  }

  // Each item of the gold takes the first that is equal: equality of what an answer may hold is an
  // equivalence but for tolerances.
  Truth EqualInAnyOrder(const std::vector<Answer>& gold, const std::vector<Answer>& answer) {
    if (gold.size() != answer.size()) return Because(Truth::kFalse, "numbers of items differ");
    if (gold.size() > kUnorderedMax) return EqualInOrder(gold, answer);
    std::vector<bool> taken(answer.size());
    for (size_t i = 0; i < gold.size(); ++i) {
      const size_t at = Find(gold[i], answer, i, taken);
      if (at == answer.size()) {
        return Because(Truth::kFalse, absl::StrCat("item ", i + 1, " of the gold is not there"));
      }
      taken[at] = true;
    }
    return Truth::kTrue;
  }

  // The place of what is equal to `gold`, looking at `first` first; the end if there is none.
  size_t Find(const Answer& gold, const std::vector<Answer>& answer, size_t first,
              const std::vector<bool>& taken) {
    for (size_t k = 0; k < answer.size(); ++k) {
      const size_t at = (first + k) % answer.size();
      if (!taken[at] && Equal(gold, answer[at]) == Truth::kTrue) return at;
    }
    return answer.size();
  }

  Truth EqualSets(const Answer& gold, const Answer& answer) {
    const bool both = gold.kind == Kind::kSet && answer.kind == Kind::kSet;
    if (both) return EqualTwoSets(gold, answer);
    const Answer& set = gold.kind == Kind::kSet ? gold : answer;
    const Answer& other = gold.kind == Kind::kSet ? answer : gold;
    if (other.kind == Kind::kSequence) return EqualInOrder(Values(gold), Values(answer));
    if (set.items.size() == 1) {
      return gold.kind == Kind::kSet ? Equal(gold.items[0], answer) : Equal(gold, answer.items[0]);
    }
    return Because(Truth::kFalse, "one value and several");
  }

  // Several names with their values, as "p = 5, q = 2", are in order what "5, 2" is.
  Truth EqualTwoSets(const Answer& gold, const Answer& answer) {
    const bool gold_names = HasNames(gold);
    const bool answer_names = HasNames(answer);
    if (gold_names == answer_names) return EqualInAnyOrder(gold.items, answer.items);
    const bool differ = gold_names ? NamesDiffer(gold_, gold) : NamesDiffer(answer_, answer);
    if (differ) return EqualInOrder(Values(gold), Values(answer));
    return EqualInAnyOrder(Values(gold), Values(answer));
  }

  static bool HasNames(const Answer& set) {
    return !set.items.empty() &&
           std::all_of(set.items.begin(), set.items.end(),
                       [](const Answer& item) { return item.kind == Kind::kAssignment; });
  }

  static bool NamesDiffer(const Expression& tree, const Answer& named) {
    return named.items.size() > 1 &&
           TextOf(tree, named.items[0].node) != TextOf(tree, named.items[1].node);
  }

  static std::vector<Answer> Values(const Answer& set) {
    std::vector<Answer> values;
    values.reserve(set.items.size());
    for (const Answer& item : set.items) {
      values.push_back(item.kind == Kind::kAssignment ? item.items[0] : item);
    }
    return values;
  }

  // ---- Names.

  Truth EqualAssignments(const Answer& gold, const Answer& answer) {
    if (gold.kind == Kind::kRelation || answer.kind == Kind::kRelation) {
      return EqualRelations(gold, answer);
    }
    if (gold.kind != Kind::kAssignment) return Equal(gold, answer.items[0]);
    if (answer.kind != Kind::kAssignment) return Equal(gold.items[0], answer);
    if (!SameName(gold.node, answer.node)) return Because(Truth::kFalse, "names differ");
    return Equal(gold.items[0], answer.items[0]);
  }

  // The same letter, whatever it is applied to: W(n) = 1 names what W(x) = 1 does.
  bool SameName(NodeId gold, NodeId answer) const {
    while (gold_.op(gold) == Op::kApply && answer_.op(answer) == Op::kApply) {
      gold = gold_.child(gold, 0);
      answer = answer_.child(answer, 0);
    }
    return TextOf(gold_, gold) == TextOf(answer_, answer);
  }

  // ---- Words.

  // The word that an answer is, if it may be one: "odd", "(C)".
  static const std::string& WordOf(const Answer& answer) { return answer.text; }

  Truth EqualWords(const Answer& gold, const Answer& answer) {
    const bool same = !WordOf(gold).empty() && WordOf(gold) == WordOf(answer);
    return Because(TruthOf(same), "words");
  }

  // ---- Intervals and statements.

  static bool IsInterval(const Answer& answer) {
    return answer.kind == Kind::kInterval ||
           (answer.kind == Kind::kSequence && answer.bracketed && answer.items.size() == 2);
  }

  Truth EqualIntervals(const Answer& gold, const Answer& answer) {
    if (gold.left_closed != answer.left_closed || gold.right_closed != answer.right_closed) {
      return Because(Truth::kFalse, "one is open where the other is closed");
    }
    return EqualInOrder(gold.items, answer.items);
  }

  Truth EqualBetween(const Answer& gold, const Answer& answer) {
    if (gold.kind == Kind::kBetween && answer.kind == Kind::kBetween) {
      return EqualChains(gold.node, answer.node);
    }
    if (gold.kind == Kind::kBetween && IsInterval(answer)) {
      return EqualIntervals(IntervalOf(gold_, gold.node), answer);
    }
    if (options_.relation_for_set && IsInterval(gold) && answer.kind == Kind::kBetween) {
      return EqualIntervals(gold, IntervalOf(answer_, answer.node));
    }
    return Because(Truth::kFalse, "a statement and none");
  }

  // Of "a < x <= b"; "b >= x > a" is the same.
  static Answer IntervalOf(const Expression& tree, NodeId chain) {
    const NodeId first = tree.child(chain, 1);
    const NodeId second = tree.child(chain, 2);
    const bool falling = tree.relation(first) == Relation::kGreater ||
                         tree.relation(first) == Relation::kGreaterEqual;
    const auto closed = [&tree](NodeId link) {
      return tree.relation(link) == Relation::kLessEqual ||
             tree.relation(link) == Relation::kGreaterEqual;
    };
    Answer from = {.kind = Kind::kScalar, .node = tree.child(chain, 0)};
    Answer to = {.kind = Kind::kScalar, .node = tree.child(second, 0)};
    bool from_closed = closed(first);
    bool to_closed = closed(second);
    if (falling) {
      std::swap(from, to);
      std::swap(from_closed, to_closed);
    }
    return {.kind = Kind::kInterval,
            .items = {std::move(from), std::move(to)},
            .left_closed = from_closed,
            .right_closed = to_closed};
  }

  Truth EqualChains(NodeId gold, NodeId answer) {
    const Truth middle = EqualScalars(gold_.child(gold_.child(gold, 1), 0),
                                      answer_.child(answer_.child(answer, 1), 0));
    if (middle != Truth::kTrue) return middle;
    return EqualIntervals(IntervalOf(gold_, gold), IntervalOf(answer_, answer));
  }

  static Statement StatementOf(const Expression& tree, const Answer& answer) {
    if (answer.kind == Kind::kAssignment) {
      return {Relation::kEqual, answer.node, answer.items[0].node};
    }
    return Turned(tree.relation(answer.node), tree.child(answer.node, 0),
                  tree.child(answer.node, 1));
  }

  Truth EqualRelations(const Answer& gold, const Answer& answer) {
    const auto states = [](const Answer& one) {
      return one.kind == Kind::kRelation ||
             (one.kind == Kind::kAssignment && one.items[0].kind == Kind::kScalar);
    };
    if (!states(gold) || !states(answer)) return Because(Truth::kFalse, "a statement and none");
    const Statement left = StatementOf(gold_, gold);
    const Statement right = StatementOf(answer_, answer);
    if (left.relation != right.relation) return Because(Truth::kFalse, "relations differ");
    switch (left.relation) {
      case Relation::kEqual:
      case Relation::kNotEqual:
        return Proportional(left, right, /*positive=*/false);
      case Relation::kLess:
      case Relation::kLessEqual:
        return Proportional(left, right, /*positive=*/true);
      default:
        return Because(TruthOf(TextOf(gold_, gold.node) == TextOf(answer_, answer.node)),
                       "as written");
    }
  }

  // Whether (left - right) of one statement is a constant multiple of the other's: their quotient
  // then is what it is with all symbols renamed, and what its absolute value is if it is positive.
  Truth Proportional(const Statement& gold, const Statement& answer, bool positive) {
    Expression quotient;
    const NodeId here = Quotient(gold, answer, "", &quotient);
    const NodeId elsewhere = Quotient(gold, answer, "other ", &quotient);
    const NodeId size = quotient.Add(Op::kAbs, {here});
    const NodeId zero = quotient.Add(Op::kNumber, {}, "0");
    if (EqualIn(quotient, here, zero) != Truth::kFalse) {
      return Because(Truth::kFalse, "statements: one says nothing");
    }
    const Truth constant = EqualIn(quotient, here, elsewhere);
    if (constant != Truth::kTrue || !positive) return Because(constant, "statements: multiples");
    return Because(EqualIn(quotient, here, size), "statements: positive multiples");
  }

  NodeId Quotient(const Statement& gold, const Statement& answer, const std::string& prefix,
                  Expression* to) const {
    return to->Add(Op::kDivide,
                   {Difference(gold_, gold, prefix, to), Difference(answer_, answer, prefix, to)});
  }

  static NodeId Difference(const Expression& tree, const Statement& statement,
                           const std::string& prefix, Expression* to) {
    const NodeId left = CopyTree(tree, statement.left, prefix, to);
    const NodeId right = to->Add(Op::kNegate, {CopyTree(tree, statement.right, prefix, to)});
    return to->Add(Op::kAdd, {left, right});
  }

  Truth EqualIn(const Expression& tree, NodeId a, NodeId b) const {
    const absl::StatusOr<ScalarVerdict> verdict = CompareScalars(tree, a, tree, b, options_.scalar);
    return verdict.ok() ? verdict->equal : Truth::kUnknown;
  }

  Expression gold_;
  Expression answer_;
  const CompareOptions& options_;
  std::string why_;
};

}  // namespace

Comparison CompareAnswers(const Expression& gold, const Expression& answer,
                          const CompareOptions& options) {
  return Comparer(gold, answer, options).Compare();
}

}  // namespace whet::math
