#include "rewards/math/matrix.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"

namespace whet::math {
namespace {

using Kind = Answer::Kind;

constexpr size_t kEntriesMax = 400;
constexpr size_t kInvertedMax = 4;  // Rows.
constexpr int kPowerMax = 16;
constexpr double kWeightMax = 20'000;  // Of all entries together.

Answer EntryAt(NodeId node) { return {.kind = Kind::kScalar, .node = node}; }

bool IsMatrix(const Answer& answer) {
  return answer.kind == Kind::kMatrix && answer.columns > 0 && answer.items.size() <= kEntriesMax &&
         std::all_of(answer.items.begin(), answer.items.end(),
                     [](const Answer& item) { return item.kind == Kind::kScalar; });
}

std::vector<NodeId> EntriesOf(const Answer& matrix) {
  std::vector<NodeId> entries;
  entries.reserve(matrix.items.size());
  for (const Answer& item : matrix.items) entries.push_back(item.node);
  return entries;
}

}  // namespace

double MatrixAlgebra::WeightOf(NodeId id) {
  for (auto next = static_cast<NodeId>(weights_.size()); next <= id; ++next) {
    double weight = 1;
    for (const NodeId child : tree_.children(next)) weight += weights_[child];
    weights_.push_back(weight);
  }
  return weights_[id];
}

Answer MatrixAlgebra::Checked(Answer result) {
  double weight = 0;
  for (const Answer& item : result.items) weight += WeightOf(item.node);
  if (weight > kWeightMax) return {};
  return result;
}

Answer MatrixAlgebra::Sum(const Answer& a, const Answer& b) {
  if (!IsMatrix(a) || !IsMatrix(b) || a.columns != b.columns || a.items.size() != b.items.size()) {
    return {};
  }
  Answer sum = {.kind = Kind::kMatrix, .columns = a.columns};
  for (size_t i = 0; i < a.items.size(); ++i) {
    sum.items.push_back(EntryAt(tree_.Add(Op::kAdd, {a.items[i].node, b.items[i].node})));
  }
  return Checked(std::move(sum));
}

Answer MatrixAlgebra::Scaled(const Answer& matrix, NodeId factor) {
  if (!IsMatrix(matrix)) return {};
  Answer scaled = {.kind = Kind::kMatrix, .columns = matrix.columns};
  for (const Answer& item : matrix.items) {
    scaled.items.push_back(EntryAt(tree_.Add(Op::kMultiply, {factor, item.node})));
  }
  return Checked(std::move(scaled));
}

Answer MatrixAlgebra::Negated(const Answer& a) {
  const NodeId one = tree_.Add(Op::kNumber, {}, "1");
  return Scaled(a, tree_.Add(Op::kNegate, {one}));
}

Answer MatrixAlgebra::Product(const Answer& a, const Answer& b) {
  if (a.kind == Kind::kScalar && b.kind == Kind::kScalar) {
    return EntryAt(tree_.Add(Op::kMultiply, {a.node, b.node}));
  }
  if (a.kind == Kind::kScalar) return Scaled(b, a.node);
  if (b.kind == Kind::kScalar) return Scaled(a, b.node);
  if (!IsMatrix(a) || !IsMatrix(b)) return {};
  const auto inner = static_cast<size_t>(a.columns);
  const auto columns = static_cast<size_t>(b.columns);
  if (b.items.size() != inner * columns) return {};
  Answer product = {.kind = Kind::kMatrix, .columns = b.columns};
  for (size_t row = 0; row < a.items.size() / inner; ++row) {
    for (size_t column = 0; column < columns; ++column) {
      std::vector<NodeId> terms;
      terms.reserve(inner);
      for (size_t k = 0; k < inner; ++k) {
        terms.push_back(tree_.Add(
            Op::kMultiply, {a.items[row * inner + k].node, b.items[k * columns + column].node}));
      }
      product.items.push_back(EntryAt(inner == 1 ? terms[0] : tree_.Add(Op::kAdd, terms)));
    }
  }
  return Checked(std::move(product));
}

Answer MatrixAlgebra::Transposed(const Answer& a) {
  if (!IsMatrix(a)) return {};
  const auto columns = static_cast<size_t>(a.columns);
  const size_t rows = a.items.size() / columns;
  Answer turned = {.kind = Kind::kMatrix, .columns = static_cast<int>(rows)};
  for (size_t column = 0; column < columns; ++column) {
    for (size_t row = 0; row < rows; ++row) {
      turned.items.push_back(a.items[row * columns + column]);
    }
  }
  return turned;
}

Answer MatrixAlgebra::Power(const Answer& base, NodeId exponent) {
  int power = 0;
  switch (tree_.op(exponent)) {
    case Op::kSymbol:
      return tree_.text(exponent) == "T" ? Transposed(base) : Answer();
    case Op::kNegate: {
      const NodeId size = tree_.child(exponent, 0);
      const bool one = tree_.op(size) == Op::kNumber && tree_.text(size) == "1";
      return one ? Inverse(base) : Answer();
    }
    case Op::kNumber:
      break;
    default:
      return {};
  }
  if (!absl::SimpleAtoi(tree_.text(exponent), &power) || power < 1 || power > kPowerMax) return {};
  Answer result = base;
  for (int i = 1; i < power; ++i) result = Product(result, base);
  return result;
}

// By cofactors, for what people write.
Answer MatrixAlgebra::Inverse(const Answer& matrix) {
  const auto size = static_cast<size_t>(matrix.columns);
  const bool square = IsMatrix(matrix) && matrix.items.size() == size * size;
  if (!square || size < 2 || size > kInvertedMax) return {};
  const std::vector<NodeId> entries = EntriesOf(matrix);
  Answer inverse = {.kind = Kind::kMatrix, .columns = matrix.columns};
  for (size_t row = 0; row < size; ++row) {
    for (size_t column = 0; column < size; ++column) {
      NodeId cofactor = Cofactor(entries, size, column, row);
      if ((row + column) % 2 != 0) cofactor = tree_.Add(Op::kNegate, {cofactor});
      inverse.items.push_back(
          EntryAt(tree_.Add(Op::kDivide, {cofactor, Determinant(entries, size)})));
    }
  }
  return Checked(std::move(inverse));
}

NodeId MatrixAlgebra::Determinant(const std::vector<NodeId>& entries, size_t size) {
  const NodeId matrix = tree_.Add(Op::kMatrix, entries, "p", static_cast<uint16_t>(size));
  return tree_.Add(Op::kFunction, {matrix}, {}, static_cast<uint16_t>(Function::kDet));
}

NodeId MatrixAlgebra::Cofactor(const std::vector<NodeId>& entries, size_t size, size_t row,
                               size_t column) {
  std::vector<NodeId> minor;
  for (size_t i = 0; i < entries.size(); ++i) {
    if (i / size != row && i % size != column) minor.push_back(entries[i]);
  }
  return minor.size() == 1 ? minor[0] : Determinant(minor, size - 1);
}

}  // namespace whet::math
