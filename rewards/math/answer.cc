#include "rewards/math/answer.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "rewards/math/answer_names.h"
#include "rewards/math/matrix.h"

namespace whet::math {
namespace {

// More factors than that are no product of matrices that anybody writes.
constexpr size_t kMatricesMax = 16;

bool IsInfinity(const Expression& tree, NodeId id) {
  if (tree.op(id) == Op::kNegate) id = tree.child(id, 0);
  return tree.op(id) == Op::kConstant && tree.constant(id) == Constant::kInfinity;
}

// Letters, digits, points within numbers and the signs + - < > = in lower case, one space between
// words and none around signs. A hyphen between letters is a space; so is all else.
std::string WordsOf(absl::string_view text) {
  constexpr absl::string_view kSigns = "+-<>=";
  const auto at = [text](size_t i) { return i < text.size() ? text[i] : ' '; };
  std::string words;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool hyphen =
        byte == '-' && i > 0 && absl::ascii_isalpha(at(i - 1)) && absl::ascii_isalpha(at(i + 1));
    const bool sign = !hyphen && kSigns.find(text[i]) != absl::string_view::npos;
    const bool point = byte == '.' && absl::ascii_isdigit(at(i + 1));
    if (sign) absl::StripTrailingAsciiWhitespace(&words);
    if (absl::ascii_isalnum(byte) || byte >= 0x80 || sign || point) {
      words += absl::ascii_tolower(byte);
    } else if (!words.empty() && words.back() != ' ' &&
               kSigns.find(words.back()) == absl::string_view::npos) {
      words += ' ';
    }
  }
  absl::StripTrailingAsciiWhitespace(&words);
  return words;
}

class Reader {
 public:
  Reader(Expression* tree, const ScalarOptions& options, Budget* budget)
      : tree_(*tree), options_(options), budget_(budget) {}

  Answer Read(NodeId id) {
    switch (tree_.op(id)) {
      case Op::kList:
        return ReadList(id);
      case Op::kSet:
        return ReadSet(id);
      case Op::kTuple:
      case Op::kVector:
        return ReadTuple(id);
      case Op::kInterval:
        return ReadInterval(id);
      case Op::kUnion:
        return Joined(ReadItems(id, Answer::Kind::kUnion));
      case Op::kSetDifference:
        return ReadItems(id, Answer::Kind::kDifference);
      case Op::kIntersection:
        return Joined(ReadItems(id, Answer::Kind::kIntersection));
      case Op::kSetBuilder:
        return ReadBuilder(id);
      case Op::kWhere:
        return Conditioned(ReadItems(id, Answer::Kind::kCondition));
      case Op::kRelation:
        return ReadRelation(id);
      case Op::kChain:
        return ReadChain(id);
      case Op::kMatrix:
        return ReadMatrix(id);
      case Op::kRatio:
        return ReadRatio(id);
      case Op::kQuantity:
        return ReadQuantity(id);
      case Op::kText:
      case Op::kPhrase:
        return ReadWords(id);
      default:
        return ReadOther(id);
    }
  }

 private:
  Answer ReadItems(NodeId id, Answer::Kind kind) {
    Answer answer = {.kind = kind, .node = id};
    // The children may move while nodes are added.
    const std::vector<NodeId> children(tree_.children(id).begin(), tree_.children(id).end());
    for (const NodeId child : children) answer.items.push_back(Read(child));
    return answer;
  }

  Answer ReadBuilder(NodeId id) {
    NodeId element = tree_.child(id, 0);
    // {x ∈ ℝ | x > 1}: of the reals is what all of it is.
    if (tree_.op(element) == Op::kRelation && tree_.relation(element) == Relation::kElementOf &&
        tree_.op(tree_.child(element, 1)) == Op::kConstant &&
        tree_.constant(tree_.child(element, 1)) == Constant::kReals &&
        tree_.text(tree_.child(element, 1)).empty()) {
      element = tree_.child(element, 0);
    }
    Answer set = {.kind = Answer::Kind::kBuilder, .node = id};
    set.items.push_back(Read(tree_.child(id, 1)));
    set.element = element;
    return set;
  }

