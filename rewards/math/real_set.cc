#include "rewards/math/real_set.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

#include "rewards/math/statement.h"

namespace whet::math {
namespace {

using Kind = Answer::Kind;
using Pieces = std::vector<RealPiece>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr size_t kPiecesMax = 64;
// Ends that differ by less, relative or not, are the same or cannot be put in order.
constexpr double kClose = 1e-13;
constexpr double kTiny = 1e-30;

RealEnd Infinite(double value) { return {.value = value}; }

RealPiece Line() { return {.from = Infinite(-kInfinity), .to = Infinite(kInfinity)}; }

RealPiece PointAt(const RealEnd& end) {
  return {.from = end, .to = end, .from_closed = true, .to_closed = true};
}

RealEnd Negated(RealEnd end) {
  end.negated = !end.negated;
  end.value = -end.value;
  return end;
}

class SetReader {
 public:
  SetReader(const Expression& tree, const ScalarOptions& options, Budget* budget)
      : tree_(tree), options_(options), budget_(budget) {}

  std::optional<Pieces> Read(const Answer& answer) {
    switch (answer.kind) {
      case Kind::kInterval:
        return ReadInterval(answer, answer.left_closed, answer.right_closed);
      case Kind::kSequence:
        return answer.bracketed && answer.items.size() == 2 ? ReadInterval(answer, false, false)
                                                            : std::nullopt;
      case Kind::kSet:
        return answer.joiner == Joiner::kOr || answer.joiner == Joiner::kAnd
                   ? ReadStatements(answer)
                   : ReadPoints(answer);
      case Kind::kUnion:
        return ReadUnion(answer.items);
      case Kind::kDifference:
        return ReadDifference(answer.items);
      case Kind::kIntersection:
        return ReadIntersection(answer.items);
      case Kind::kBetween:
        return ReadBetween(answer.node);
      case Kind::kRelation:
        return ReadStatement(StatementOf(tree_, answer));
      case Kind::kBuilder:
        return ReadBuilder(answer);
      case Kind::kAssignment:
        if (!SetSubject(answer.node)) return std::nullopt;
        return Read(answer.items[0]);
      default:
        return ReadNamed(answer);
    }
  }

  const std::string& subject() const { return subject_; }

 private:
  // ---- Ends.

  std::optional<RealEnd> End(NodeId node) const {
    const std::optional<double> value = RealValue({&tree_, node}, options_, budget_);
    if (!value.has_value()) return std::nullopt;
    if (std::isinf(*value)) return Infinite(*value);
    return RealEnd{.node = node, .value = *value};
  }

  // -1, 0 or 1 as `a` is smaller, equal or larger; where that cannot be told, in_order_ is false.
  int Order(const RealEnd& a, const RealEnd& b) {
    if (a.value == b.value && std::isinf(a.value)) return 0;
    const double size = std::max(std::abs(a.value), std::abs(b.value));
    if (std::isinf(size) || std::abs(a.value - b.value) > std::max(kClose * size, kTiny)) {
      return a.value < b.value ? -1 : 1;
    }
    if (!AreSame(a, b)) in_order_ = false;
    return 0;
  }

  // Of finite ends that are close to each other.
  bool AreSame(const RealEnd& a, const RealEnd& b) const {
    if (a.node == kAbsentNode && b.node == kAbsentNode) return a.value == b.value;
    Expression ends;
    const auto copy = [&](const RealEnd& end) {
      if (end.node == kAbsentNode) return ends.Add(Op::kNumber, {}, "0");
      const NodeId node = CopyTree(tree_, end.node, "", &ends);
      return end.negated ? ends.Add(Op::kNegate, {node}) : node;
    };
    const NodeId left = copy(a);
    const NodeId right = copy(b);
    const absl::StatusOr<ScalarVerdict> verdict =
        CompareScalars({&ends, left}, {&ends, right}, options_, budget_);
    return verdict.ok() && verdict->equal == Truth::kTrue;
  }

  // ---- Algebra.

  std::optional<Pieces> Checked(Pieces pieces) const {
    if (!in_order_ || pieces.size() > kPiecesMax) return std::nullopt;
    return pieces;
  }

  bool IsEmpty(const RealPiece& piece) {
    const int order = Order(piece.from, piece.to);
    return order > 0 || (order == 0 && !(piece.from_closed && piece.to_closed));
  }

