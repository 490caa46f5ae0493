#include "rewards/math/compare.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rewards/math/answer_names.h"
#include "rewards/math/comparer.h"

namespace whet::math {
namespace {

using Kind = Answer::Kind;

Truth TruthOf(bool value) { return value ? Truth::kTrue : Truth::kFalse; }

std::set<std::string> SymbolsOf(const Expression& tree) {
  std::set<std::string> names;
  for (NodeId id = 0; id < tree.size(); ++id) {
    if (IsFreeSymbol(tree, id)) names.emplace(tree.text(id));
  }
  return names;
}

// A small letter that stands for anything.
bool IsVariable(const Expression& tree, NodeId id) {
  return tree.op(id) == Op::kSymbol && tree.text(id).size() == 1 &&
         absl::ascii_islower(tree.text(id)[0]);
}

// Letters in a row that are the same word, whatever is a capital: "Yes" and "yes".
bool IsSameWord(const Expression& gold, NodeId a, const Expression& answer, NodeId b) {
  constexpr absl::string_view kWords[] = {"yes",  "no",   "true", "false", "odd",
                                          "even", "none", "all",  "both",  "real"};
  if (gold.op(a) != Op::kMultiply || answer.op(b) != Op::kMultiply) return false;
  const absl::string_view word = gold.text(a);
  return absl::EqualsIgnoreCase(word, answer.text(b)) &&
         std::any_of(std::begin(kWords), std::end(kWords), [word](absl::string_view known) {
           return absl::EqualsIgnoreCase(known, word);
         });
}

// Three capitals and more are an order, as "BADC" is.
bool IsOrder(const Expression& tree, NodeId id) {
  constexpr size_t kLettersMin = 3;
  const absl::string_view letters = tree.op(id) == Op::kMultiply ? tree.text(id) : "";
  return letters.size() >= kLettersMin &&
         std::all_of(letters.begin(), letters.end(), absl::ascii_isupper);
}

// The answer with the gold's symbols in the places of its own, if they are as many.
Expression Renamed(const Expression& answer, const Expression& gold) {
  const std::set<std::string> old_names = SymbolsOf(answer);
  const std::set<std::string> new_names = SymbolsOf(gold);
  if (old_names.size() != new_names.size()) return answer;
  std::map<std::string, std::string> renamed;
  auto name = new_names.begin();
  for (const std::string& old_name : old_names) renamed[old_name] = *name++;
  Expression copy;
  for (NodeId id = 1; id < answer.size(); ++id) {
    const std::string text(answer.text(id));
    copy.Add(answer.op(id), answer.children(id), IsFreeSymbol(answer, id) ? renamed[text] : text,
             answer.detail(id));
  }
  copy.SetRoot(answer.root());
  return copy;
}

}  // namespace

Comparison Comparer::Compare() {
  const Answer gold = ReadAnswer(&gold_, options_.scalar, &budget_);
  const Answer answer = ReadAnswer(&answer_, options_.scalar, &budget_);
  const Truth equal = Equal(gold, answer);
  // What looks unequal may be so for want of work.
  if (equal == Truth::kFalse && budget_.spent()) {
    return {Truth::kUnknown, "budget: too much work"};
  }
  return {equal, why_};
}

Truth Comparer::Equal(const Answer& gold, const Answer& answer) {
  constexpr int64_t kUnits = 5;  // Of looking at two answers.
  if (!budget_.Spend(kUnits)) return Because(Truth::kUnknown, "budget: too much work");
  if (gold.says_letter != answer.says_letter) {
    return gold.says_letter ? Equal(gold.items[0], answer) : Equal(gold, answer.items[0]);
  }
  if (gold.kind == Kind::kAssignment || answer.kind == Kind::kAssignment) {
    return EqualAssignments(gold, answer);
  }
  if (!gold.unit.empty() && !answer.unit.empty() && gold.unit != answer.unit) {
    return Because(Truth::kFalse, absl::StrCat("units: ", gold.unit, " and ", answer.unit));
  }
  if (gold.kind == Kind::kChoice || answer.kind == Kind::kChoice) return EqualChoices(gold, answer);
  if (gold.kind == Kind::kWords || answer.kind == Kind::kWords) return EqualWords(gold, answer);
  if (const std::optional<Answer> value = WorkedOut(gold_, gold)) return Equal(*value, answer);
  if (const std::optional<Answer> value = WorkedOut(answer_, answer)) return Equal(gold, *value);
  if (IsStatement(gold) && IsStatement(answer)) return EqualStatements(gold, answer);
  if (IsStatement(answer) && !options_.relation_for_set) {
    return Because(Truth::kFalse, "a statement does not stand for a value");
  }
  const Truth as_sets = EqualRealSets(gold, answer);
  if (as_sets != Truth::kUnknown) return as_sets;
  if (gold.kind == Kind::kBuilder || answer.kind == Kind::kBuilder) {
    return EqualBuilders(gold, answer);
  }
  if (gold.kind == Kind::kSet || answer.kind == Kind::kSet) return EqualSets(gold, answer);
  if (gold.kind == Kind::kRatio || answer.kind == Kind::kRatio) return EqualRatios(gold, answer);
  if (gold.kind == Kind::kInterval || answer.kind == Kind::kInterval) {
    return EqualIntervals(gold, answer);
  }
  if (gold.kind != answer.kind) return Because(Truth::kFalse, "kinds differ");
  return EqualOfOneKind(gold, answer);
}

Truth Comparer::EqualOfOneKind(const Answer& gold, const Answer& answer) {
  switch (gold.kind) {
    case Kind::kScalar:
      if (IsSameWord(gold_, gold.node, answer_, answer.node)) {
        return Because(Truth::kTrue, "words");
      }
      if (IsOrder(gold_, gold.node) && IsOrder(answer_, answer.node)) {
        return EqualAsWritten(gold.node, answer.node);
      }
      return EqualScalars(gold.node, answer.node);
    case Kind::kSequence:
    case Kind::kDifference:
      return EqualInOrder(gold.items, answer.items);
    case Kind::kUnion:
    case Kind::kIntersection:
    case Kind::kEqualities:
      return EqualAsSets(gold.items, answer.items);
    case Kind::kMatrix:
      if (gold.columns != answer.columns) return Because(Truth::kFalse, "shapes differ");
      return EqualInOrder(gold.items, answer.items);
    case Kind::kCondition:
      return EqualConditions(gold, answer);
    default:
      return EqualAsWritten(gold.node, answer.node);
  }
}

Truth Comparer::EqualAsWritten(NodeId gold, NodeId answer) {
  const bool same = gold != kAbsentNode && TextOf(gold_, gold) == TextOf(answer_, answer);
  return Because(TruthOf(same), "as written");
}

Truth Comparer::EqualScalars(NodeId gold, NodeId answer) {
  const absl::StatusOr<ScalarVerdict> verdict =
      CompareScalars({&gold_, gold}, {&answer_, answer}, options_.scalar, &budget_);
  if (!verdict.ok()) return Because(Truth::kUnknown, verdict.status().message());
  return Because(verdict->equal, absl::StrCat(verdict->step, ": ", verdict->why));
}

// Within a hundredth, as √2 ≈ 1.41 is.
bool Comparer::AreNear(const Expression& tree, NodeId a, NodeId b) {
  constexpr double kNear = 0.01;
  const std::optional<double> left = RealValue({&tree, a}, options_.scalar, &budget_);
  const std::optional<double> right = RealValue({&tree, b}, options_.scalar, &budget_);
  return left.has_value() && right.has_value() &&
         std::abs(*left - *right) <= kNear * std::abs(*left);
}

// What "1 + 2 = 3" and "√2 ≈ 1.41" come to; an equation with symbols, or a wrong one, comes to
// nothing.
std::optional<Answer> Comparer::WorkedOut(const Expression& tree, const Answer& answer) {
  if (answer.kind != Kind::kRelation) return std::nullopt;
  const Relation relation = tree.relation(answer.node);
  const NodeId left = tree.child(answer.node, 0);
  const NodeId right = tree.child(answer.node, 1);
  if (HasSymbols(tree, left) || HasSymbols(tree, right)) return std::nullopt;
  if (relation == Relation::kApprox && AreNear(tree, left, right)) {
    return Answer{.kind = Kind::kScalar, .node = left};
  }
  if (relation != Relation::kEqual || EqualIn(tree, left, right) != Truth::kTrue) {
    return std::nullopt;
  }
  return Answer{.kind = Kind::kScalar, .node = right};
}

Truth Comparer::EqualIn(const Expression& tree, NodeId a, NodeId b, const ScalarOptions& options) {
  const absl::StatusOr<ScalarVerdict> verdict =
      CompareScalars({&tree, a}, {&tree, b}, options, &budget_);
  return verdict.ok() ? verdict->equal : Truth::kUnknown;
}

// A scalar, too, may be a word: "odd", "(C)".
Truth Comparer::EqualWords(const Answer& gold, const Answer& answer) {
  return Because(TruthOf(!gold.text.empty() && gold.text == answer.text), "words");
}

// A choice is its letter, or what it stands for; of two both must be the same.
Truth Comparer::EqualChoices(const Answer& gold, const Answer& answer) {
  if (gold.kind == answer.kind) {
    if (gold.text != answer.text) return Because(Truth::kFalse, "other letters");
    return Equal(gold.items[0], answer.items[0]);
  }
  const Answer& choice = gold.kind == Kind::kChoice ? gold : answer;
  const Answer& other = gold.kind == Kind::kChoice ? answer : gold;
  if (other.text == choice.text) return Because(Truth::kTrue, "the letter of a choice");
  return gold.kind == Kind::kChoice ? Equal(gold.items[0], answer) : Equal(gold, answer.items[0]);
}

// Of as many terms, and in proportion; times are as they are.
Truth Comparer::EqualRatios(const Answer& gold, const Answer& answer) {
  if (gold.kind != answer.kind) return Because(Truth::kFalse, "a ratio and none");
  if (gold.clock != answer.clock) return Because(Truth::kFalse, "a time and a ratio");
  const Truth alike = EqualInOrder(gold.items, answer.items);
  if (alike == Truth::kTrue || gold.clock || gold.items.size() != answer.items.size()) return alike;
  Expression products;
  const auto product = [&](const Answer& a, const Answer& b) {
    return products.Add(Op::kMultiply, {CopyTree(gold_, a.node, "", &products),
                                        CopyTree(answer_, b.node, "", &products)});
  };
  for (size_t i = 0; i < gold.items.size(); ++i) {
    const NodeId here = product(gold.items[i], answer.items[0]);
    const NodeId there = product(gold.items[0], answer.items[i]);
    const NodeId zero = products.Add(Op::kNumber, {}, "0");
    if (EqualIn(products, here, zero) != Truth::kFalse) return alike;
    if (EqualIn(products, here, there) != Truth::kTrue) return alike;
  }
  return Because(Truth::kTrue, "ratios: in proportion");
}

Truth Comparer::EqualAssignments(const Answer& gold, const Answer& answer) {
  if (IsStatement(gold)) return EqualStatements(gold, answer);
  if (gold.kind != Kind::kAssignment) return Equal(gold, answer.items[0]);
  if (IsStatement(answer) && gold.items[0].kind == Kind::kScalar) {
    return EqualStatements(gold, answer);
  }
  if (answer.kind != Kind::kAssignment) return Equal(gold.items[0], answer);
  if (SameName(gold.node, answer.node)) return EqualValues(gold, answer);
  // y = 2x is x = y/2.
  const Truth turned = EqualStatements(gold, answer);
  return turned == Truth::kTrue ? turned : Because(Truth::kFalse, "names differ");
}

// f(x) and f(t) name the same, by whatever small letter; f(1) and f(2), P(A) and P(B) do not.
bool Comparer::SameName(NodeId gold, NodeId answer) const {
  if (gold_.op(gold) != Op::kApply || answer_.op(answer) != Op::kApply) {
    return TextOf(gold_, gold) == TextOf(answer_, answer);
  }
  const auto left = gold_.children(gold);
  const auto right = answer_.children(answer);
  if (left.size() != right.size() || !SameName(left[0], right[0])) return false;
  for (size_t i = 1; i < left.size(); ++i) {
    const bool letters = IsVariable(gold_, left[i]) && IsVariable(answer_, right[i]);
    if (!letters && TextOf(gold_, left[i]) != TextOf(answer_, right[i])) return false;
  }
  return true;
}

// Of f(x) = x^2 and f(t) = t^2: by the letter of the gold.
Truth Comparer::EqualValues(const Answer& gold, const Answer& answer) {
  const Answer& value = answer.items[0];
  const bool applied = gold_.op(gold.node) == Op::kApply && value.kind == Kind::kScalar &&
                       gold.items[0].kind == Kind::kScalar &&
                       gold_.children(gold.node).size() == 2 &&
                       IsVariable(gold_, gold_.child(gold.node, 1));
  if (!applied) return Equal(gold.items[0], value);
  Expression renamed;
  const NodeId letter = renamed.Add(Op::kSymbol, {}, gold_.text(gold_.child(gold.node, 1)));
  const absl::string_view old_letter = answer_.text(answer_.child(answer.node, 1));
  // f(y) = x^2 is not what f(x) = x^2 says.
  if (old_letter != renamed.text(letter) && HasSymbol(answer_, value.node, renamed.text(letter))) {
    return Because(Truth::kFalse, "other letters");
  }
  const NodeId root = CopyWith(answer_, value.node, old_letter, letter, &renamed);
  const absl::StatusOr<ScalarVerdict> verdict =
      CompareScalars({&gold_, gold.items[0].node}, {&renamed, root}, options_.scalar, &budget_);
  if (!verdict.ok()) return Because(Truth::kUnknown, verdict.status().message());
  return Because(verdict->equal, absl::StrCat(verdict->step, ": ", verdict->why));
}

Comparison CompareAnswers(const Expression& gold, const Expression& answer,
                          const CompareOptions& options) {
  return Comparer(gold, options.any_symbols ? Renamed(answer, gold) : answer, options).Compare();
}

}  // namespace whet::math
