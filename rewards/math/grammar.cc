#include "rewards/math/grammar.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "rewards/math/count_words.h"
#include "rewards/math/numbers.h"

namespace whet::math {

using absl::string_view;
using Kind = TokenKind;

Grammar::Grammar(const NormalizedText& source, Tokens* tokens, const ParseOptions& options)
    : source_(source), tokens_(tokens->list), options_(options) {}

const Token& Grammar::Ahead(size_t count) const {
  return tokens_[std::min(position_ + count, tokens_.size() - 1)];
}

// Never behind the last token; nowhere after a failure.
void Grammar::MoveTo(size_t position) {
  if (failed()) return;
  position_ = static_cast<uint32_t>(std::min(position, tokens_.size() - 1));
}

bool Grammar::Take(TokenKind kind) {
  if (!Is(kind)) return false;
  Advance();
  return true;
}

bool Grammar::Take(TokenKind kind, uint8_t value) { return Is(kind, value) && Take(kind); }

void Grammar::Expect(TokenKind kind, string_view what) {
  if (!Take(kind)) Fail(absl::StrCat(what, " is expected"));
}

NodeId Grammar::Fail(string_view what) {
  if (status_.ok()) {
    status_ = absl::InvalidArgumentError(
        absl::StrCat("byte ", source_.OriginOf(Now().begin) + 1, ": ", what));
  }
  position_ = static_cast<uint32_t>(tokens_.size() - 1);
  return kAbsentNode;
}

NodeId Grammar::Exhaust(string_view what) {
  if (status_.ok()) status_ = absl::ResourceExhaustedError(what);
  return Fail("");
}

NodeId Grammar::Make(Op op, absl::Span<const NodeId> children, string_view text, uint16_t detail) {
  if (failed()) return kAbsentNode;
  if (tree_.size() > options_.nodes_max) return Exhaust("more nodes than the limit");
  const NodeId node = tree_.Add(op, children, text, detail);
  if (tree_.depth(node) > options_.depth_max) return Exhaust("a deeper tree than the limit");
  return node;
}

NodeId Grammar::Make(Op op, std::initializer_list<NodeId> children, string_view text,
                     uint16_t detail) {
  return Make(op, absl::MakeConstSpan(children.begin(), children.size()), text, detail);
}

NodeId Grammar::MakeConstant(Constant constant, string_view text) {
  return Make(Op::kConstant, {}, text, Of(constant));
}

NodeId Grammar::MakeNumber(string_view literal) {
  return Make(Op::kNumber, {}, CanonicalNumeral(literal));
}

bool Grammar::IsInteger(NodeId id) const {
  return OpOf(id) == Op::kNumber && tree_.text(id).find_first_of(".e") == string_view::npos;
}

bool Grammar::IsInfinite(NodeId id) const {
  if (OpOf(id) == Op::kNegate) return IsInfinite(tree_.child(id, 0));
  return OpOf(id) == Op::kConstant && tree_.constant(id) == Constant::kInfinity;
}

// 2024-01-31 or 31/1/2024, and nothing more in the item: three integers without spaces, one of them
// of four digits. The absent node if it is none.
NodeId Grammar::Date() {
  const Kind separator = Ahead(1).kind;
  if (separator != Kind::kMinus && separator != Kind::kDivide) return kAbsentNode;
  if (!IsAhead(3, separator) || !EndsOperand(Ahead(5).kind)) return kAbsentNode;
  const bool year_first = separator == Kind::kMinus;
  for (const size_t i : {0, 2, 4}) {
    const size_t digits = Ahead(i).text.size();
    const bool year = i == (year_first ? 0 : 4);
    const bool fits = year ? digits == 4 : digits == 2 || (digits == 1 && !year_first);
    if (!IsAhead(i, Kind::kNumber) || Ahead(i).value != Of(NumberForm::kInteger) || !fits ||
        (i > 0 && Ahead(i).space_before)) {
      return kAbsentNode;
    }
  }
  const string_view text = Ahead(1).text;
  const NodeId parts[] = {MakeNumber(Ahead(0).text), MakeNumber(Ahead(2).text),
                          MakeNumber(Ahead(4).text)};
  Advance(5);
  return Make(Op::kDate, parts, text);
}

// "= 5", "≈ 5", "⇒ x = 5", "about 5": what an answer goes on with.
void Grammar::SkipLeadingRelations() {
  while (Is(Kind::kRelation, Of(Relation::kEqual)) || Is(Kind::kRelation, Of(Relation::kImplies)) ||
         Is(Kind::kRelation, Of(Relation::kApprox)) ||
         Is(Kind::kRelation, Of(Relation::kSimilar))) {
    Advance();
  }
  const bool text = Is(Kind::kText);
  const size_t end = text ? position_ + 1 : RunEnd(position_);
  const string_view word = text ? Now().text : RunText(position_);
  for (const string_view about : {"approximately", "approx", "about", "roughly", "around", "nearly",
                                  "约", "大约", "约为", "约等于"}) {
    if (!absl::EqualsIgnoreCase(word, about)) continue;
    const Kind next = tokens_[end].kind;
    if (next == Kind::kNumber || next == Kind::kMinus || next == Kind::kCurrency ||
        next == Kind::kFraction || next == Kind::kRoot) {
      MoveTo(end);
    }
    return;
  }
}

// Words that are a number, and all of the text: "forty-two".
NodeId Grammar::WithoutSpelling(NodeId root) {
  if (OpOf(root) != Op::kText && OpOf(root) != Op::kMultiply) return root;
  const std::string number = SpelledNumber(tree_.text(root));
  return number.empty() ? root : MakeNumber(number);
}

absl::StatusOr<Expression> Grammar::Run() {
  SkipLeadingRelations();
  NodeId root = Statement();
  if (Take(Kind::kOver)) root = Make(Op::kDivide, {root, Statement()});
  root = WithoutSpelling(root);
  if (!Is(Kind::kEnd)) Fail("an operator is missing, or a bracket");
  if (failed()) return status_;
  tree_.SetRoot(root);
  return std::move(tree_);
}

absl::StatusOr<Expression> ParseMath(string_view text, const ParseOptions& options) {
  if (text.size() > options.bytes_max) {
    return absl::ResourceExhaustedError(
        absl::StrCat("a text of more than ", options.bytes_max, " bytes"));
  }
  WHET_ASSIGN_OR_RETURN(const NormalizedText source, Normalize(text));
  WHET_ASSIGN_OR_RETURN(Tokens tokens, Tokenize(source, options));
  return Grammar(source, &tokens, options).Run();
}

}  // namespace whet::math