  // "1 ± 2" among the items of a set is two items.
  static void Flatten(Answer* set) {
    std::vector<Answer> items;
    for (Answer& item : set->items) {
      const bool two_signs = item.kind == Answer::Kind::kSet && !item.bracketed;
      if (two_signs) {
        std::move(item.items.begin(), item.items.end(), std::back_inserter(items));
      } else {
        items.push_back(std::move(item));
      }
    }
    set->items = std::move(items);
  }

  Answer ReadSet(NodeId id) {
    Answer set = ReadItems(id, Answer::Kind::kSet);
    Flatten(&set);
    set.bracketed = true;
    if (HasEllipsis(id)) set.kind = Answer::Kind::kSequence;
    return set;
  }

  // (A ∪ B) ∪ C is A ∪ B ∪ C.
  static Answer Joined(Answer sets) {
    std::vector<Answer> items;
    for (Answer& item : sets.items) {
      if (item.kind == sets.kind) {
        std::move(item.items.begin(), item.items.end(), std::back_inserter(items));
      } else {
        items.push_back(std::move(item));
      }
    }
    sets.items = std::move(items);
    return sets;
  }

  // Whether it says that a letter is one of the integers, or another set of numbers, as in "kπ, k ∈
  // Z".
  bool IsParameter(NodeId id) const {
    if (tree_.op(id) != Op::kRelation || tree_.relation(id) != Relation::kElementOf) return false;
    const NodeId set = tree_.child(id, 1);
    return tree_.op(tree_.child(id, 0)) == Op::kSymbol && tree_.op(set) == Op::kConstant &&
           tree_.constant(set) >= Constant::kNaturals;
  }

  // All but the last item of a list, and that as what is said of them.
  Answer ReadConditionedList(NodeId id) {
    const std::vector<NodeId> children(tree_.children(id).begin(), tree_.children(id).end());
    const NodeId condition = children.back();
    NodeId value = children[0];
    if (children.size() > 2) {
      value = tree_.Add(Op::kList, absl::MakeConstSpan(children).first(children.size() - 1), {},
                        static_cast<uint16_t>(tree_.joiner(id)));
    }
    Answer answer = {.kind = Answer::Kind::kCondition, .node = id};
    answer.items.push_back(Read(value));
    answer.items.push_back(Read(condition));
    return Conditioned(std::move(answer));
  }

  // "a_n = 2n + 1, n ∈ ℕ" and "f(x) = x^2 for x > 0" say what a name's letter may be: of integers
  // that is no part of the answer.
  Answer Conditioned(Answer answer) const {
    const Answer& value = answer.items[0];
    if (value.kind != Answer::Kind::kAssignment || answer.items.size() != 2) return answer;
    const Answer& condition = answer.items[1];
    NodeId letter = condition.node;
    if (condition.kind == Answer::Kind::kRelation) letter = tree_.child(condition.node, 0);
    if (condition.kind == Answer::Kind::kBetween) letter = MiddleOf(tree_, condition.node);
    const bool of_name = letter != kAbsentNode && tree_.op(letter) == Op::kSymbol &&
                         NameHas(tree_, value.node, tree_.text(letter));
    if (of_name && condition.kind == Answer::Kind::kAssignment) return value;
    answer.says_letter = of_name;
    return answer;
  }

  // "x ≡ 3, 5 (mod 8)" is x ≡ 3 (mod 8), x ≡ 5 (mod 8).
  bool IsCongruenceList(NodeId id) const {
    const auto children = tree_.children(id);
    return tree_.op(children[0]) == Op::kRelation &&
           tree_.relation(children[0]) == Relation::kEquivalent &&
           tree_.children(children[0]).size() == 2 && tree_.op(children.back()) == Op::kMod;
  }

  Answer ReadCongruenceList(NodeId id) {
    std::vector<NodeId> values(tree_.children(id).begin(), tree_.children(id).end());
    const NodeId left = tree_.child(values[0], 0);
    const NodeId modulus = tree_.child(values.back(), 1);
    values[0] = tree_.child(values[0], 1);
    values.back() = tree_.child(values.back(), 0);
    Answer list = {.kind = Answer::Kind::kSet, .node = id};
    for (const NodeId value : values) {
      list.items.push_back(Read(tree_.Add(Op::kRelation, {left, value, modulus}, {},
                                          static_cast<uint16_t>(Relation::kEquivalent))));
    }
    return list;
  }