  std::optional<Pieces> Normal(Pieces pieces) {
    pieces.erase(std::remove_if(pieces.begin(), pieces.end(),
                                [this](const RealPiece& piece) { return IsEmpty(piece); }),
                 pieces.end());
    std::sort(pieces.begin(), pieces.end(), [this](const RealPiece& a, const RealPiece& b) {
      const int order = Order(a.from, b.from);
      return order < 0 || (order == 0 && a.from_closed && !b.from_closed);
    });
    Pieces normal;
    for (RealPiece& piece : pieces) {
      if (normal.empty() || !Joins(normal.back(), piece)) {
        normal.push_back(std::move(piece));
        continue;
      }
      RealPiece& last = normal.back();
      const int order = Order(last.to, piece.to);
      if (order < 0) last.to = piece.to;
      last.to_closed = (order >= 0 && last.to_closed) || (order <= 0 && piece.to_closed);
    }
    return Checked(std::move(normal));
  }

  // Whether `next`, which begins no earlier, overlaps or touches `piece`.
  bool Joins(const RealPiece& piece, const RealPiece& next) {
    const int order = Order(piece.to, next.from);
    return order > 0 || (order == 0 && (piece.to_closed || next.from_closed));
  }

  std::optional<Pieces> Common(const Pieces& a, const Pieces& b) {
    Pieces common;
    for (const RealPiece& left : a) {
      for (const RealPiece& right : b) {
        RealPiece both = left;
        const int from = Order(left.from, right.from);
        if (from < 0) both.from = right.from;
        both.from_closed = (from > 0 || right.from_closed) && (from < 0 || left.from_closed);
        const int to = Order(left.to, right.to);
        if (to > 0) both.to = right.to;
        both.to_closed = (to < 0 || right.to_closed) && (to > 0 || left.to_closed);
        common.push_back(std::move(both));
      }
    }
    return Normal(std::move(common));
  }

  static Pieces Complement(const Pieces& pieces) {
    Pieces rest;
    RealPiece gap = Line();
    for (const RealPiece& piece : pieces) {
      gap.to = piece.from;
      gap.to_closed = !piece.from_closed && !std::isinf(piece.from.value);
      rest.push_back(gap);
      gap.from = piece.to;
      gap.from_closed = !piece.to_closed && !std::isinf(piece.to.value);
      gap.to = Infinite(kInfinity);
      gap.to_closed = false;
    }
    rest.push_back(gap);
    return rest;
  }

  // ---- Sets.

  std::optional<Pieces> ReadInterval(const Answer& answer, bool left_closed, bool right_closed) {
    if (answer.items[0].kind != Kind::kScalar || answer.items[1].kind != Kind::kScalar) {
      return std::nullopt;
    }
    return Between(answer.items[0].node, answer.items[1].node, left_closed, right_closed);
  }

  std::optional<Pieces> Between(NodeId from, NodeId to, bool left_closed, bool right_closed) {
    const std::optional<RealEnd> left = End(from);
    const std::optional<RealEnd> right = End(to);
    if (!left.has_value() || !right.has_value()) return std::nullopt;
    // One that holds nothing says something else than that.
    const int order = Order(*left, *right);
    if (order > 0 || (order == 0 && !(left_closed && right_closed))) return std::nullopt;
    return Normal(
        {{.from = *left, .to = *right, .from_closed = left_closed, .to_closed = right_closed}});
  }

  std::optional<Pieces> ReadPoints(const Answer& set) {
    Pieces points;
    for (const Answer& item : set.items) {
      if (item.kind != Kind::kScalar) return std::nullopt;
      const std::optional<RealEnd> end = End(item.node);
      if (!end.has_value() || std::isinf(end->value)) return std::nullopt;
      points.push_back(PointAt(*end));
    }
    return Normal(std::move(points));
  }

  std::optional<Pieces> ReadNamed(const Answer& answer) {
    if (answer.node == kAbsentNode || tree_.op(answer.node) != Op::kConstant) return std::nullopt;
    const Constant constant = tree_.constant(answer.node);
    if (constant == Constant::kEmptySet) return Pieces();
    if (constant != Constant::kReals || !tree_.text(answer.node).empty()) return std::nullopt;
    return Pieces({Line()});
  }

  std::optional<Pieces> ReadUnion(const std::vector<Answer>& items) {
    Pieces all;
    for (const Answer& item : items) {
      std::optional<Pieces> pieces = Read(item);
      if (!pieces.has_value()) return std::nullopt;
      all.insert(all.end(), pieces->begin(), pieces->end());
    }
    return Normal(std::move(all));
  }

