#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "rewards/math/comparer.h"

namespace whet::math {
namespace {

using Kind = Answer::Kind;

// Beyond that, sets are compared as they are written.
constexpr size_t kUnorderedMax = 128;

std::vector<Answer> Values(const Answer& set) {
  std::vector<Answer> values;
  values.reserve(set.items.size());
  for (const Answer& item : set.items) {
    values.push_back(item.kind == Kind::kAssignment ? item.items[0] : item);
  }
  return values;
}

// Two items in round brackets, which may be an open interval.
bool IsPair(const Answer& answer) {
  return answer.kind == Kind::kSequence && answer.bracketed && answer.items.size() == 2;
}

bool IsOfFiniteSets(const Answer& answer) {
  if (answer.kind != Kind::kIntersection) return false;
  return std::all_of(answer.items.begin(), answer.items.end(), [](const Answer& item) {
    return item.kind == Kind::kSet || IsOfFiniteSets(item);
  });
}

// What can be nothing but a set of reals, if it is one at all.
bool IsRange(const Expression& tree, const Answer& answer) {
  switch (answer.kind) {
    case Kind::kInterval:
    case Kind::kUnion:
    case Kind::kDifference:
    case Kind::kIntersection:
    case Kind::kBetween:
    case Kind::kBuilder:
      return true;
    case Kind::kOther:
      return answer.node != kAbsentNode && tree.op(answer.node) == Op::kConstant;
    default:
      return IsStatement(answer);
  }
}

bool MayBeRange(const Expression& tree, const Answer& answer) {
  if (answer.kind == Kind::kAssignment) return MayBeRange(tree, answer.items[0]);
  return IsRange(tree, answer) || IsPair(answer) || (answer.kind == Kind::kSet && answer.bracketed);
}

}  // namespace

Truth Comparer::EqualInOrder(const std::vector<Answer>& gold, const std::vector<Answer>& answer) {
  if (gold.size() != answer.size()) return Because(Truth::kFalse, "numbers of items differ");
  Truth all = Truth::kTrue;
  for (size_t i = 0; i < gold.size() && all != Truth::kFalse; ++i) {
    const Truth one = Equal(gold[i], answer[i]);
    if (one != Truth::kTrue) all = one;
  }
  return all;
}

// Each item of either is one of the other's: sets have no doubles.
Truth Comparer::EqualAsSets(const std::vector<Answer>& gold, const std::vector<Answer>& answer) {
  if (std::max(gold.size(), answer.size()) > kUnorderedMax) return EqualInOrder(gold, answer);
  Truth all = Truth::kTrue;
  std::vector<bool> found(answer.size());
  for (size_t i = 0; i < gold.size(); ++i) {
    size_t where = 0;
    const Truth held = Holds(answer, gold[i], /*item_is_gold=*/true, i, &where);
    if (held == Truth::kFalse) {
      return Because(held, absl::StrCat("item ", i + 1, " of the gold is not there"));
    }
    if (held == Truth::kUnknown) all = held;
    if (held == Truth::kTrue) found[where] = true;
  }
  for (size_t i = 0; i < answer.size(); ++i) {
    if (found[i]) continue;
    size_t where = 0;
    const Truth held = Holds(gold, answer[i], /*item_is_gold=*/false, i, &where);
    if (held == Truth::kFalse) {
      return Because(held, absl::StrCat("item ", i + 1, " of the answer is too much"));
    }
    if (held == Truth::kUnknown) all = held;
  }
  return all;
}

// Looks at `first` first: most lists are in one order. kTrue with `where` it is, kUnknown if it may
// be there.
Truth Comparer::Holds(const std::vector<Answer>& set, const Answer& item, bool item_is_gold,
                      size_t first, size_t* where) {
  ++sets_around_;
  Truth held = Truth::kFalse;
  for (size_t k = 0; k < set.size() && held != Truth::kTrue; ++k) {
    *where = (first + k) % set.size();
    const Answer& other = set[*where];
    const Truth equal = item_is_gold ? Equal(item, other) : Equal(other, item);
    if (equal != Truth::kFalse) held = equal;
  }
  --sets_around_;
  return held;
}

Truth Comparer::EqualSets(const Answer& gold, const Answer& answer) {
  if (gold.kind == Kind::kSet && answer.kind == Kind::kSet) return EqualTwoSets(gold, answer);
  const Answer& set = gold.kind == Kind::kSet ? gold : answer;
  const Answer& other = gold.kind == Kind::kSet ? answer : gold;
  if (other.kind == Kind::kSequence) {
    // Solutions by one name are no coordinates.
    if (HasNames(set) && !NamesDiffer(gold.kind == Kind::kSet ? gold_ : answer_, set)) {
      return Because(Truth::kFalse, "several values and a tuple");
    }
    return EqualInOrder(Values(gold), Values(answer));
  }
  // {5} is 5, but not as an item of another set, nor if its item is a set.
  const bool is_item = set.items.size() == 1 && (sets_around_ == 0 || !set.bracketed) &&
                       set.items[0].kind != Kind::kSet && set.items[0].kind != Kind::kOther;
  if (is_item) {
    return gold.kind == Kind::kSet ? Equal(gold.items[0], answer) : Equal(gold, answer.items[0]);
  }
  return Because(Truth::kFalse, "one value and several");
}

// Several names with their values, as "p = 5, q = 2", are in order what "5, 2" is.
Truth Comparer::EqualTwoSets(const Answer& gold, const Answer& answer) {
  const bool gold_names = HasNames(gold);
  const bool answer_names = HasNames(answer);
  if (gold_names && answer_names && NamesDiffer(gold_, gold) && !SameJoiner(gold, answer)) {
    return Because(Truth::kFalse, "all of several values, and one of them");
  }
  if (gold_names == answer_names) return EqualAsSets(gold.items, answer.items);
  const bool differ = gold_names ? NamesDiffer(gold_, gold) : NamesDiffer(answer_, answer);
  if (differ) return EqualInOrder(Values(gold), Values(answer));
  return EqualAsSets(Values(gold), Values(answer));
}

// {x | …} and {x | …} of the same letter are what is said of it; and what is said may itself give
// the values: {x | x = kπ, k ∈ ℤ}, {x | x = 1 or x = 2}.
Truth Comparer::EqualBuilders(const Answer& gold, const Answer& answer) {
  if (gold.kind == answer.kind) {
    if (TextOf(gold_, gold.node) == TextOf(answer_, answer.node)) {
      return Because(Truth::kTrue, "as written");
    }
    const bool same = gold_.op(gold.element) == Op::kSymbol &&
                      TextOf(gold_, gold.element) == TextOf(answer_, answer.element);
    if (!same) return Because(Truth::kFalse, "sets of different things");
    return Equal(gold.items[0], answer.items[0]);
  }
  const Answer& builder = gold.kind == Kind::kBuilder ? gold : answer;
  const Answer& said = builder.items[0];
  const bool values = said.kind == Kind::kAssignment || said.kind == Kind::kCondition ||
                      (said.kind == Kind::kSet && HasNames(said));
  if (!values) return Because(Truth::kFalse, "kinds differ");
  return gold.kind == Kind::kBuilder ? Equal(said, answer) : Equal(gold, said);
}

Truth Comparer::EqualIntervals(const Answer& gold, const Answer& answer) {
  const auto is_interval = [](const Answer& one) {
    return one.kind == Kind::kInterval || IsPair(one);
  };
  if (!is_interval(gold) || !is_interval(answer)) return Because(Truth::kFalse, "kinds differ");
  if (gold.left_closed != answer.left_closed || gold.right_closed != answer.right_closed) {
    return Because(Truth::kFalse, "one is open where the other is closed");
  }
  return EqualInOrder(gold.items, answer.items);
}

// kUnknown where they are not both sets of reals, or not visibly.
Truth Comparer::EqualRealSets(const Answer& gold, const Answer& answer) {
  if (!IsRange(gold_, gold) && !IsRange(answer_, answer)) return Truth::kUnknown;
  if (!MayBeRange(gold_, gold) || !MayBeRange(answer_, answer)) return Truth::kUnknown;
  // Two that are not worked out are compared part by part, as Math-Verify does.
  if (IsOfFiniteSets(gold) && IsOfFiniteSets(answer)) return Truth::kUnknown;
  const std::optional<RealSet> left = ReadRealSet(gold_, gold, options_.scalar, &budget_);
  if (!left.has_value()) return Truth::kUnknown;
  const std::optional<RealSet> right = ReadRealSet(answer_, answer, options_.scalar, &budget_);
  if (!right.has_value()) return Truth::kUnknown;
  return EqualPieces(*left, *right);
}

Truth Comparer::EqualPieces(const RealSet& gold, const RealSet& answer) {
  if (!gold.subject.empty() && !answer.subject.empty() && gold.subject != answer.subject) {
    return Because(Truth::kFalse, "they are about different things");
  }
  if (gold.pieces.size() != answer.pieces.size()) {
    return Because(Truth::kFalse, absl::StrCat("sets of ", gold.pieces.size(), " and ",
                                               answer.pieces.size(), " intervals"));
  }
  for (size_t i = 0; i < gold.pieces.size(); ++i) {
    const RealPiece& left = gold.pieces[i];
    const RealPiece& right = answer.pieces[i];
    if (left.from_closed != right.from_closed || left.to_closed != right.to_closed) {
      return Because(Truth::kFalse, "one is open where the other is closed");
    }
    for (const Truth end : {EqualEnds(left.from, right.from), EqualEnds(left.to, right.to)}) {
      if (end != Truth::kTrue) return end;
    }
  }
  return Because(Truth::kTrue, "sets: the same intervals");
}

Truth Comparer::EqualEnds(const RealEnd& gold, const RealEnd& answer) {
  const bool bare = gold.node == kAbsentNode || answer.node == kAbsentNode;
  if (bare && (gold.node == answer.node || std::isinf(gold.value) || std::isinf(answer.value))) {
    return gold.value == answer.value ? Truth::kTrue : Truth::kFalse;
  }
  if (!bare && gold.negated == answer.negated) return EqualScalars(gold.node, answer.node);
  Expression ends;
  const auto copy = [&ends](const Expression& tree, NodeId node) {
    return node == kAbsentNode ? ends.Add(Op::kNumber, {}, "0") : CopyTree(tree, node, "", &ends);
  };
  const NodeId left = copy(gold_, gold.node);
  const NodeId right = ends.Add(Op::kNegate, {copy(answer_, answer.node)});
  return EqualIn(ends, left, right);
}

}  // namespace whet::math
