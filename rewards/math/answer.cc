#include "rewards/math/answer.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace whet::math {
namespace {

// More factors than that are no product of matrices that anybody writes.
constexpr size_t kMatricesMax = 16;
constexpr size_t kEntriesMax = 400;

bool IsInfinity(const Expression& tree, NodeId id) {
  if (tree.op(id) == Op::kNegate) id = tree.child(id, 0);
  return tree.op(id) == Op::kConstant && tree.constant(id) == Constant::kInfinity;
}

// Letters and digits in lower case, one space between words.
std::string WordsOf(absl::string_view text) {
  std::string words;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte) || byte >= 0x80) {
      words += absl::ascii_tolower(byte);
    } else if (!words.empty() && words.back() != ' ') {
      words += ' ';
    }
  }
  absl::StripTrailingAsciiWhitespace(&words);
  return words;
}

class Reader {
 public:
  explicit Reader(Expression* tree) : tree_(*tree) {}

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
        return ReadItems(id, Answer::Kind::kUnion);
      case Op::kSetDifference:
        return ReadItems(id, Answer::Kind::kDifference);
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

  Answer ReadList(NodeId id) {
    Answer list = ReadItems(id, Answer::Kind::kSet);
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

  // What may stand left of "=" as the name of what stands right: letters, applied, divided, in
  // ratios and between bars, but no sum, power or number.
  bool IsName(NodeId id) const {
    switch (tree_.op(id)) {
      case Op::kSymbol:
      case Op::kApply:
      case Op::kText:
        return true;
      case Op::kAbs:
      case Op::kAccent:
      case Op::kTuple:
      case Op::kDivide:
      case Op::kRatio:
        return AllNames(id);
      case Op::kMultiply:
        return !tree_.text(id).empty() && AllNames(id);
      default:
        return false;
    }
  }

  bool AllNames(NodeId id) const {
    const auto children = tree_.children(id);
    return std::all_of(children.begin(), children.end(),
                       [this](NodeId child) { return IsName(child); });
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
    if ((names || relation == Relation::kElementOf) && IsName(left)) {
      return Assignment(left, right);
    }
    if (names && IsName(right)) return Assignment(right, left);
    return {.kind = Answer::Kind::kRelation, .node = id};
  }

  static bool IsInequality(Relation relation) {
    return relation == Relation::kLess || relation == Relation::kLessEqual ||
           relation == Relation::kGreater || relation == Relation::kGreaterEqual;
  }

  Answer ReadChain(NodeId id) {
    bool equal = true;
    bool unequal = true;
    const auto children = tree_.children(id);
    NodeId last = children[0];
    for (const NodeId link : children.subspan(1)) {
      const Relation relation = tree_.relation(link);
      equal = equal && (relation == Relation::kEqual || relation == Relation::kApprox);
      unequal = unequal && IsInequality(relation);
      // What is only nearly equal follows from what is equal.
      if (relation == Relation::kEqual) last = tree_.child(link, 0);
    }
    if (equal) return Assignment(children[0], last);
    if (unequal && children.size() == 3) return {.kind = Answer::Kind::kBetween, .node = id};
    return {.kind = Answer::Kind::kOther, .node = id};
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

  Answer ReadWords(NodeId id) {
    const std::string text =
        tree_.op(id) == Op::kText ? std::string(tree_.text(id)) : ExpressionText(tree_);
    return {.kind = Answer::Kind::kWords, .node = id, .text = WordsOf(text)};
  }

  Answer ReadOther(NodeId id) {
    if (Has(id, Op::kPlusMinus) || Has(id, Op::kMinusPlus)) return ReadBothSigns(id);
    if (Has(id, Op::kMatrix) && tree_.op(id) != Op::kFunction) return ReadMatrixExpression(id);
    if (!IsScalar(id)) return {.kind = Answer::Kind::kOther, .node = id};
    Answer scalar = {.kind = Answer::Kind::kScalar, .node = id};
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

  // Sums of matrices, and products of them and of scalars; others are left as they are.
  Answer ReadMatrixExpression(NodeId id) {
    const Op op = tree_.op(id);
    if (op != Op::kAdd && op != Op::kMultiply && op != Op::kNegate) {
      return {.kind = Answer::Kind::kOther, .node = id};
    }
    Answer parts = ReadItems(id, Answer::Kind::kOther);
    if (parts.items.size() > kMatricesMax) return parts;
    Answer result = std::move(parts.items[0]);
    if (op == Op::kNegate) return Scaled(result, tree_.Add(Op::kNumber, {}, "1"), true);
    for (size_t i = 1; i < parts.items.size(); ++i) {
      result = op == Op::kAdd ? Sum(result, parts.items[i]) : Product(result, parts.items[i]);
      if (result.kind == Answer::Kind::kOther) break;
    }
    result.node = id;
    return result;
  }

  Answer Entry(NodeId node) { return {.kind = Answer::Kind::kScalar, .node = node}; }

  static bool IsMatrix(const Answer& answer) {
    return answer.kind == Answer::Kind::kMatrix && answer.items.size() <= kEntriesMax &&
           std::all_of(answer.items.begin(), answer.items.end(),
                       [](const Answer& item) { return item.kind == Answer::Kind::kScalar; });
  }

  Answer Sum(const Answer& a, const Answer& b) {
    if (!IsMatrix(a) || !IsMatrix(b) || a.columns != b.columns ||
        a.items.size() != b.items.size()) {
      return {};
    }
    Answer sum = {.kind = Answer::Kind::kMatrix, .columns = a.columns};
    for (size_t i = 0; i < a.items.size(); ++i) {
      sum.items.push_back(Entry(tree_.Add(Op::kAdd, {a.items[i].node, b.items[i].node})));
    }
    return sum;
  }

  Answer Scaled(const Answer& matrix, NodeId factor, bool negated) {
    if (!IsMatrix(matrix)) return {};
    Answer scaled = {.kind = Answer::Kind::kMatrix, .columns = matrix.columns};
    for (const Answer& item : matrix.items) {
      NodeId entry = tree_.Add(Op::kMultiply, {factor, item.node});
      if (negated) entry = tree_.Add(Op::kNegate, {entry});
      scaled.items.push_back(Entry(entry));
    }
    return scaled;
  }

  Answer Product(const Answer& a, const Answer& b) {
    if (a.kind == Answer::Kind::kScalar && b.kind == Answer::Kind::kScalar) {
      return Entry(tree_.Add(Op::kMultiply, {a.node, b.node}));
    }
    if (a.kind == Answer::Kind::kScalar) return Scaled(b, a.node, false);
    if (b.kind == Answer::Kind::kScalar) return Scaled(a, b.node, false);
    if (!IsMatrix(a) || !IsMatrix(b)) return {};
    const auto inner = static_cast<size_t>(a.columns);
    const auto columns = static_cast<size_t>(b.columns);
    if (b.items.size() != inner * columns) return {};
    Answer product = {.kind = Answer::Kind::kMatrix, .columns = b.columns};
    for (size_t row = 0; row < a.items.size() / inner; ++row) {
      for (size_t column = 0; column < columns; ++column) {
        std::vector<NodeId> terms;
        terms.reserve(inner);
        for (size_t k = 0; k < inner; ++k) {
          terms.push_back(tree_.Add(
              Op::kMultiply, {a.items[row * inner + k].node, b.items[k * columns + column].node}));
        }
        product.items.push_back(Entry(inner == 1 ? terms[0] : tree_.Add(Op::kAdd, terms)));
      }
    }
    return product;
  }

  Expression& tree_;
};

}  // namespace

Answer ReadAnswer(Expression* expression) { return Reader(expression).Read(expression->root()); }

NodeId CopyTree(const Expression& from, NodeId id, const std::string& prefix, Expression* to) {
  if (id == kAbsentNode) return kAbsentNode;
  std::vector<NodeId> children;
  children.reserve(from.children(id).size());
  for (const NodeId child : from.children(id)) {
    children.push_back(CopyTree(from, child, prefix, to));
  }
  std::string text(from.text(id));
  if (from.op(id) == Op::kSymbol && text != "e" && text != "i") text = prefix + text;
  return to->Add(from.op(id), children, text, from.detail(id));
}

}  // namespace whet::math
