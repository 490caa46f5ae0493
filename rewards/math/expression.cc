#include "rewards/math/expression.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/check.h"

namespace whet::math {
namespace {

using absl::string_view;

// In the order of Op.
constexpr string_view kOpNames[] = {"_",
                                    "number",
                                    "repeating",
                                    "truncated",
                                    "based",
                                    "symbol",
                                    "constant",
                                    "text",
                                    "...",
                                    "add",
                                    "multiply",
                                    "divide",
                                    "power",
                                    "negate",
                                    "root",
                                    "plusminus",
                                    "minusplus",
                                    "percent",
                                    "degrees",
                                    "quantity",
                                    "factorial",
                                    "factorial2",
                                    "binomial",
                                    "abs",
                                    "norm",
                                    "floor",
                                    "ceil",
                                    "mod",
                                    "function",
                                    "apply",
                                    "compose",
                                    "derivative",
                                    "integral",
                                    "sum",
                                    "product",
                                    "bigunion",
                                    "bigintersection",
                                    "limit",
                                    "accent",
                                    "transpose",
                                    "list",
                                    "tuple",
                                    "vector",
                                    "set",
                                    "setbuilder",
                                    "interval",
                                    "union",
                                    "intersection",
                                    "difference",
                                    "matrix",
                                    "cases",
                                    "ratio",
                                    "date",
                                    "relation",
                                    "link",
                                    "chain",
                                    "not",
                                    "where",
                                    "phrase"};
static_assert(std::size(kOpNames) == static_cast<size_t>(Op::kPhrase) + 1);

constexpr string_view kJoiners[] = {"", ";", "and", "or"};
constexpr string_view kDirections[] = {"", "above", "below"};

// What a node says behind the name of its op: its detail and its text.
std::string Particulars(const Expression& tree, NodeId id) {
  switch (tree.op(id)) {
    case Op::kFunction:
      return std::string(NameOf(tree.function(id)));
    case Op::kRelation:
    case Op::kLink:
      return std::string(NameOf(tree.relation(id)));
    case Op::kList:
      return std::string(kJoiners[static_cast<size_t>(tree.joiner(id))]);
    case Op::kLimit:
      return std::string(kDirections[static_cast<size_t>(tree.direction(id))]);
    case Op::kMatrix:
      return absl::StrCat(tree.text(id), tree.text(id).empty() ? "" : " ", tree.columns(id));
    case Op::kInterval:
    case Op::kTuple:
      if (tree.op(id) == Op::kTuple && !tree.left_closed(id) && !tree.right_closed(id)) return "";
      return absl::StrCat(tree.left_closed(id) ? "[" : "(", " ", tree.right_closed(id) ? "]" : ")");
    case Op::kRatio:
      return tree.is_clock(id) ? "clock" : "";
    case Op::kMultiply:
      return tree.text(id).empty() ? "" : absl::StrCat("\"", tree.text(id), "\"");
    default:
      return std::string(tree.text(id));
  }
}

// What a node is without brackets around it; "" if it has them.
std::string Bare(const Expression& tree, NodeId id) {
  switch (tree.op(id)) {
    case Op::kNumber:
    case Op::kSymbol:
      return std::string(tree.text(id));
    case Op::kText:
      return absl::StrCat(
          "\"", absl::StrReplaceAll(tree.text(id), {{"\\", "\\\\"}, {"\"", "\\\""}}), "\"");
    case Op::kConstant:
      return absl::StrCat(NameOf(tree.constant(id)), tree.text(id));
    case Op::kAbsent:
    case Op::kEllipsis:
      return std::string(kOpNames[static_cast<size_t>(tree.op(id))]);
    default:
      return "";
  }
}

// Goes down with a stack of its own: whoever built the tree may have built a deep one.
class Writer {
 public:
  explicit Writer(const Expression& tree) : tree_(tree) {}

  std::string Run() {
    Open(tree_.root());
    while (!stack_.empty()) {
      Place& place = stack_.back();
      const absl::Span<const NodeId> children = tree_.children(place.id);
      if (place.next == children.size()) {
        out_.push_back(')');
        stack_.pop_back();
        continue;
      }
      out_.push_back(' ');
      Open(children[place.next++]);
    }
    return std::move(out_);
  }

 private:
  struct Place {
    NodeId id;
    size_t next;
  };

  void Open(NodeId id) {
    const std::string bare = Bare(tree_, id);
    if (!bare.empty()) {
      out_.append(bare);
      return;
    }
    absl::StrAppend(&out_, "(", kOpNames[static_cast<size_t>(tree_.op(id))]);
    const std::string particulars = Particulars(tree_, id);
    if (!particulars.empty()) absl::StrAppend(&out_, " ", particulars);
    stack_.push_back({id, 0});
  }

  const Expression& tree_;
  std::vector<Place> stack_;
  std::string out_;
};

}  // namespace

Expression::Expression() {
  constexpr size_t kOrdinaryNodes = 24;
  nodes_.reserve(kOrdinaryNodes);
  children_.reserve(kOrdinaryNodes);
  nodes_.push_back({Op::kAbsent, 0, 0, 0, 0, 0, 0});
}

NodeId Expression::Add(Op op, absl::Span<const NodeId> children, string_view text,
                       uint16_t detail) {
  uint16_t depth = 0;
  for (const NodeId child : children) {
    WHET_CHECK(child < nodes_.size());
    depth = std::max(depth, nodes_[child].depth);
  }
  if (depth < UINT16_MAX) ++depth;
  nodes_.push_back({op, detail, depth, static_cast<uint32_t>(children_.size()),
                    static_cast<uint32_t>(children.size()), static_cast<uint32_t>(texts_.size()),
                    static_cast<uint32_t>(text.size())});
  children_.insert(children_.end(), children.begin(), children.end());
  texts_.append(text.data(), text.size());
  return static_cast<NodeId>(nodes_.size() - 1);
}

std::string ExpressionText(const Expression& expression) { return Writer(expression).Run(); }

}  // namespace whet::math
