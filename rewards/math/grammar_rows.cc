#include <utility>
#include <vector>

#include "rewards/math/grammar.h"

namespace whet::math {

using absl::string_view;
using Kind = TokenKind;

// An environment of rows: a matrix, cases, or a system.
NodeId Grammar::Rows() {
  const auto environment = static_cast<Environment>(Now().value);
  const string_view bracket = Now().text;
  const bool behind_brace = position_ > 0 && tokens_[position_ - 1].kind == Kind::kOpen &&
                            tokens_[position_ - 1].value == Of(Bracket::kCurly);
  Take(Kind::kBegin);
  std::vector<Nodes> rows(1);
  {
    const Inside inside(this);
    around_.rows = true;
    while (!Is(Kind::kEndEnvironment)) {
      if (Take(Kind::kRow)) {
        if (!rows.back().empty()) rows.emplace_back();
        continue;
      }
      Take(Kind::kComma);
      Take(Kind::kWhere);
      const bool empty = Is(Kind::kAmpersand) || Is(Kind::kRow) || Is(Kind::kEndEnvironment);
      rows.back().push_back(empty ? kAbsentNode : Statement());
      if (Take(Kind::kAmpersand) || Is(Kind::kRow) || Is(Kind::kEndEnvironment)) continue;
      Fail("the end of the rows is expected");
      break;
    }
  }
  Take(Kind::kEndEnvironment);
  if (rows.back().empty()) rows.pop_back();
  if (failed()) return kAbsentNode;
  if (rows.empty()) return Fail("no rows");
  const bool system = environment == Environment::kCases || environment == Environment::kLines ||
                      (environment == Environment::kArray && behind_brace);
  if (system) return SystemOf(rows);
  const NodeId matrix = MatrixOf(rows, bracket);
  if (environment == Environment::kNormMatrix) return Make(Op::kNorm, {matrix});
  if (environment != Environment::kDeterminant) return matrix;
  return Make(Op::kFunction, {matrix}, {}, Of(Function::kDet));
}

NodeId Grammar::MatrixOf(const std::vector<Nodes>& rows, string_view bracket) {
  std::vector<NodeId> entries;
  for (const Nodes& row : rows) {
    if (row.size() != rows[0].size()) return Fail("rows of different lengths");
    for (const NodeId entry : row) {
      if (entry == kAbsentNode) return Fail("an entry is missing");
      entries.push_back(entry);
    }
  }
  return Make(Op::kMatrix, entries, bracket, static_cast<uint16_t>(rows[0].size()));
}

// Rows of one column are all true; those of two are values and their conditions.
NodeId Grammar::SystemOf(const std::vector<Nodes>& rows) {
  Nodes lines;
  bool conditions = false;
  for (const Nodes& row : rows) conditions |= row.size() == 2;
  for (const Nodes& row : rows) {
    if (row.size() > 2 || row[0] == kAbsentNode) return Fail("no rows of cases or of a system");
    lines.push_back(row[0]);
    if (conditions) lines.push_back(row.size() == 2 ? row[1] : kAbsentNode);
  }
  if (conditions) return Make(Op::kCases, lines);
  return ListOf(lines, Joiner::kAnd);
}

}  // namespace whet::math
