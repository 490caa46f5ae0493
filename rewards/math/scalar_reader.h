// Reads an expression as a scalar: what is written becomes terms.
#ifndef WHET_REWARDS_MATH_SCALAR_READER_H_
#define WHET_REWARDS_MATH_SCALAR_READER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rewards/math/expression.h"
#include "rewards/math/term_maker.h"

namespace whet::math {

// What the letters e and i are, and the degree sign. Both sides of a comparison are read alike.
struct ReadingRules {
  // e is Euler's number and i the imaginary unit, but where either side binds that letter (as the
  // index of a sum or product, the variable of an integral, derivative or limit) or applies it as a
  // function: then it is a symbol everywhere.
  bool e_is_number = true;
  bool i_is_number = true;
  // 30° outside of a trigonometric function: pi/6, or else 30. Inside it is always pi/6.
  bool degrees_are_radians = true;
  // Sums and products are written out up to so many terms.
  int64_t terms_max = 10000;
};

// Clears the flags of letters that are bound below `root`.
void NoteBoundLetters(const Expression& expression, NodeId root, ReadingRules* rules);

// What else the text of a side tells.
struct ReadingNotes {
  // A literal with a point that is no integer, or one that goes on: 3.14…
  bool has_decimal = false;
  bool has_bare_degrees = false;  // Outside of trigonometric functions.
  bool has_unevaluated = false;   // A kernel whose value is known to mathematics, but not here.
};

// Reads one side. Conventions where people differ:
//   - \log without a base is natural, as in Math-Verify's parser; \lg has base 10.
//   - Powers are principal: (-8)^{1/3} is 1 + i sqrt 3; \sqrt[3]{-8} is the real root, -2.
//   - arccot x is arctan(1/x), arcsec x is arccos(1/x), and so on. 0^0 is 1. a mod n has n's sign.
//   - n! is Gamma(n + 1). A remainder or floor of what is not real is not defined.
//   - \sum_{k=1}^{4} is written out. Sums and integrals of polynomials, limits of what is
//     continuous and derivatives are computed (dy/dx is a kernel, and partial ones are 0); other
//     limits (limit.h), definite integrals (integral.h), infinite sums and products (series.h)
//     where their value is certain. For the rest, for antiderivatives, and for functions that
//     nobody knows, there are kernels: equal if head and arguments are. Bound variables are named
//     by their depth, so that the name does not matter.
class ScalarReader {
 public:
  // `maker` outlives this.
  ScalarReader(TermMaker* maker, const ReadingRules& rules) : maker_(maker), rules_(rules) {}

  // Returns InvalidArgument if the expression, or a part of it where a scalar must stand, is none:
  // a set, a relation, words, a quantity with a unit, ±. Returns Unimplemented for scalars that are
  // not read: sums with an ellipsis.
  absl::StatusOr<TermId> Read(const Expression& expression, NodeId root);

  const ReadingNotes& notes() const { return notes_; }

 private:
  TermId ReadNode(NodeId node);
  TermId ReadLeaf(NodeId node);
  TermId ReadArithmetic(NodeId node);
  TermId ReadSum(absl::Span<const NodeId> children);
  TermId ReadNumber(NodeId node);
  TermId ReadConstant(NodeId node);
  TermId ReadSymbol(absl::string_view name);
  // a_i where i is bound to 2: a_2.
  std::string WithBoundSubscript(absl::string_view name) const;
  std::optional<TermId> Bound(absl::string_view name) const;
  std::string NameOfBound(absl::string_view letter) const;
  TermId ReadMarked(NodeId node);
  TermId ReadDegrees(NodeId node);
  TermId ReadIntegerOperation(NodeId node);
  std::vector<TermId> ReadAll(absl::Span<const NodeId> nodes);

  // scalar_reader_functions.cc
  TermId ReadFunction(NodeId node);
  TermId ReadTrigonometric(NodeId node);
  TermId ReadReciprocal(Function function, TermId argument);
  TermId ReadSeveral(NodeId node);
  TermId ReadLogarithm(NodeId node);
  TermId ReadOfMatrix(NodeId node);
  TermId Determinant(absl::Span<const TermId> entries, size_t size);

  // scalar_reader_binders.cc
  TermId ReadApplication(NodeId node);
  TermId ReadSeries(NodeId node);
  TermId ExpandSeries(NodeId node, int64_t from, int64_t to);
  TermId ReadIntegral(NodeId node);
  TermId ReadLimit(NodeId node);
  TermId ReadDerivative(NodeId node);
  std::optional<std::vector<TermId>> DerivativesOfPolynomial(TermId body);
  std::optional<TermId> SumOfPolynomial(TermId body, TermId from, TermId to);
  std::optional<TermId> IntegralOfPolynomial(TermId body, TermId from, TermId to);
  bool IsInfinite(TermId term) const;
  // A kernel for what has a value that is not computed.
  TermId Unevaluated(absl::string_view head, absl::Span<const TermId> args);
  // The variable that is bound at this depth.
  TermId BoundSymbol();
  // Reads `body` with `variable` bound to it.
  TermId ReadBound(NodeId body, absl::string_view variable);
  bool IsSymbol(NodeId node) const;

  TermId Fail(absl::Status status);
  TermId NotScalar(absl::string_view what);

  TermMaker* maker_;
  ReadingRules rules_;
  ReadingNotes notes_;
  const Expression* expression_ = nullptr;
  absl::Status status_;  // The first failure.
  std::vector<std::pair<std::string, TermId>> bound_;
  int trigonometric_depth_ = 0;
  int binder_depth_ = 0;
  int64_t series_terms_ = 0;
};

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_SCALAR_READER_H_
