#include <algorithm>

#include "rewards/math/grammar.h"

namespace whet::math {

using absl::string_view;
using Kind = TokenKind;

namespace {

// The number sets that a letter means behind ∈. nullptr: none.
const Constant* SetOfLetter(string_view letter) {
  static constexpr struct {
    char letter;
    Constant constant;
  } kSets[] = {{'N', Constant::kNaturals},
               {'Z', Constant::kIntegers},
               {'Q', Constant::kRationals},
               {'R', Constant::kReals},
               {'C', Constant::kComplexes}};
  for (const auto& set : kSets) {
    if (letter == string_view(&set.letter, 1)) return &set.constant;
  }
  return nullptr;
}

}  // namespace

NodeId Grammar::Statement() {
  Take(Kind::kForAll);
  Items items;
  TakeItems(&items);
  NodeId node = Assemble(items);
  while (Take(Kind::kWhere) || Take(Kind::kForAll)) {
    Take(Kind::kForAll);
    Items condition;
    TakeItems(&condition);
    node = Make(Op::kWhere, {node, Assemble(condition)});
  }
  return node;
}

void Grammar::TakeItems(Items* items) {
  while (true) {
    around_.item_begin = position_;
    const NodeId item = Item();
    items->nodes.push_back(item);
    items->braced.push_back(item == braced_ && item != kAbsentNode);
    Separator separator;
    if (!TakeSeparator(&separator)) return;
    const bool word = separator == Separator::kAnd || separator == Separator::kOr;
    if (word && Is(Kind::kEnd)) {
      Fail("an operand is missing");
      return;
    }
    if (EndsItems()) return;
    items->separators.push_back(separator);
  }
}

// Whether what comes behind a separator is no item.
bool Grammar::EndsItems() const {
  switch (Now().kind) {
    case Kind::kWhere:
    case Kind::kForAll:
    case Kind::kEnd:
    case Kind::kAmpersand:
    case Kind::kRow:
    case Kind::kEndEnvironment:
      return true;
    default:
      return false;
  }
}

// ", and" is one separator. Two boxes side by side are items of a list.
bool Grammar::TakeSeparator(Separator* separator) {
  if (Is(Kind::kBoxed)) {
    *separator = Separator::kComma;
    return true;
  }
  const bool row = !around_.rows && Take(Kind::kRow);
  const bool comma = Take(Kind::kComma) || row;
  const bool semicolon = !comma && Take(Kind::kSemicolon);
  *separator = semicolon ? Separator::kSemicolon : Separator::kComma;
  if (Take(Kind::kAnd)) {
    if (!semicolon) *separator = Separator::kAnd;
  } else if (Take(Kind::kOr)) {
    *separator = Separator::kOr;
  } else {
    return comma || semicolon;
  }
  Take(Kind::kComma);
  return true;
}

NodeId Grammar::ListOf(absl::Span<const NodeId> nodes, Joiner joiner) {
  if (nodes.size() == 1) return nodes[0];
  return Make(Op::kList, nodes, {}, Of(joiner));
}

// Items [begin, end) between which there are commas and "and" only.
NodeId Grammar::AssemblePart(const Items& items, size_t begin, size_t end) {
  const auto separators = absl::MakeConstSpan(items.separators).subspan(begin, end - begin - 1);
  const bool has_and =
      std::find(separators.begin(), separators.end(), Separator::kAnd) != separators.end();
  return ListOf(absl::MakeConstSpan(items.nodes).subspan(begin, end - begin),
                has_and ? Joiner::kAnd : Joiner::kComma);
}

// Items [begin, end) without semicolons. "1, 2 or 3" is one list, but where "or" parts items into
// equal groups of several, as "x=1, y=2 or x=3, y=4", each is a list of its own.
NodeId Grammar::AssembleAlternatives(const Items& items, size_t begin, size_t end) {
  Nodes groups;
  size_t group_begin = begin;
  bool equal = true;
  absl::InlinedVector<size_t, 6> ends;
  for (size_t i = begin; i < end; ++i) {
    if (i + 1 < end && items.separators[i] != Separator::kOr) continue;
    ends.push_back(i + 1);
    equal &= i + 1 - group_begin == ends[0] - begin;
    group_begin = i + 1;
  }
  if (ends.size() == 1) return AssemblePart(items, begin, end);
  if (!equal || ends[0] - begin == 1) {
    return ListOf(absl::MakeConstSpan(items.nodes).subspan(begin, end - begin), Joiner::kOr);
  }
  group_begin = begin;
  for (const size_t group_end : ends) {
    groups.push_back(AssemblePart(items, group_begin, group_end));
    group_begin = group_end;
  }
  return ListOf(groups, Joiner::kOr);
}

NodeId Grammar::Assemble(const Items& items) {
  if (failed()) return kAbsentNode;
  Nodes parts;
  size_t begin = 0;
  for (size_t i = 0; i < items.nodes.size(); ++i) {
    if (i < items.separators.size() && items.separators[i] != Separator::kSemicolon) continue;
    parts.push_back(AssembleAlternatives(items, begin, i + 1));
    begin = i + 1;
  }
  return ListOf(parts, Joiner::kSemicolon);
}

NodeId Grammar::Item() {
  const NodeId statement = PlainItem();
  if (!IsConditionGroup()) return statement;
  return Make(Op::kWhere, {statement, Group()});
}

// (k ∈ Z), (x > 0): brackets around a statement of a name, which is no factor. Right behind a
// letter they are what it is applied to, unless they tell where another name is from.
bool Grammar::IsConditionGroup() const {
  if (!Is(Kind::kOpen, Of(Bracket::kRound))) return false;
  size_t at = 1;
  const auto is_name = [this](size_t which) {
    return IsAhead(which, Kind::kLetter) || IsAhead(which, Kind::kName);
  };
  while (is_name(at) && IsAhead(at + 1, Kind::kComma)) at += 2;
  if (!is_name(at) || !IsAhead(at + 1, Kind::kRelation) || position_ == 0) return false;
  const bool element = Ahead(at + 1).value == Of(Relation::kElementOf);
  const bool applied = tokens_[position_ - 1].kind == Kind::kLetter && !Now().space_before;
  return !applied || (element && Ahead(at).text == tokens_[position_ - 1].text);
}

NodeId Grammar::PlainItem() {
  if (const NodeId date = Date(); date != kAbsentNode) return date;
  const NodeId first = Ratio();
  Relation relation;
  if (!RelationNow(&relation)) return WithModulus(first);
  TakeRelation();
  NodeId right = Ratio();
  Nodes links = {first};
  Relation next;
  if (!RelationNow(&next)) return WithModulus(RelationOf(first, relation, right));
  links.push_back(Make(Op::kLink, {right}, {}, Of(relation)));
  while (RelationNow(&next)) {
    TakeRelation();
    right = Ratio();
    links.push_back(Make(Op::kLink, {right}, {}, Of(next)));
  }
  return Make(Op::kChain, links);
}

// Whether a relation comes now: a token of one, a bar between operands, or the word "in".
bool Grammar::RelationNow(Relation* relation) const {
  if (Is(Kind::kRelation)) {
    *relation = static_cast<Relation>(Now().value);
    if (*relation == Relation::kMid) return !around_.such_that;
    const bool closes = around_.angle && *relation == Relation::kGreater;
    return !closes;
  }
  *relation = Relation::kMid;
  if (Is(Kind::kBar)) return bars_.size() == around_.bars && !around_.such_that;
  *relation = Relation::kElementOf;
  return IsWordIn();
}

bool Grammar::IsWordIn() const {
  if (!Is(Kind::kLetter) || Now().run_before != 0 || Now().run != 2) return false;
  if (Now().text != "i" || Ahead(1).text != "n") return false;
  const Token& behind = Ahead(2);
  return behind.kind == Kind::kOpen || behind.kind == Kind::kBraceOpen ||
         behind.kind == Kind::kConstant ||
         (behind.kind == Kind::kLetter && SetOfLetter(behind.text) != nullptr);
}

void Grammar::TakeRelation() { Advance(IsWordIn() ? 2 : 1); }

NodeId Grammar::RelationOf(NodeId left, Relation relation, NodeId right) {
  if (failed()) return kAbsentNode;
  if (relation == Relation::kElementOf && OpOf(right) == Op::kSymbol) {
    const Constant* set = SetOfLetter(tree_.text(right));
    if (set != nullptr) right = MakeConstant(*set);
  }
  if (relation == Relation::kElementOf || relation == Relation::kNotElementOf) {
    right = SetOperand(right, right == braced_);
  }
  if (relation == Relation::kEquivalent && OpOf(right) == Op::kMod) {
    return Make(Op::kRelation, {left, tree_.child(right, 0), tree_.child(right, 1)}, {},
                Of(relation));
  }
  return Make(Op::kRelation, {left, right}, {}, Of(relation));
}

// What stands before (mod n).
NodeId Grammar::WithModulus(NodeId node) {
  NodeId modulus;
  if (Take(Kind::kPmod)) {
    modulus = Argument();
  } else if (Is(Kind::kOpen, Of(Bracket::kRound)) && IsAhead(1, Kind::kMod)) {
    Take(Kind::kOpen);
    Take(Kind::kMod);
    const Inside inside(this);
    modulus = WholeSum();
    if (!Take(Kind::kClose, Of(Bracket::kRound))) Fail("a closing ) is expected");
  } else {
    return node;
  }
  if (failed()) return kAbsentNode;
  if (OpOf(node) == Op::kRelation && tree_.children(node).size() == 2) {
    return Make(Op::kRelation, {tree_.child(node, 0), tree_.child(node, 1), modulus}, {},
                Of(tree_.relation(node)));
  }
  return Make(Op::kMod, {node, modulus});
}

NodeId Grammar::Ratio() {
  const NodeId first = WithUnit(Union());
  const bool separates = around_.such_that && OpOf(first) != Op::kNumber;
  if (!Is(Kind::kColon) || separates) return first;
  Nodes parts = {first};
  bool clock = IsInteger(first);
  std::string unit;
  while (Take(Kind::kColon)) {
    clock = clock && Now().text.size() == 2;
    const NodeId part = Union();
    clock = clock && IsInteger(part);
    unit = std::exchange(unit_, "");
    parts.push_back(part);
  }
  const NodeId ratio = Make(Op::kRatio, parts, {}, clock ? 1 : 0);
  unit_ = std::move(unit);
  return WithUnit(ratio);
}

}  // namespace whet::math
