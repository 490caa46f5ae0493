// Whether two scalars are equal: numbers, and expressions with symbols. Three-valued, and never by
// rewriting alone: what is called equal was computed on both sides.
//
// Layers, from the cheapest:
//   rational      both are rationals: exact.
//   identical     the same terms, or a - b cancels, and there is a value.
//   difference    a - b cancels to a rational that is not 0.
//   ball          constants: enclosures that do not meet prove a difference, at up to 1,024 bits.
//   separation    algebraic constants (rewards/math/separation.h): enclosures that are closer than
//                 unequal numbers can be prove equality.
//   calcium       other constants: Calcium proves either.
//   agreement     what it does not know: equal if both agree to 2^-900, relative, at 1,024 bits.
//   decimal       either side holds a decimal literal: |a - b| <= relative_tolerance max(|a|, |b|),
//                 where rewards/math/tolerance.h lets it be.
//   polynomial    rational functions of symbols: exact values at random rational points.
//   points        other expressions with symbols: enclosures at random rational points.
//   integers      expressions that are of integers (rewards/math/special_points.h): values there.
//   special       what agreed so far, but has jumps or corners: values at integers, halves, and
//                 near the numbers that are written in both sides.
// Besides these: undefined, infinity, reading and budget, which say why nothing was compared.
#ifndef WHET_REWARDS_MATH_SCALAR_H_
#define WHET_REWARDS_MATH_SCALAR_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rewards/math/budget.h"
#include "rewards/math/expression.h"
#include "rewards/math/truth.h"

namespace whet::math {

struct ScalarOptions {
  // Where either side holds a decimal literal, alone or with what is irrational or has symbols.
  // Decimals that are added up or computed with otherwise must equal exact rationals exactly, and
  // so must literals where the other side is an integer from a million on with up to 15 digits, or
  // with no more than they have. Literals that add up to an integer, 0.5 - 0.5, are none. Never an
  // absolute floor. 0: decimals are what they are written as.
  double relative_tolerance = 1.5e-6;
  // Then instead, as Math-Verify does: equal if both are the same rounded to so many decimals.
  std::optional<int> float_rounding;
  // Points are a function of it and of the names of the symbols.
  uint64_t seed = 0;
  // Sums and products with numeric bounds are written out up to so many terms.
  int64_t terms_max = 10000;
  // Units of budget.h for all that one judgement compares: about 30 ms. For who makes the budget.
  int64_t work_max = 300000;
};

struct ScalarVerdict {
  Truth equal;
  const char* step;  // The layer that decided, as above.
  std::string why;   // For people: what it saw; of kUnknown, what was missing.
};

// Compares a scalar with a scalar.
//   - Undefined values (1/0, 0/0, ∞ - ∞) equal nothing, not even themselves. ∞ equals ∞, and -∞
//     equals -∞, where they stand alone.
//   - Symbols are equal by their exact names. Expressions with symbols are compared at ten points
//     or more, positive ones and such of both signs, and with |x|, roots and the like at points of
//     all sizes from 2^-12 to 2^20. Where both are finite and real they must agree; where one is
//     not, or is made of what is not, the point tells nothing (ln(ab) is ln a + ln b, and sqrt(ab)
//     is sqrt(a) sqrt(b)); if too few points are left, complex ones decide, and also if one side is
//     real everywhere and the other for no positive symbols (ln|x| is not ln(-x)).
//   - With floors, remainders or powers of -1 of n, m, k, i, j, p, q and N alone (and those with
//     subscripts), symbols are integers: ceil(n/2) is floor((n+1)/2), but ceil(x/2) is not
//     floor((x+1)/2). With other symbols they must agree at integers too.
//   - With decimals and symbols both sides must be within the tolerance at all points, also where
//     each symbol is either very small or very large; a thousand times it where signs differ.
//   - Where a side holds a sum, integral or limit that is not evaluated, they are equal or it is
//     not known; never are they different.
//   - 30° is pi/6 or 30: equal if either reading of both sides makes them so.
//   - rewards/math/scalar_reader.h tells what letters and functions mean.
//
// Returns InvalidArgument if a side is no scalar (a set, a relation, words, a unit, ±). What is a
// scalar, but not one that is understood or affordable, is kUnknown.
//
// Ends when `budget` is spent, at the latest: with that of work_max units within about 50 ms of
// processor time and 100 MB, whatever the sides are, given the limits of rewards/math/parser.h. Who
// compares several hands in the same one. The same arguments give the same verdict on every
// machine. Thread-safe; FLINT keeps tables for each thread: call flint_cleanup() where a thread
// that used this ends.
absl::StatusOr<ScalarVerdict> CompareScalars(Subtree a, Subtree b, const ScalarOptions& options,
                                             Budget* budget);

// The double nearest to a constant that is real, or what infinity is; nullopt for all else: what is
// too large for a double, too. 0 also stands for what is smaller than 1e-38 or cannot be told from
// 0.
std::optional<double> RealValue(Subtree scalar, const ScalarOptions& options, Budget* budget);

// A text that is the same for equal scalars, for counting votes: of a rational the fraction, of
// other constants 12 digits, of expressions with symbols 12 digits at each of three points. So
// equal texts are likely but not proved to be equal scalars; scalars that are equal may rarely get
// two texts, where a digit is on the edge or a value is real in only one form. Decimals are exact
// here: 0.333333 is not 1/3. Returns InvalidArgument for what is no scalar, and Unimplemented
// for what has no value or takes more than is left of the budget.
absl::StatusOr<std::string> CanonicalKey(Subtree scalar, const ScalarOptions& options,
                                         Budget* budget);

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_SCALAR_H_
