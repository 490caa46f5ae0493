// The tree of a mathematical expression, as it was written: nothing is evaluated, reordered or
// simplified. rewards/math/parser.h makes it from LaTeX or plain text.
#ifndef WHET_REWARDS_MATH_EXPRESSION_H_
#define WHET_REWARDS_MATH_EXPRESSION_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rewards/math/names.h"

namespace whet::math {

// What a node is. In brackets its children, in their order; "…" stands for any number of them. A
// child that was not written is the absent node (kAbsentNode) where the place is listed with "?".
enum class Op : uint8_t {
  kAbsent,  // Nothing was written. Only node 0, which may be a child of many nodes.

  // Leaves, and what belongs to a literal.
  kNumber,     // A literal without sign; Expression::text has the form of `Numerals` below.
  kRepeating,  // A decimal with a period; text: "0.1(6)".
  kTruncated,  // (number): a decimal that goes on, as 3.14… and 0.333...
  kBased,      // (base): digits in another base, as 204_5; text: the digits, "204" or "1a2".
  kSymbol,     // A name that is not split further; text: see `Names` below.
  kConstant,   // constant(); of number sets, text tells the part: "" for all, "+", "-", "*", "0",
               // ">0", "<0", ">=0", "<=0", "!=0", as written.
  kText,       // Words, from \text{…} or plain; text: as written, white space collapsed.
  kEllipsis,   // … in a list, a sum or a product.

  // Arithmetic.
  kAdd,              // (term, term, …): a - b is (add a (negate b)); mixed numbers are sums too.
  kMultiply,         // (factor, factor, …). If text is not empty, the factors are the letters of
                     // a run that stands alone ("AB", "odd"), which may be a word: text has it.
  kDivide,           // (numerator, denominator): \frac and /.
  kPower,            // (base, exponent).
  kNegate,           // (x).
  kRoot,             // (radicand, index?): the index is absent of square roots.
  kPlusMinus,        // (x) or (a, b): ± before x, or a ± b.
  kMinusPlus,        // (x) or (a, b): the same with ∓.
  kPercent,          // (x): x %.
  kDegrees,          // (x): x°. 30' is (divide 30 60) degrees, and x rad is 180 x / pi degrees.
  kQuantity,         // (value): a value with a unit or a currency; text: see `Units` below.
  kFactorial,        // (n).
  kDoubleFactorial,  // (n): n!!; three and more marks are single factorials in each other.
  kBinomial,         // (n, k).
  kAbs,              // (x): |x|.
  kNorm,             // (x): ‖x‖.
  kFloor,            // (x).
  kCeil,             // (x).
  kMod,              // (a, n): the remainder a mod n, and a (mod n) outside of a relation.

  // Functions.
  kFunction,    // (argument, …): function(). kLog has (x, base?), kFallingFactorial (n, k).
  kApply,       // (function, argument, …): of a function that is not known, as f(x): the first
                // child is a symbol (f, f', P) or an expression of it: f^{-1}(x), (f ∘ g)(x).
  kCompose,     // (f, g): f ∘ g.
  kDerivative,  // (body, variable, order): d/dx, d²y/dx², ∂/∂x. Mixed ones are in each other. f' is
                // a symbol, as x' is.
  kIntegral,    // (body, variable?, from?, to?): `from` may be a region, with `to` absent.
  kSum,         // (body, variable?, from?, to?): without = below the sign, what stands there is
                // `variable`: a condition (i < j, k ∈ S), or a symbol.
  kProduct,     // (body, variable?, from?, to?): as kSum.
  kBigUnion,    // (body, variable?, from?, to?): as kSum.
  kBigIntersection,  // (body, variable?, from?, to?): as kSum.
  kLimit,            // (body, variable, to): direction().
  kAccent,           // (x): a mark over what is no plain name; text: "hat", "vec", … \overline and
                     // \bar are always this, with text "overline": a conjugate, a segment, digits.
  kTranspose,        // (x): A^\top, and ^T of a matrix; A^T of a symbol is a power.

  // Several, and sets.
  kList,           // (item, item, …): without brackets: joiner().
  kTuple,          // (item, …): in round or square brackets: left_closed(), right_closed(). Square
                   // ones have three items or more. Not fewer than two. See kInterval.
  kVector,         // (item, …): in angle brackets.
  kSet,            // (item, …): in braces. The empty set is a constant.
  kSetBuilder,     // (element, condition): {x | x > 0}.
  kInterval,       // (from, to): left_closed(), right_closed(). Two items in brackets of which one
                   // is square (or French: ]0,1[), or with ±∞ as an item, or in round ones beside
                   // ∪ ∩ ∖ or behind ∈; others are kTuple.
  kUnion,          // (set, set, …).
  kIntersection,   // (set, set, …).
  kSetDifference,  // (set, set): \setminus, and - where one side is visibly a set.
  kMatrix,         // (entry, …): row by row, columns(); text: "p", "b", "B", or "". A vmatrix is
                   // kFunction det of it, a Vmatrix kNorm.
  kCases,          // (value, condition?, value, condition?, …): a system of equations is kList.
  kRatio,          // (x, x, …): 3:2, and times as 12:05; is_clock().
  kDate,           // (number, number, number): in the order written; text: the separator, "-" "/".

