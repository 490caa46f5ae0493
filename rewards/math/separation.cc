#include "rewards/math/separation.h"

#include <flint/ulong_extras.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <optional>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"

namespace whet::math {
namespace {

constexpr int64_t kExponentMax = 1000;
constexpr int64_t kRootIndexMax = 100;
constexpr uint64_t kUnityMax = 1000;  // N.

// Upper bounds of log2 u and log2 l, neither negative.
struct Bounds {
  double u;
  double l;
};

class Separation {
 public:
  explicit Separation(const TermPool& pool) : pool_(pool) {}

  std::optional<Bounds> Of(TermId term);
  double degree() const { return root_degree_ * static_cast<double>(n_euler_phi(unity_order_)); }

 private:
  std::optional<Bounds> Compute(TermId term);
  std::optional<Bounds> OfRational(const Rational& value) const;
  std::optional<Bounds> OfSum(TermId term);
  std::optional<Bounds> OfProduct(TermId term);
  std::optional<Bounds> OfPower(TermId base, const Rational& exponent);
  std::optional<Bounds> OfRoot(TermId radicand, int64_t index);
  std::optional<Bounds> OfAngle(TermId term);
  std::optional<Rational> HalfTurns(TermId argument, bool imaginary) const;
  bool AddUnity(uint64_t order);

