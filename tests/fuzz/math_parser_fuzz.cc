// Whatever the bytes, the parser of mathematics ends within its limits and makes a tree.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "base/check.h"
#include "rewards/math/parser.h"

namespace {

using absl::string_view;
using whet::math::Expression;
using whet::math::kAbsentNode;
using whet::math::NodeId;
using whet::math::ParseOptions;

void CheckTree(const Expression& tree, const ParseOptions& options) {
  WHET_CHECK(tree.size() <= options.nodes_max + 1);
  WHET_CHECK(tree.root() != kAbsentNode);
  WHET_CHECK(tree.depth(tree.root()) <= options.depth_max);
  std::vector<bool> has_parent(tree.size());
  std::vector<NodeId> reached = {tree.root()};
  while (!reached.empty()) {
    const NodeId node = reached.back();
    reached.pop_back();
    for (const NodeId child : tree.children(node)) {
      WHET_CHECK(child < node);
      if (child == kAbsentNode) continue;
      WHET_CHECK(!has_parent[child]);
      has_parent[child] = true;
      reached.push_back(child);
    }
  }
}

std::string Tree(string_view text, const ParseOptions& options) {
  const absl::StatusOr<Expression> tree = whet::math::ParseMath(text, options);
  if (!tree.ok()) return "";
  CheckTree(*tree, options);
  return ExpressionText(*tree);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const ParseOptions options;
  const std::string tree = Tree(text, options);
  Tree(text, {.decimal_comma = true});
  // White space before it changes nothing.
  if (size + 2 <= options.bytes_max) WHET_CHECK(Tree("\n " + text, options) == tree);
  return 0;
}
