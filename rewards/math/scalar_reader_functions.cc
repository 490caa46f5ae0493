// Functions by name.
#include <algorithm>
#include <optional>
#include <vector>

#include "rewards/math/scalar_reader.h"

namespace whet::math {
namespace {

// Determinants are written out by minors.
constexpr size_t kDeterminantSizeMax = 6;

// How a function is made of a kind of term: of its argument or of 1/argument, and then maybe
// inverted.
struct Recipe {
  TermKind kind;
  bool of_inverse = false;
  bool inverted = false;
};

std::optional<Recipe> RecipeOf(Function function) {
  switch (function) {
    case Function::kSin:
      return Recipe{TermKind::kSin};
    case Function::kCos:
      return Recipe{TermKind::kCos};
    case Function::kTan:
      return Recipe{TermKind::kTan};
    case Function::kSec:
      return Recipe{TermKind::kCos, false, true};
    case Function::kCsc:
      return Recipe{TermKind::kSin, false, true};
    case Function::kArcsin:
      return Recipe{TermKind::kArcsin};
    case Function::kArccos:
      return Recipe{TermKind::kArccos};
    case Function::kArctan:
      return Recipe{TermKind::kArctan};
    case Function::kArccsc:
      return Recipe{TermKind::kArcsin, true};
    case Function::kArcsec:
      return Recipe{TermKind::kArccos, true};
    case Function::kSinh:
      return Recipe{TermKind::kSinh};
    case Function::kCosh:
      return Recipe{TermKind::kCosh};
    case Function::kTanh:
      return Recipe{TermKind::kTanh};
    case Function::kCoth:
      return Recipe{TermKind::kTanh, false, true};
    case Function::kSech:
      return Recipe{TermKind::kCosh, false, true};
    case Function::kCsch:
      return Recipe{TermKind::kSinh, false, true};
    case Function::kArsinh:
      return Recipe{TermKind::kArsinh};
    case Function::kArcosh:
      return Recipe{TermKind::kArcosh};
    case Function::kArtanh:
      return Recipe{TermKind::kArtanh};
    case Function::kArcoth:
      return Recipe{TermKind::kArtanh, true};
    case Function::kArsech:
      return Recipe{TermKind::kArcosh, true};
    case Function::kArcsch:
      return Recipe{TermKind::kArsinh, true};
    default:
      return std::nullopt;
  }
}

std::optional<TermKind> PlainKindOf(Function function) {
  switch (function) {
    case Function::kExp:
      return TermKind::kExp;
    case Function::kLn:
      return TermKind::kLn;
    case Function::kRe:
      return TermKind::kRe;
    case Function::kIm:
      return TermKind::kIm;
    case Function::kConjugate:
      return TermKind::kConjugate;
    case Function::kArg:
      return TermKind::kArg;
    case Function::kSgn:
      return TermKind::kSgn;
    case Function::kGamma:
      return TermKind::kGamma;
    case Function::kZeta:
      return TermKind::kZeta;
    default:
      return std::nullopt;
  }
}

bool TakesAngles(Function function) { return function <= Function::kCsc; }

}  // namespace

TermId ScalarReader::ReadFunction(NodeId node) {
  const Function function = expression_->function(node);
  if (RecipeOf(function).has_value() || function == Function::kCot ||
      function == Function::kArccot) {
    return ReadTrigonometric(node);
  }
  if (const std::optional<TermKind> kind = PlainKindOf(function)) {
    return maker_->Function(*kind, ReadNode(expression_->child(node, 0)));
  }
  switch (function) {
    case Function::kLog:
      return ReadLogarithm(node);
    case Function::kDet:
    case Function::kTrace:
      return ReadOfMatrix(node);
    default:
      return ReadSeveral(node);
  }
}

TermId ScalarReader::ReadTrigonometric(NodeId node) {
  const Function function = expression_->function(node);
  const int angles = TakesAngles(function) ? 1 : 0;
  trigonometric_depth_ += angles;
  const TermId argument = ReadNode(expression_->child(node, 0));
  trigonometric_depth_ -= angles;
  if (function == Function::kCot) {
    const TermId cosine = maker_->Function(TermKind::kCos, argument);
    return maker_->Divide(cosine, maker_->Function(TermKind::kSin, argument));
  }
  return ReadReciprocal(function, argument);
}

TermId ScalarReader::ReadReciprocal(Function function, TermId argument) {
  const TermId minus_one = maker_->Integer(-1);
  if (function == Function::kArccot) {
    if (argument == maker_->Integer(0)) {
      return maker_->Divide(maker_->pool().Make(TermKind::kPi), maker_->Integer(2));
    }
    return maker_->Function(TermKind::kArctan, maker_->Power(argument, minus_one));
  }
  const Recipe recipe = *RecipeOf(function);
  if (recipe.of_inverse) argument = maker_->Power(argument, minus_one);
  const TermId value = maker_->Function(recipe.kind, argument);
  return recipe.inverted ? maker_->Power(value, minus_one) : value;
}

TermId ScalarReader::ReadLogarithm(NodeId node) {
  const absl::Span<const NodeId> children = expression_->children(node);
  const TermId argument = ReadNode(children[0]);
  if (children.size() < 2 || children[1] == kAbsentNode) {
    return maker_->Function(TermKind::kLn, argument);
  }
  return maker_->Logarithm(argument, ReadNode(children[1]));
}

TermId ScalarReader::ReadSeveral(NodeId node) {
  const Function function = expression_->function(node);
  absl::Span<const NodeId> children = expression_->children(node);
  if (children.size() == 1) {
    const Op op = expression_->op(children[0]);
    // min {1, 2}, gcd (4, 6).
    if (op == Op::kSet || op == Op::kTuple || op == Op::kList || op == Op::kInterval) {
      children = expression_->children(children[0]);
    }
  }
  const std::vector<TermId> args = ReadAll(children);
  if (args.empty()) return NotScalar("a function without arguments");
  TermId result = args[0];
  switch (function) {
    case Function::kGcd:
      return maker_->CommonDivisor(args);
    case Function::kLcm:
      return maker_->CommonMultiple(args);
    case Function::kMin:
      for (const TermId arg : args) result = maker_->Smallest(result, arg);
      return result;
    case Function::kMax:
      for (const TermId arg : args) result = maker_->Largest(result, arg);
      return result;
    case Function::kFallingFactorial:
    case Function::kPermutations:
      if (args.size() == 2) return maker_->FallingFactorial(args[0], args[1]);
      break;
    default:
      break;
  }
  return NotScalar("a function with arguments that it does not take");
}

TermId ScalarReader::ReadOfMatrix(NodeId node) {
  const NodeId matrix = expression_->child(node, 0);
  const bool trace = expression_->function(node) == Function::kTrace;
  if (expression_->op(matrix) == Op::kSymbol) {
    return maker_->Kernel(trace ? "trace" : "determinant", {ReadNode(matrix)});
  }
  if (expression_->op(matrix) != Op::kMatrix) return NotScalar("a function of what is no matrix");
  const auto size = static_cast<size_t>(expression_->columns(matrix));
  if (size * size != expression_->children(matrix).size()) return maker_->Undefined();
  const std::vector<TermId> entries = ReadAll(expression_->children(matrix));
  if (!trace) return Determinant(entries, size);
  std::vector<TermId> diagonal;
  diagonal.reserve(size);
  for (size_t i = 0; i < size; ++i) diagonal.push_back(entries[i * size + i]);
  return maker_->Add(diagonal);
}

// By the minors of the first row.
TermId ScalarReader::Determinant(absl::Span<const TermId> entries, size_t size) {
  if (size > kDeterminantSizeMax) {
    return Fail(absl::UnimplementedError("the determinant of a large matrix"));
  }
  if (size == 1) return entries[0];
  std::vector<TermId> terms;
  for (size_t column = 0; column < size; ++column) {
    std::vector<TermId> minor;
    for (size_t i = size; i < entries.size(); ++i) {
      if (i % size != column) minor.push_back(entries[i]);
    }
    const TermId sign = maker_->Integer(column % 2 == 0 ? 1 : -1);
    terms.push_back(maker_->Multiply({sign, entries[column], Determinant(minor, size - 1)}));
  }
  return maker_->Add(terms);
}

}  // namespace whet::math
