#include "rewards/math/answer_key.h"

#include <algorithm>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "rewards/math/answer.h"
#include "rewards/math/statement.h"

namespace whet::math {
namespace {

using Kind = Answer::Kind;

// Runs of fewer letters are products.
constexpr size_t kWordLettersMin = 3;

// A copy with a rational number in the place of each symbol, which follows from its name.
NodeId AtSomePoint(NodeId id, Expression* tree) {
  if (id == kAbsentNode) return id;
  const std::string name(tree->text(id));
  if (tree->op(id) == Op::kSymbol && name != "e" && name != "i") {
    uint32_t hash = 2166136261;  // FNV-1a.
    for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619;
    const NodeId numerator = tree->Add(Op::kNumber, {}, absl::StrCat(hash % 9973 + 1));
    return tree->Add(Op::kDivide, {numerator, tree->Add(Op::kNumber, {}, "997")});
  }
  std::vector<NodeId> children(tree->children(id).begin(), tree->children(id).end());
  for (NodeId& child : children) child = AtSomePoint(child, tree);
  return tree->Add(tree->op(id), children, name, tree->detail(id));
}

class KeyMaker {
 public:
  KeyMaker(Expression* tree, const ScalarOptions& options, Budget* budget)
      : tree_(*tree), options_(options), budget_(budget) {}

  absl::StatusOr<std::string> Key(const Answer& answer) {
    switch (answer.kind) {
      case Kind::kScalar:
        return ScalarKey(answer);
      case Kind::kAssignment:
        return Key(answer.items[0]);
      case Kind::kSet:
        return SetKey(answer);
      case Kind::kSequence:
        return Joined("(", answer.items, ")");
      case Kind::kInterval:
        return Joined(answer.left_closed ? "[" : "(", answer.items,
                      answer.right_closed ? "]" : ")");
      case Kind::kUnion:
        return Sorted("union(", answer.items, ")");
      case Kind::kDifference:
        return Joined("difference(", answer.items, ")");
      case Kind::kIntersection:
        return Sorted("intersection(", answer.items, ")");
      case Kind::kCondition:
        if (answer.says_letter) return Key(answer.items[0]);
        return Joined("where(", answer.items, ")");
      case Kind::kMatrix:
        return Joined(absl::StrCat("matrix(", answer.columns, ";"), answer.items, ")");
      case Kind::kRatio:
        return Joined(answer.clock ? "time(" : "ratio(", answer.items, ")");
      case Kind::kRelation:
        return RelationKey(answer);
      case Kind::kBetween:
        return Key(IntervalOf(tree_, answer.node));
      case Kind::kEqualities:
        return Sorted("equal(", answer.items, ")");
      case Kind::kChoice:
        return Key(answer.items[0]);
      case Kind::kBuilder:
        return Written(answer.node);
      case Kind::kWords:
        return absl::StrCat("\"", answer.text, "\"");
      case Kind::kOther:
        return Written(answer.node);
    }
    return absl::UnimplementedError("no key");
  }

 private:
  absl::StatusOr<std::string> ScalarKey(const Answer& answer) {
    // "even" in letters is what \text{even} is.
    const bool word = answer.text.size() >= kWordLettersMin &&
                      absl::c_all_of(answer.text, [](char c) { return absl::ascii_isalpha(c); });
    if (word) return absl::StrCat("\"", answer.text, "\"");
    return CanonicalKey({&tree_, answer.node}, options_, budget_);
  }

  absl::StatusOr<std::vector<std::string>> Keys(const std::vector<Answer>& items) {
    std::vector<std::string> keys;
    keys.reserve(items.size());
    for (const Answer& item : items) {
      WHET_ASSIGN_OR_RETURN(std::string key, Key(item));
      keys.push_back(std::move(key));
    }
    return keys;
  }

  absl::StatusOr<std::string> Joined(absl::string_view begin, const std::vector<Answer>& items,
                                     absl::string_view end) {
    WHET_ASSIGN_OR_RETURN(const std::vector<std::string> keys, Keys(items));
    return absl::StrCat(begin, absl::StrJoin(keys, ";"), end);
  }

  absl::StatusOr<std::string> Sorted(absl::string_view begin, const std::vector<Answer>& items,
                                     absl::string_view end) {
    WHET_ASSIGN_OR_RETURN(std::vector<std::string> keys, Keys(items));
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    if (keys.size() == 1) return keys[0];
    return absl::StrCat(begin, absl::StrJoin(keys, ";"), end);
  }

  // With several names, who has which value matters.
  absl::StatusOr<std::string> SetKey(const Answer& set) {
    if (!NamesDiffer(tree_, set)) return Sorted("{", set.items, "}");
    std::vector<std::string> keys;
    for (const Answer& item : set.items) {
      WHET_ASSIGN_OR_RETURN(const std::string key, Key(item));
      keys.push_back(absl::StrCat(TextOf(tree_, item.node), "=", key));
    }
    std::sort(keys.begin(), keys.end());
    return absl::StrCat("{", absl::StrJoin(keys, ";"), "}");
  }

  // The difference of the sides by its value at one point, of inequalities by the size of it.
  absl::StatusOr<std::string> RelationKey(const Answer& answer) {
    const Statement statement = StatementOf(tree_, answer);
    const bool equation =
        statement.relation == Relation::kEqual || statement.relation == Relation::kNotEqual;
    const bool ordered =
        statement.relation == Relation::kLess || statement.relation == Relation::kLessEqual;
    if (!equation && !ordered) return Written(answer.node);
    Expression quotient;
    const NodeId difference = Difference(tree_, statement, "", &quotient);
    NodeId there = AtSomePoint(difference, &quotient);
    if (ordered) there = quotient.Add(Op::kAbs, {there});
    const NodeId root = quotient.Add(Op::kDivide, {difference, there});
    WHET_ASSIGN_OR_RETURN(const std::string key,
                          CanonicalKey({&quotient, root}, options_, budget_));
    return absl::StrCat(NameOf(statement.relation), "(", key, ")");
  }

  absl::StatusOr<std::string> Written(NodeId node) const {
    return absl::StrCat("as written: ", TextOf(tree_, node));
  }

  Expression& tree_;
  const ScalarOptions& options_;
  Budget* budget_;
};

}  // namespace

absl::StatusOr<std::string> AnswerKey(Expression* expression, const ScalarOptions& options) {
  Budget budget(options.work_max);
  const Answer answer = ReadAnswer(expression, options, &budget);
  return KeyMaker(expression, options, &budget).Key(answer);
}

}  // namespace whet::math