  Answer ReadList(NodeId id) {
    if (IsParameter(tree_.children(id).back())) return ReadConditionedList(id);
    if (IsCongruenceList(id)) return ReadCongruenceList(id);
    Answer list = ReadItems(id, Answer::Kind::kSet);
    list.joiner = tree_.joiner(id);
    if (tree_.joiner(id) == Joiner::kSemicolon || HasEllipsis(id)) {
      if (HasEllipsis(id)) list.kind = Answer::Kind::kSequence;
      return NameAll(std::move(list));
    }
    Flatten(&list);
    return NameAll(std::move(list));
  }

  bool HasEllipsis(NodeId id) const {
    for (const NodeId child : tree_.children(id)) {
      if (tree_.op(child) == Op::kEllipsis) return true;
    }
    return false;
  }

  // "n = 1, 2, 3" names all three, as "(x, y) = (5, 8) and (8, 5)" does.
  static Answer NameAll(Answer list) {
    const auto named = [](const Answer& item) { return item.kind == Answer::Kind::kAssignment; };
    const bool first_alone = list.items.size() > 1 && named(list.items[0]) &&
                             std::none_of(list.items.begin() + 1, list.items.end(), named);
    if (!first_alone) return list;
    Answer assignment = {.kind = Answer::Kind::kAssignment, .node = list.items[0].node};
    Answer value = std::move(list.items[0].items[0]);
    list.items[0] = std::move(value);
    assignment.items.push_back(std::move(list));
    return assignment;
  }

  Answer ReadTuple(NodeId id) {
    Answer tuple = ReadItems(id, Answer::Kind::kSequence);
    tuple.bracketed =
        tree_.op(id) == Op::kTuple && !tree_.left_closed(id) && !tree_.right_closed(id);
    return tuple;
  }

  Answer ReadInterval(NodeId id) {
    Answer interval = ReadItems(id, Answer::Kind::kInterval);
    // Whatever the bracket beside it, infinity belongs to no interval.
    interval.left_closed = tree_.left_closed(id) && !IsInfinity(tree_, tree_.child(id, 0));
    interval.right_closed = tree_.right_closed(id) && !IsInfinity(tree_, tree_.child(id, 1));
    return interval;
  }

  Answer Assignment(NodeId name, NodeId value) {
    Answer assignment = {.kind = Answer::Kind::kAssignment, .node = name};
    assignment.items.push_back(Read(value));
    return assignment;
  }

  Answer ReadRelation(NodeId id) {
    const Relation relation = tree_.relation(id);
    const NodeId left = tree_.child(id, 0);
    const NodeId right = tree_.child(id, 1);
    const bool names = relation == Relation::kEqual || relation == Relation::kApprox;
    if ((names || relation == Relation::kElementOf) && IsName(tree_, left)) {
      return Assignment(left, right);
    }
    if (names && IsName(tree_, right)) return Assignment(right, left);
    return {.kind = Answer::Kind::kRelation, .node = id};
  }

  Answer ReadChain(NodeId id) {
    bool equal = true;
    bool rising = true;
    bool falling = true;
    for (const NodeId link : tree_.children(id).subspan(1)) {
      const Relation relation = tree_.relation(link);
      equal = equal && (relation == Relation::kEqual || relation == Relation::kApprox);
      rising = rising && (relation == Relation::kLess || relation == Relation::kLessEqual);
      falling = falling && (relation == Relation::kGreater || relation == Relation::kGreaterEqual);
    }
    if (equal) return ReadEqualities(id);
    const bool between = (rising || falling) && tree_.children(id).size() == 3;
    return {.kind = between ? Answer::Kind::kBetween : Answer::Kind::kOther, .node = id};
  }

