// The constants, functions and relations that the reader of mathematics knows, and their names.
#ifndef WHET_REWARDS_MATH_NAMES_H_
#define WHET_REWARDS_MATH_NAMES_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace whet::math {

enum class Constant : uint8_t {
  kPi,
  kE,  // Only where it is marked as such: \mathrm{e}.
  kI,  // Only where it is marked as such: \mathrm{i}.
  kInfinity,
  kEmptySet,
  kNaturals,
  kIntegers,
  kRationals,
  kReals,
  kComplexes,
};

enum class Function : uint8_t {
  kSin,
  kCos,
  kTan,
  kCot,
  kSec,
  kCsc,
  kArcsin,
  kArccos,
  kArctan,
  kArccot,
  kArcsec,
  kArccsc,
  kSinh,
  kCosh,
  kTanh,
  kCoth,
  kSech,
  kCsch,
  kArsinh,
  kArcosh,
  kArtanh,
  kArcoth,
  kArsech,
  kArcsch,
  kExp,
  kLn,
  kLog,  // Without a base where none is written; \lg has base 10.
  kGcd,
  kLcm,
  kMin,
  kMax,
  kDet,
  kTrace,
  kRe,
  kIm,
  kConjugate,
  kArg,
  kSgn,
  kGamma,
  kZeta,
  kFallingFactorial,  // (n)_k.
  kPermutations,      // The number of ways to arrange k of n: {}_nP_k.
};

enum class Relation : uint8_t {
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kApprox,
  kEquivalent,  // ≡, with a modulus or without.
  kElementOf,
  kNotElementOf,
  kSubset,       // ⊂, strict or not.
  kSubsetEqual,  // ⊆.
  kSuperset,
  kSupersetEqual,
  kMid,  // a | b: divides, or given.
  kNotMid,
  kSimilar,    // ∼.
  kCongruent,  // ≅.
  kProportional,
  kParallel,
  kPerpendicular,
  kTo,  // → and ↦.
  kImplies,
  kIff,
};

// The name of each in ExpressionText: "pi", "sin", "<=".
absl::string_view NameOf(Constant constant);
absl::string_view NameOf(Function function);
absl::string_view NameOf(Relation relation);

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_NAMES_H_