  const TermPool& pool_;
  absl::flat_hash_map<TermId, std::optional<Bounds>> known_;
  absl::flat_hash_set<std::pair<TermId, int64_t>> roots_;
  double root_degree_ = 1;
  uint64_t unity_order_ = 1;
};

std::optional<Bounds> Separation::Of(TermId term) {
  if (const auto known = known_.find(term); known != known_.end()) return known->second;
  const std::optional<Bounds> bounds = Compute(term);
  known_[term] = bounds;
  return bounds;
}

std::optional<Bounds> Separation::Compute(TermId term) {
  switch (pool_.kind(term)) {
    case TermKind::kRational:
      return OfRational(pool_.rational(term));
    case TermKind::kImaginary:
      return AddUnity(4) ? std::optional(Bounds{0, 0}) : std::nullopt;
    case TermKind::kAdd:
      return OfSum(term);
    case TermKind::kMultiply:
      return OfProduct(term);
    case TermKind::kPower: {
      const TermId exponent = pool_.arg(term, 1);
      if (!pool_.is_rational(exponent)) return std::nullopt;
      return OfPower(pool_.arg(term, 0), pool_.rational(exponent));
    }
    case TermKind::kRealRoot: {
      const auto index = pool_.rational(pool_.arg(term, 1)).Small(kRootIndexMax);
      return index ? OfRoot(pool_.arg(term, 0), *index) : std::nullopt;
    }
    default:
      return OfAngle(term);
  }
}

std::optional<Bounds> Separation::OfRational(const Rational& value) const {
  return Bounds{static_cast<double>(fmpz_bits(value.numerator())),
                static_cast<double>(fmpz_bits(value.denominator()))};
}

// U1/L1 + U2/L2 = (U1 L2 + U2 L1) / (L1 L2).
std::optional<Bounds> Separation::OfSum(TermId term) {
  Bounds sum = {0, 0};
  bool first = true;
  for (const TermId arg : pool_.args(term)) {
    const std::optional<Bounds> bounds = Of(arg);
    if (!bounds.has_value()) return std::nullopt;
    sum = first ? *bounds
                : Bounds{std::max(sum.u + bounds->l, bounds->u + sum.l) + 1, sum.l + bounds->l};
    first = false;
  }
  return sum;
}

std::optional<Bounds> Separation::OfProduct(TermId term) {
  Bounds product = {0, 0};
  for (const TermId arg : pool_.args(term)) {
    const std::optional<Bounds> bounds = Of(arg);
    if (!bounds.has_value()) return std::nullopt;
    product.u += bounds->u;
    product.l += bounds->l;
  }
  return product;
}

std::optional<Bounds> Separation::OfPower(TermId base, const Rational& exponent) {
  Rational numerator;
  fmpz_set(fmpq_numref(numerator.get()), exponent.numerator());
  const std::optional<int64_t> power = numerator.Small(kExponentMax);
  if (!power.has_value() || fmpz_cmp_si(exponent.denominator(), kRootIndexMax) > 0) {
    return std::nullopt;
  }
  const int64_t index = fmpz_get_si(exponent.denominator());
  std::optional<Bounds> bounds = index == 1 ? Of(base) : OfRoot(base, index);
  if (!bounds.has_value()) return std::nullopt;
  const auto times = static_cast<double>(std::abs(*power));
  if (*power < 0) std::swap(bounds->u, bounds->l);
  return Bounds{bounds->u * times, bounds->l * times};
}

// The root of U/L is that of U L^(k-1), over L, or U over that of U^(k-1) L.
std::optional<Bounds> Separation::OfRoot(TermId radicand, int64_t index) {
  const std::optional<Bounds> bounds = Of(radicand);
  if (!bounds.has_value()) return std::nullopt;
  if (roots_.insert({radicand, index}).second) root_degree_ *= static_cast<double>(index);
  const auto k = static_cast<double>(index);
  if (bounds->u >= bounds->l) return Bounds{(bounds->u + (k - 1) * bounds->l) / k, bounds->l};
  return Bounds{bounds->u, ((k - 1) * bounds->u + bounds->l) / k};
}

// r of r pi, or of r pi i.
std::optional<Rational> Separation::HalfTurns(TermId argument, bool imaginary) const {
  Rational turns(1);
  bool pi = false;
  const auto take = [&](TermId factor) {
    const TermKind kind = pool_.kind(factor);
    if (kind == TermKind::kRational) {
      turns = pool_.rational(factor);
    } else if (kind == TermKind::kPi && !pi) {
      pi = true;
    } else if (kind == TermKind::kImaginary && imaginary) {
      imaginary = false;
    } else {
      return false;
    }
    return true;
  };
  if (pool_.kind(argument) == TermKind::kMultiply) {
    for (const TermId factor : pool_.args(argument)) {
      if (!take(factor)) return std::nullopt;
    }
  } else if (!take(argument)) {
    return std::nullopt;
  }
  return pi && !imaginary ? std::optional(turns) : std::nullopt;
}

std::optional<Bounds> Separation::OfAngle(TermId term) {
  const TermKind kind = pool_.kind(term);
  const bool exponential = kind == TermKind::kExp;
  if (!exponential && kind != TermKind::kSin && kind != TermKind::kCos && kind != TermKind::kTan) {
    return std::nullopt;
  }
  const std::optional<Rational> turns = HalfTurns(pool_.arg(term, 0), exponential);
  if (!turns.has_value() || fmpz_cmp_ui(turns->denominator(), kUnityMax) > 0) return std::nullopt;
  // exp(i pi p/q) is a root of unity of order 2q; the sine needs i besides.
  if (!AddUnity(2 * fmpz_get_ui(turns->denominator())) || !AddUnity(4)) return std::nullopt;
  if (exponential) return Bounds{0, 0};
  return Bounds{1, 1};  // 2 sin x over 2, and 2 sin x over 2 cos x.
}

bool Separation::AddUnity(uint64_t order) {
  unity_order_ = std::lcm(unity_order_, order);
  return unity_order_ <= kUnityMax;
}

}  // namespace

std::optional<int64_t> SeparationBits(const TermPool& pool, TermId a, TermId b, int64_t bits_max) {
  Separation separation(pool);
  const std::optional<Bounds> left = separation.Of(a);
  const std::optional<Bounds> right = left ? separation.Of(b) : std::nullopt;
  if (!right.has_value()) return std::nullopt;
  const double u = std::max(left->u + right->l, right->u + left->l) + 1;
  const double bits = (separation.degree() - 1) * u + left->l + right->l + 2;
  if (!(bits <= static_cast<double>(bits_max))) return std::nullopt;
  return static_cast<int64_t>(std::ceil(bits));
}

}  // namespace whet::math
