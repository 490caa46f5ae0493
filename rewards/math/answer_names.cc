#include "rewards/math/answer_names.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace whet::math {
namespace {

bool AllNames(const Expression& tree, NodeId id) {
  const auto children = tree.children(id);
  return std::all_of(children.begin(), children.end(),
                     [&tree](NodeId child) { return IsName(tree, child); });
}

// AB: points by their capital letters.
bool IsSegment(const Expression& tree, NodeId id) {
  const auto children = tree.children(id);
  return tree.op(id) == Op::kMultiply && children.size() == 2 &&
         std::all_of(children.begin(), children.end(), [&tree](NodeId child) {
           return tree.op(child) == Op::kSymbol && absl::ascii_isupper(tree.text(child)[0]);
         });
}

}  // namespace

bool IsFreeSymbol(const Expression& tree, NodeId id) {
  return tree.op(id) == Op::kSymbol && tree.text(id) != "e" && tree.text(id) != "i";
}

bool HasSymbols(const Expression& tree, NodeId id) {
  if (IsFreeSymbol(tree, id)) return true;
  const auto children = tree.children(id);
  return std::any_of(children.begin(), children.end(),
                     [&tree](NodeId child) { return HasSymbols(tree, child); });
}

bool HasSymbol(const Expression& tree, NodeId id, absl::string_view name) {
  if (tree.op(id) == Op::kSymbol && tree.text(id) == name) return true;
  const auto children = tree.children(id);
  return std::any_of(children.begin(), children.end(),
                     [&tree, name](NodeId child) { return HasSymbol(tree, child, name); });
}

bool IsName(const Expression& tree, NodeId id) {
  switch (tree.op(id)) {
    case Op::kSymbol:
    case Op::kApply:
    case Op::kText:
      return true;
    case Op::kAbs:
      return AllNames(tree, id) || IsSegment(tree, tree.child(id, 0));
    case Op::kAccent:
    case Op::kTuple:
    case Op::kDivide:
    case Op::kRatio:
      return AllNames(tree, id);
    case Op::kMultiply:
      return !tree.text(id).empty() && AllNames(tree, id);
    default:
      return false;
  }
}

bool NameHas(const Expression& tree, NodeId name, absl::string_view symbol) {
  if (tree.op(name) == Op::kApply) {
    const auto arguments = tree.children(name).subspan(1);
    return std::any_of(arguments.begin(), arguments.end(), [&](NodeId argument) {
      return tree.op(argument) == Op::kSymbol && tree.text(argument) == symbol;
    });
  }
  return tree.op(name) == Op::kSymbol && absl::EndsWith(tree.text(name), absl::StrCat("_", symbol));
}

}  // namespace whet::math