  std::optional<Pieces> ReadIntersection(const std::vector<Answer>& items) {
    std::optional<Pieces> common = Pieces({Line()});
    for (const Answer& item : items) {
      const std::optional<Pieces> pieces = Read(item);
      if (!pieces.has_value()) return std::nullopt;
      common = Common(*common, *pieces);
      if (!common.has_value()) return std::nullopt;
    }
    return common;
  }

  std::optional<Pieces> ReadDifference(const std::vector<Answer>& items) {
    std::optional<Pieces> left = Read(items[0]);
    for (size_t i = 1; i < items.size() && left.has_value(); ++i) {
      const std::optional<Pieces> taken = Read(items[i]);
      if (!taken.has_value()) return std::nullopt;
      left = Common(*left, Complement(*taken));
    }
    return left;
  }

  // ---- Statements.

  // All statements of a set must be about the same.
  bool SetSubject(NodeId node) {
    const std::string subject = TextOf(tree_, node);
    if (subject_.empty()) subject_ = subject;
    return subject_ == subject;
  }

  std::optional<Pieces> ReadStatements(const Answer& list) {
    for (const Answer& item : list.items) {
      if (item.kind != Kind::kRelation && item.kind != Kind::kBetween) return std::nullopt;
    }
    return list.joiner == Joiner::kOr ? ReadUnion(list.items) : ReadIntersection(list.items);
  }

  std::optional<Pieces> ReadBuilder(const Answer& set) {
    SetReader condition(tree_, options_, budget_);
    std::optional<Pieces> pieces = condition.Read(set.items[0]);
    if (condition.subject() != TextOf(tree_, set.element)) return std::nullopt;
    return pieces;
  }

  std::optional<Pieces> ReadBetween(NodeId chain) {
    const Answer interval = IntervalOf(tree_, chain);
    return Of(MiddleOf(tree_, chain),
              ReadInterval(interval, interval.left_closed, interval.right_closed));
  }

  std::optional<Pieces> ReadStatement(const Statement& statement) {
    const std::optional<RealEnd> right = End(statement.right);
    if (right.has_value()) return Of(statement.left, Below(statement.relation, *right));
    const std::optional<RealEnd> left = End(statement.left);
    if (left.has_value()) return Of(statement.right, Above(statement.relation, *left));
    return std::nullopt;
  }

  static std::optional<Pieces> Below(Relation relation, const RealEnd& end) {
    if (std::isinf(end.value)) return std::nullopt;
    if (relation == Relation::kNotEqual) return Complement({PointAt(end)});
    if (relation != Relation::kLess && relation != Relation::kLessEqual) return std::nullopt;
    RealPiece piece = Line();
    piece.to = end;
    piece.to_closed = relation == Relation::kLessEqual;
    return Pieces({piece});
  }

  static std::optional<Pieces> Above(Relation relation, const RealEnd& end) {
    if (relation == Relation::kNotEqual) return Below(relation, end);
    const std::optional<Pieces> below = Below(relation, end);
    if (!below.has_value()) return std::nullopt;
    RealPiece piece = Line();
    piece.from = end;
    piece.from_closed = below->front().to_closed;
    return Pieces({piece});
  }

  // What `values` of `expression` say about its subject: that of |x| is x.
  std::optional<Pieces> Of(NodeId expression, std::optional<Pieces> values) {
    if (!values.has_value()) return std::nullopt;
    const bool absolute = tree_.op(expression) == Op::kAbs;
    if (!SetSubject(absolute ? tree_.child(expression, 0) : expression)) return std::nullopt;
    if (!absolute) return values;
    RealPiece positive = Line();
    positive.from = {.node = kAbsentNode, .value = 0};
    positive.from_closed = true;
    values = Common(*values, {positive});
    if (!values.has_value()) return std::nullopt;
    Pieces both = *values;
    for (const RealPiece& piece : *values) {
      both.push_back({.from = Negated(piece.to),
                      .to = Negated(piece.from),
                      .from_closed = piece.to_closed,
                      .to_closed = piece.from_closed});
    }
    return Normal(std::move(both));
  }

  const Expression& tree_;
  const ScalarOptions& options_;
  Budget* budget_;
  std::string subject_;
  bool in_order_ = true;
};

}  // namespace

std::optional<RealSet> ReadRealSet(const Expression& tree, const Answer& answer,
                                   const ScalarOptions& options, Budget* budget) {
  SetReader reader(tree, options, budget);
  std::optional<Pieces> pieces = reader.Read(answer);
  if (!pieces.has_value()) return std::nullopt;
  return RealSet{.pieces = *std::move(pieces), .subject = reader.subject()};
}

}  // namespace whet::math
