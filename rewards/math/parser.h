// Mathematics as people and models write it, LaTeX or plain text, into a tree.
#ifndef WHET_REWARDS_MATH_PARSER_H_
#define WHET_REWARDS_MATH_PARSER_H_

#include <cstddef>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rewards/math/expression.h"

namespace whet::math {

struct ParseOptions {
  size_t bytes_max = 4096;  // Of the text.
  int depth_max = 200;      // Of the brackets and operators in each other, and of the tree.
  size_t nodes_max = 5000;
  size_t digits_max = 4000;  // Of a literal.
  // 1,234,567 is one number: groups of exactly three digits, the first of one to three, nothing but
  // the comma between, and no other digit behind. Never between brackets, where commas separate:
  // (1,234) is a pair, and min(9,876,543) has three arguments. Without it commas always separate.
  bool thousands_comma = true;
  // 1,5 is one and a half, and 1.000,5 a thousand and a half; likewise not between brackets.
  bool decimal_comma = false;
};

// Parses one answer: an expression, a list, a statement, or words. Whatever surrounds mathematics
// is dropped: dollar signs, \( \), \boxed, quotes, **, "about", a last \square, final punctuation.
// Words that are a number and all of the text ("forty-two") are that number.
//
// Returns InvalidArgument for what means nothing ("byte 5: an operand is missing"), and
// ResourceExhausted for what is beyond the limits. Takes time and memory linear in the text,
// whatever its bytes are, and recurses no deeper than the limit on depth.
//
// The grammar; a line is looser than those below it. Every choice is made by the next tokens, a
// bounded number of them; nothing is tried and taken back.
//
//   statement   = alternative {(";" | "or") alternative} ["where" statement]
//   alternative = item {("," | "and" | ", and") item}
//   item        = ratio {relation ratio} ["(mod" item ")"]
//   ratio       = union {":" union}
//   union       = sections {("∪" | "∖") sections}         sections = sum {"∩" sum}
//   sum         = [sign] term {("+" | "-" | "±" | "∓") term}
//   term        = signed {("·" | "/" | "mod" | "∘") signed} [unit]
//   signed      = {sign} product                          product  = postfix {postfix}
//   postfix     = primary {"^" exponent | "_" subscript | "!" | "'" | "%" | "°"}
//   primary     = number | name | constant | words | function | "(" statement ")" | "|" item "|" …
//
// Where the field is not of one mind:
//   - Juxtaposition binds tighter than "/": a/bc is a/(bc). But a fraction of two numerals is a
//     coefficient: 1/2x and 1/2 x are (1/2)x. "mod" binds as "/" does, from the left.
//   - A sign before a product belongs to the product, not to what is multiplied behind a dot.
//   - Functions without brackets take the product behind them, up to an operator, a bracket or
//     another function: \sin 2x cos y is sin(2x) cos(y), \ln x y is ln(xy), \sin x (y) is sin(x) y.
//     A division is included where all of it is a multiple of pi: \cos 2\pi/3. sin(x)^2 is
//     (sin x)^2, \sin x^2 is sin(x^2), and \sin^{-1} x is arcsin x.
//   - The body of a sum, a product and a limit is a term: it ends at + and -. That of an integral
//     ends at its dx.
//   - f(x) and g(x) are applications, and h, F, G, H of one name or number; so are letters before
//     brackets with a comma, and those that a statement defines: P(x) = …. Others are products.
//   - A number and \frac of two, as 3\frac{1}{2}, is a mixed number; so is 3 1/2.
//   - Braces without backslashes around several items are a set, as are those beside ∪ ∩ ∖; around
//     one item they only group. \{x\} alone is a set, and groups as a factor or an argument.
//   - Brackets around two items: Op::kInterval and Op::kTuple say when they are what.
//   - Letters in a row are factors, unless they are a word: five and more, several words, or a unit
//     behind a value. Op::kMultiply keeps the run, where it stands alone.
//   - C_5^2, A_5^2 and P_5^2 count choices and arrangements, where both are integers that fit.
//   - One brace too many at the end is dropped, and a missing one of an argument is closed there.
//   - x^10 is the tenth power, though TeX shows otherwise; \frac12 is a half, and \log_23 the
//     logarithm of 3 to base 2. 2^3^4 is 2^(3^4).
absl::StatusOr<Expression> ParseMath(absl::string_view text, const ParseOptions& options);

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_PARSER_H_
