// Scalars as a graph of terms: what rewards/math/expression.h is to the text, this is to the value.
// Equal terms are one term, so that comparing, copying and remembering values are cheap.
#ifndef WHET_REWARDS_MATH_TERM_H_
#define WHET_REWARDS_MATH_TERM_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rewards/math/rational.h"

namespace whet::math {

using TermId = uint32_t;

// In brackets the arguments. Functions take principal values.
enum class TermKind : uint8_t {
  kUndefined,  // 1/0, 0/0, ∞ - ∞: equal to nothing.
  kRational,
  kPi,
  kEuler,
  kImaginary,
  kInfinity,
  kMinusInfinity,
  kSymbol,  // A free variable, or one that a kernel binds.
  kKernel,  // (argument, …): a value of which nothing is known but where it comes from, as f(2).

  kAdd,
  kMultiply,
  kPower,     // (base, exponent).
  kRealRoot,  // (x, n): n an odd integer above 1; of negative reals the negative root.
  kExp,
  kLn,
  kSin,
  kCos,
  kTan,
  kSinh,
  kCosh,
  kTanh,
  kArcsin,
  kArccos,
  kArctan,
  kArsinh,
  kArcosh,
  kArtanh,
  kGamma,
  kZeta,
  kAbs,
  kRe,
  kIm,
  kConjugate,
  kArg,
  kSgn,
  kFloor,
  kMin,  // (x, y).
  kMax,  // (x, y).
};

// What is true of a term and everything below it.
struct TermTraits {
  bool constant = true;           // No symbols and no kernels.
  bool rational_function = true;  // + - * / and integer powers only, of rationals and generators.
  bool imaginary = false;         // i stands in it.
  bool total = true;              // Finite, whatever the symbols are.
  bool uniform = true;            // One analytic function on the reals: no |x|, floor(x), sqrt(x).
};

// A graph that grows. A term's id is larger than those of its arguments. Ids stay; spans and
// references do not, once another term is made. Makes no decisions: term_maker.h does.
class TermPool {
 public:
  TermPool();
  TermPool(const TermPool&) = delete;
  TermPool& operator=(const TermPool&) = delete;

  TermId Rational(const math::Rational& value);
  TermId Named(TermKind symbol_or_kernel, absl::string_view name, absl::Span<const TermId> args);
  TermId Make(TermKind kind, absl::Span<const TermId> args);
  TermId Make(TermKind kind, std::initializer_list<TermId> args = {}) {
    return Make(kind, absl::MakeConstSpan(args.begin(), args.size()));
  }

  size_t size() const { return terms_.size(); }
  TermKind kind(TermId id) const { return terms_[id].kind; }
  const TermTraits& traits(TermId id) const { return terms_[id].traits; }
  absl::Span<const TermId> args(TermId id) const {
    return absl::MakeConstSpan(args_).subspan(terms_[id].args_begin, terms_[id].args_size);
  }
  TermId arg(TermId id, size_t which) const { return args(id)[which]; }

  bool is_rational(TermId id) const { return kind(id) == TermKind::kRational; }
  // Of kRational.
  const math::Rational& rational(TermId id) const { return rationals_[terms_[id].data]; }
  // Of kSymbol and kKernel.
  const std::string& name(TermId id) const { return names_[terms_[id].data]; }

 private:
  struct Term {
    TermKind kind;
    TermTraits traits;
    uint32_t data;
    uint32_t args_begin;
    uint32_t args_size;
  };
  // They look into the pool; the term that is looked for is its last one.
  struct Hash {
    const TermPool* pool;
    size_t operator()(TermId id) const;
  };
  struct Equal {
    const TermPool* pool;
    bool operator()(TermId a, TermId b) const;
  };

  TermId Intern(TermKind kind, uint32_t data, absl::Span<const TermId> args);
  bool IsPositive(TermId id) const;  // False where it is not obvious.
  TermTraits TraitsOf(TermKind kind, absl::Span<const TermId> args) const;

  std::vector<Term> terms_;
  std::vector<TermId> args_;
  std::vector<math::Rational> rationals_;
  std::vector<std::string> names_;
  absl::flat_hash_map<std::string, uint32_t> name_indices_;
  absl::flat_hash_set<TermId, Hash, Equal> known_;
};

// The terms that `root` is made of, itself included, each once.
std::vector<TermId> TermsBelow(const TermPool& pool, TermId root);

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_TERM_H_
