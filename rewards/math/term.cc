#include "rewards/math/term.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/hash/hash.h"

namespace whet::math {
namespace {

// Finite for all finite arguments, real or complex.
bool IsTotal(TermKind kind) {
  switch (kind) {
    case TermKind::kRational:
    case TermKind::kPi:
    case TermKind::kEuler:
    case TermKind::kImaginary:
    case TermKind::kSymbol:
    case TermKind::kKernel:
    case TermKind::kAdd:
    case TermKind::kMultiply:
    case TermKind::kPower:  // As far as its base and exponent let it.
    case TermKind::kRealRoot:
    case TermKind::kExp:
    case TermKind::kSin:
    case TermKind::kCos:
    case TermKind::kSinh:
    case TermKind::kCosh:
    case TermKind::kArcsin:
    case TermKind::kArccos:
    case TermKind::kArsinh:
    case TermKind::kArcosh:
    case TermKind::kAbs:
    case TermKind::kRe:
    case TermKind::kIm:
    case TermKind::kConjugate:
      return true;
    default:
      return false;
  }
}

// One analytic function where it is finite and real.
bool IsUniform(TermKind kind) {
  switch (kind) {
    case TermKind::kRealRoot:
    case TermKind::kArcsin:
    case TermKind::kArccos:
    case TermKind::kArctan:
    case TermKind::kArsinh:
    case TermKind::kArcosh:
    case TermKind::kArtanh:
    case TermKind::kAbs:
    case TermKind::kRe:
    case TermKind::kIm:
    case TermKind::kConjugate:
    case TermKind::kArg:
    case TermKind::kSgn:
    case TermKind::kFloor:
    case TermKind::kMin:
    case TermKind::kMax:
      return false;
    default:
      return true;
  }
}

bool IsGenerator(TermKind kind) { return kind == TermKind::kSymbol || kind == TermKind::kKernel; }

uint64_t HashOfRational(const Rational& value) {
  const uint64_t numerator = fmpz_get_ui(value.numerator());  // Of the low bits, without sign.
  return numerator * 31 + fmpz_get_ui(value.denominator()) * 2 + (value.sign() < 0 ? 1 : 0);
}

}  // namespace

TermPool::TermPool() : known_(16, Hash{this}, Equal{this}) {
  terms_.reserve(32);
  args_.reserve(64);
  rationals_.reserve(16);
}

size_t TermPool::Hash::operator()(TermId id) const {
  const Term& term = pool->terms_[id];
  const uint64_t data =
      term.kind == TermKind::kRational ? HashOfRational(pool->rationals_[term.data]) : term.data;
  return absl::HashOf(term.kind, data, pool->args(id));
}

bool TermPool::Equal::operator()(TermId a, TermId b) const {
  const Term& left = pool->terms_[a];
  const Term& right = pool->terms_[b];
  if (left.kind != right.kind) return false;
  if (left.kind == TermKind::kRational) return pool->rational(a) == pool->rational(b);
  return left.data == right.data && absl::c_equal(pool->args(a), pool->args(b));
}

bool TermPool::IsPositive(TermId id) const {
  if (is_rational(id)) return rational(id).sign() > 0;
  return kind(id) == TermKind::kPi || kind(id) == TermKind::kEuler;
}

TermTraits TermPool::TraitsOf(TermKind kind, absl::Span<const TermId> args) const {
  TermTraits all = {
      .constant = !IsGenerator(kind), .total = IsTotal(kind), .uniform = IsUniform(kind)};
  if (kind == TermKind::kKernel) return all;  // Whatever its arguments are.
  for (const TermId arg : args) {
    const TermTraits& traits = terms_[arg].traits;
    all.constant &= traits.constant;
    all.rational_function &= traits.rational_function;
    all.total &= traits.total;
    all.imaginary |= traits.imaginary;
    all.uniform &= traits.uniform;
  }
  if (kind == TermKind::kPower) {
    const bool integer = is_rational(args[1]) && rational(args[1]).is_integer();
    all.rational_function &= integer;
    all.uniform &= integer || !is_rational(args[1]);
    all.total &= IsPositive(args[0]) || (integer && rational(args[1]).sign() >= 0);
  } else if (kind == TermKind::kLn || kind == TermKind::kGamma) {
    all.rational_function = false;
    all.total = IsPositive(args[0]);
  } else if (kind != TermKind::kRational && kind != TermKind::kSymbol && kind != TermKind::kAdd &&
             kind != TermKind::kMultiply) {
    all.rational_function = false;
  }
  return all;
}

TermId TermPool::Intern(TermKind kind, uint32_t data, absl::Span<const TermId> args) {
  const auto id = static_cast<TermId>(terms_.size());
  const auto args_begin = static_cast<uint32_t>(args_.size());
  const TermTraits traits = TraitsOf(kind, args);
  args_.insert(args_.end(), args.begin(), args.end());
  terms_.push_back({kind, traits, data, args_begin, static_cast<uint32_t>(args.size())});
  const auto [known, is_new] = known_.insert(id);
  if (!is_new) {
    terms_.pop_back();
    args_.resize(args_begin);
  }
  return *known;
}

TermId TermPool::Rational(const math::Rational& value) {
  rationals_.push_back(value);
  const TermId id = Intern(TermKind::kRational, static_cast<uint32_t>(rationals_.size() - 1), {});
  if (terms_[id].data + 1 != rationals_.size()) rationals_.pop_back();
  return id;
}

TermId TermPool::Named(TermKind symbol_or_kernel, absl::string_view name,
                       absl::Span<const TermId> args) {
  const auto [index, is_new] = name_indices_.try_emplace(std::string(name), names_.size());
  if (is_new) names_.emplace_back(name);
  return Intern(symbol_or_kernel, index->second, args);
}

TermId TermPool::Make(TermKind kind, absl::Span<const TermId> args) {
  return Intern(kind, 0, args);
}

std::vector<TermId> TermsBelow(const TermPool& pool, TermId root) {
  std::vector<TermId> terms = {root};
  absl::flat_hash_set<TermId> seen = {root};
  for (size_t i = 0; i < terms.size(); ++i) {
    for (const TermId arg : pool.args(terms[i])) {
      if (seen.insert(arg).second) terms.push_back(arg);
    }
  }
  return terms;
}

}  // namespace whet::math