  // x = 2 + 3 = 5 gives a value to x, by the last of its sides: what is worked out on the way is
  // not looked at if it is made of numbers, and must be that value if it has letters. Else all
  // sides count, as those of (x - 1)/2 = y/3 = z do.
  Answer ReadEqualities(NodeId id) {
    std::vector<NodeId> sides = {tree_.child(id, 0)};
    NodeId last = sides[0];
    for (const NodeId link : tree_.children(id).subspan(1)) {
      sides.push_back(tree_.child(link, 0));
      // What is only nearly equal follows from what is equal.
      if (tree_.relation(link) == Relation::kEqual) last = sides.back();
    }
    std::vector<NodeId> names;
    bool has_value = true;
    for (const NodeId side : sides) {
      if (side == last || !HasSymbols(tree_, side)) continue;
      if (IsName(tree_, side)) {
        names.push_back(side);
      } else {
        has_value = has_value && IsScalar(side) && IsScalar(last) && AreEqual(side, last);
      }
    }
    if (has_value && !names.empty()) return Assignment(names.size() == 1 ? names[0] : id, last);
    Answer equalities = {.kind = Answer::Kind::kEqualities, .node = id};
    for (const NodeId side : sides) equalities.items.push_back(Read(side));
    return equalities;
  }

  bool AreEqual(NodeId a, NodeId b) const {
    const absl::StatusOr<ScalarVerdict> verdict =
        CompareScalars({&tree_, a}, {&tree_, b}, options_, budget_);
    return verdict.ok() && verdict->equal == Truth::kTrue;
  }

  Answer ReadMatrix(NodeId id) {
    Answer matrix = ReadItems(id, Answer::Kind::kMatrix);
    matrix.columns = tree_.columns(id);
    return matrix;
  }

  Answer ReadRatio(NodeId id) {
    Answer ratio = ReadItems(id, Answer::Kind::kRatio);
    ratio.clock = tree_.is_clock(id);
    return ratio;
  }

  Answer ReadQuantity(NodeId id) {
    const std::string unit(tree_.text(id));
    Answer value = Read(tree_.child(id, 0));
    value.unit = unit;
    return value;
  }

  // "(C) 90", with the letter in a text: a choice, and what it is.
  bool IsChoice(NodeId id) const {
    const auto children = tree_.children(id);
    if (tree_.op(id) != Op::kPhrase || children.size() != 2) return false;
    return tree_.op(children[0]) == Op::kText && WordsOf(tree_.text(children[0])).size() == 1;
  }

  Answer ReadChoice(NodeId id) {
    const NodeId value = tree_.child(id, 1);
    Answer choice = {.kind = Answer::Kind::kChoice, .node = id};
    choice.text = WordsOf(tree_.text(tree_.child(id, 0)));
    choice.items.push_back(Read(value));
    return choice;
  }

  Answer ReadWords(NodeId id) {
    if (IsChoice(id)) return ReadChoice(id);
    const std::string words = WordsOf(WordsBelow(id));
    const bool empty = words == "no solution" || words == "no solutions" || words == "empty set" ||
                       words == "the empty set";
    const bool all = words == "all real numbers" || words == "all reals" ||
                     words == "the real numbers" || words == "real numbers";
    if (!empty && !all) return {.kind = Answer::Kind::kWords, .node = id, .text = words};
    const Constant set = empty ? Constant::kEmptySet : Constant::kReals;
    const NodeId constant = tree_.Add(Op::kConstant, {}, {}, static_cast<uint16_t>(set));
    return {.kind = Answer::Kind::kOther, .node = constant};
  }

  // Words and names as they are, formulas as ExpressionText has them.
  std::string WordsBelow(NodeId id) const {
    switch (tree_.op(id)) {
      case Op::kText:
      case Op::kNumber:
      case Op::kSymbol:
        return std::string(tree_.text(id));
      case Op::kPhrase: {
        std::string words;
        for (const NodeId part : tree_.children(id)) {
          absl::StrAppend(&words, words.empty() ? "" : " ", WordsBelow(part));
        }
        return words;
      }
      default:
        return TextOf(tree_, id);
    }
  }