  // Statements.
  kRelation,  // (left, right, modulus?): relation().
  kLink,      // (right): only as a child of kChain: relation() and what stands right of it.
  kChain,     // (first, link, link, …): a < b <= c; at least two links.
  kNot,       // (statement).
  kWhere,     // (x, condition): "x for k in Z", "x if n is even", "x, where …".
  kPhrase,    // (part, …): words and mathematics mixed, as "all reals except 0".
};

// Numerals: kNumber's text is digits, then maybe "." and digits, then maybe "e" and an exponent.
// Of the whole part, leading zeros are gone and "0" stays; those behind the point are as written,
// so "1.50" and "1.5" are different texts and decimals differ from integers. Thousands separators
// are gone. The exponent has no leading zeros, and "-" if it is negative: "1.2e-13". Powers of ten
// (1.2 \times 10^5) are products.
//
// Names: a letter ("x"), a Greek name ("alpha", "Gamma"), or an unknown command ("\zzz"), with
// accents as "hat(x)" or "vec(AB)" around it, then primes, then a subscript: "x_1", "x_max",
// "x_{i,j}", "x'_{n+1}". Braces are dropped around letters and digits alone; white space, fonts and
// \text are gone from it. Case stays. \varepsilon and the like are named as the plain letters.
// `e` and `i` are symbols: whether they are Euler's number and the imaginary unit is for the reader
// to decide, by what else is bound to them. \mathrm{e}, \mathrm{i} and their like are constants.
// "(C)" is the symbol C, and \text{(C)} the text "(C)".
//
// Units: one spelling for each unit of rewards/math/units.h ("cm", "m^2", "km/h", "$", "degC");
// other words in lower case, singular, with one space between. What is no unit (units.h, IsUnit)
// and stands behind a value makes a kPhrase of both: "5 or so" is not 5.

using NodeId = uint32_t;
constexpr NodeId kAbsentNode = 0;

// How the items of kList are joined; "1, 2, and 3" is kAnd.
enum class Joiner : uint8_t { kComma, kSemicolon, kAnd, kOr };

// From which side a limit is taken.
enum class Direction : uint8_t { kBoth, kAbove, kBelow };

// A tree in three flat arrays: copied and destroyed without recursion, whatever its depth. Nodes
// have larger ids than their children: going through the ids in order meets children first. There
// may be nodes that the root does not reach. The parser makes each node but the absent one the
// child of one; what is added later may share them.
class Expression {
 public:
  // Nothing but the absent node, which is the root.
  Expression();

  NodeId root() const { return root_; }
  size_t size() const { return nodes_.size(); }  // The absent node included.

  Op op(NodeId id) const { return nodes_[id].op; }
  // The longest way down to a leaf: 1 for a leaf.
  int depth(NodeId id) const { return nodes_[id].depth; }
  absl::Span<const NodeId> children(NodeId id) const {
    return absl::MakeConstSpan(children_).subspan(nodes_[id].children_begin,
                                                  nodes_[id].children_size);
  }
  NodeId child(NodeId id, size_t which) const { return children(id)[which]; }
  absl::string_view text(NodeId id) const {
    return absl::string_view(texts_).substr(nodes_[id].text_begin, nodes_[id].text_size);
  }

  // Of the ops that say so; meaningless for others.
  Constant constant(NodeId id) const { return static_cast<Constant>(nodes_[id].detail); }
  Function function(NodeId id) const { return static_cast<Function>(nodes_[id].detail); }
  Relation relation(NodeId id) const { return static_cast<Relation>(nodes_[id].detail); }
  Joiner joiner(NodeId id) const { return static_cast<Joiner>(nodes_[id].detail); }
  Direction direction(NodeId id) const { return static_cast<Direction>(nodes_[id].detail); }
  int columns(NodeId id) const { return nodes_[id].detail; }
  // Whether the bracket at that end includes it, as [ and ] do around an interval.
  bool left_closed(NodeId id) const { return (nodes_[id].detail & kLeftClosed) != 0; }
  bool right_closed(NodeId id) const { return (nodes_[id].detail & kRightClosed) != 0; }
  // Of kRatio: integers only, and two digits each behind the first: a time, or a ratio.
  bool is_clock(NodeId id) const { return nodes_[id].detail != 0; }
  // Any of them, for a copy.
  uint16_t detail(NodeId id) const { return nodes_[id].detail; }

  static constexpr uint16_t kLeftClosed = 1;
  static constexpr uint16_t kRightClosed = 2;

  // Builds from the leaves up: the children must be there already. `detail` is a value of one of
  // the enums above, or as its reader has it.
  NodeId Add(Op op, absl::Span<const NodeId> children, absl::string_view text = {},
             uint16_t detail = 0);
  NodeId Add(Op op, std::initializer_list<NodeId> children, absl::string_view text = {},
             uint16_t detail = 0) {
    return Add(op, absl::MakeConstSpan(children.begin(), children.size()), text, detail);
  }
  void SetRoot(NodeId id) { root_ = id; }

 private:
  struct Node {
    Op op;
    uint16_t detail;
    uint16_t depth;
    uint32_t children_begin;
    uint32_t children_size;
    uint32_t text_begin;
    uint32_t text_size;
  };

  std::vector<Node> nodes_;
  std::vector<NodeId> children_;
  std::string texts_;
  NodeId root_ = kAbsentNode;
};

// A node and what is below it.
struct Subtree {
  const Expression* expression;
  NodeId root;
};

// The tree as an S-expression, one text for one tree: (add 1 (multiply 2 x)). Numbers, symbols and
// constants stand alone; a text is "quoted"; what else a node says follows its name:
// (function sin x), (relation < x 3), (interval [ ) 0 1), (quantity cm 3), (matrix 2 1 0 0 1).
// The absent node is "_". For tests and for people.
std::string ExpressionText(const Expression& expression);

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_EXPRESSION_H_