  Answer ReadOther(NodeId id) {
    if (Has(id, Op::kPlusMinus) || Has(id, Op::kMinusPlus)) return ReadBothSigns(id);
    if (Has(id, Op::kMatrix) && tree_.op(id) != Op::kFunction) return ReadMatrixExpression(id);
    if (!IsScalar(id)) return {.kind = Answer::Kind::kOther, .node = id};
    Answer scalar = {.kind = Answer::Kind::kScalar, .node = id};
    if (tree_.op(id) == Op::kDegrees) scalar.unit = "degree";
    if (tree_.op(id) == Op::kMultiply) scalar.text = WordsOf(tree_.text(id));
    if (tree_.op(id) == Op::kSymbol) scalar.text = WordsOf(tree_.text(id));
    return scalar;
  }

  bool IsScalar(NodeId id) const {
    switch (tree_.op(id)) {
      case Op::kConstant:
        return tree_.constant(id) <= Constant::kInfinity;
      case Op::kAbsent:
      case Op::kEllipsis:
      case Op::kSetBuilder:
      case Op::kIntersection:
      case Op::kCases:
      case Op::kDate:
      case Op::kNot:
      case Op::kWhere:
      case Op::kLink:
      case Op::kBigUnion:
      case Op::kBigIntersection:
      case Op::kCompose:
      case Op::kTranspose:
        return false;
      default:
        return true;
    }
  }

  bool Has(NodeId id, Op op) const {
    if (tree_.op(id) == op) return true;
    const auto children = tree_.children(id);
    return std::any_of(children.begin(), children.end(),
                       [this, op](NodeId child) { return Has(child, op); });
  }

  Answer ReadBothSigns(NodeId id) {
    Answer set = {.kind = Answer::Kind::kSet, .node = id};
    for (const bool plus : {true, false}) set.items.push_back(Read(WithSign(id, plus)));
    return set;
  }

  // The tree with + for every ± and - for every ∓, or the other way round.
  NodeId WithSign(NodeId id, bool plus) {
    if (!Has(id, Op::kPlusMinus) && !Has(id, Op::kMinusPlus)) return id;
    const Op op = tree_.op(id);
    std::vector<NodeId> children(tree_.children(id).begin(), tree_.children(id).end());
    for (NodeId& child : children) child = WithSign(child, plus);
    if (op != Op::kPlusMinus && op != Op::kMinusPlus) return Rebuilt(id, children);
    const bool negative = plus == (op == Op::kMinusPlus);
    if (negative) children.back() = tree_.Add(Op::kNegate, {children.back()});
    return children.size() == 1 ? children[0] : tree_.Add(Op::kAdd, children);
  }

  NodeId Rebuilt(NodeId id, const std::vector<NodeId>& children) {
    const std::string text(tree_.text(id));
    return tree_.Add(tree_.op(id), children, text, tree_.detail(id));
  }

  // Sums, products, powers and transposes of matrices; others are left as they are.
  Answer ReadMatrixExpression(NodeId id) {
    Answer parts = ReadItems(id, Answer::Kind::kOther);
    if (parts.items.empty() || parts.items.size() > kMatricesMax) return parts;
    MatrixAlgebra algebra(&tree_);
    Answer result = std::move(parts.items[0]);
    switch (tree_.op(id)) {
      case Op::kNegate:
        result = algebra.Negated(result);
        break;
      case Op::kTranspose:
        result = MatrixAlgebra::Transposed(result);
        break;
      case Op::kPower:
        result = algebra.Power(result, tree_.child(id, 1));
        break;
      case Op::kAdd:
      case Op::kMultiply:
        for (size_t i = 1; i < parts.items.size(); ++i) {
          result = tree_.op(id) == Op::kAdd ? algebra.Sum(result, parts.items[i])
                                            : algebra.Product(result, parts.items[i]);
        }
        break;
      default:
        return {.kind = Answer::Kind::kOther, .node = id};
    }
    result.node = id;
    return result;
  }

  Expression& tree_;
  const ScalarOptions& options_;
  Budget* budget_;
};

}  // namespace

Answer ReadAnswer(Expression* expression, const ScalarOptions& options, Budget* budget) {
  return Reader(expression, options, budget).Read(expression->root());
}

}  // namespace whet::math
