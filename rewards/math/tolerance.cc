#include "rewards/math/tolerance.h"

#include <algorithm>
#include <cstring>
#include <optional>

namespace whet::math {
namespace {

constexpr int64_t kRoundedFrom = 1000000;
constexpr int64_t kExactDigitsMax = 15;

bool IsPowerOfTen(const Expression& expression, NodeId node) {
  if (expression.op(node) != Op::kPower) return false;
  const NodeId base = expression.child(node, 0);
  return expression.op(base) == Op::kNumber && expression.text(base) == "10";
}

// From the first to the last that is not 0; nullopt where there is no last.
std::optional<int64_t> DecimalDigits(const Rational& value) {
  constexpr int kTwoAndFive[] = {2, 5};
  fmpz_t factor;
  fmpz_t rest;
  fmpz_init(factor);
  fmpz_init_set(rest, value.denominator());
  slong decimals = 0;
  for (const int prime : kTwoAndFive) {
    fmpz_set_si(factor, prime);
    decimals = std::max(decimals, fmpz_remove(rest, rest, factor));
  }
  const bool ends = fmpz_is_one(rest) != 0;
  std::optional<int64_t> digits;
  if (ends) {
    const std::optional<Rational> scale = Power(Rational(10), Rational(decimals));
    const std::optional<Rational> scaled = scale ? Multiply(value, *scale) : std::nullopt;
    if (scaled.has_value()) {
      fmpz_set_si(factor, 10);
      fmpz_remove(rest, scaled->numerator(), factor);
      char* text = fmpz_get_str(nullptr, 10, rest);
      digits = std::count_if(text, text + std::strlen(text), [](char c) { return c != '-'; });
      flint_free(text);
    }
  }
  fmpz_clear(factor);
  fmpz_clear(rest);
  return digits;
}

bool IsRoundedInteger(const Rational& integer, const Rational& literal) {
  if (integer.Small(kRoundedFrom - 1).has_value()) return true;
  const std::optional<int64_t> exact = DecimalDigits(integer);
  const std::optional<int64_t> written = DecimalDigits(literal);
  return exact > kExactDigitsMax && (!written.has_value() || *written < *exact);
}

bool IsTolerantOfExact(const TermPool& pool, const ReadSide& exact, const ReadSide& other) {
  if (!pool.is_rational(exact.term) || !pool.traits(other.term).constant) return true;
  if (!other.stands_alone) return false;
  if (!pool.is_rational(other.term) || !pool.rational(exact.term).is_integer()) return true;
  return IsRoundedInteger(pool.rational(exact.term), pool.rational(other.term));
}

}  // namespace

bool StandsAlone(const Expression& expression, NodeId node) {
  switch (expression.op(node)) {
    case Op::kNumber:
    case Op::kRepeating:
    case Op::kTruncated:
      return true;
    case Op::kNegate:
    case Op::kPercent:
    case Op::kDegrees:
      return StandsAlone(expression, expression.child(node, 0));
    case Op::kMultiply: {
      int literals = 0;
      for (const NodeId child : expression.children(node)) {
        if (IsPowerOfTen(expression, child)) continue;
        if (!StandsAlone(expression, child)) return false;
        ++literals;
      }
      return literals == 1;
    }
    default:
      return false;
  }
}

bool IsTolerant(const TermPool& pool, const ReadSide& a, const ReadSide& b) {
  if (!a.has_decimal && !b.has_decimal) return false;
  if (!a.has_decimal) return IsTolerantOfExact(pool, a, b);
  if (!b.has_decimal) return IsTolerantOfExact(pool, b, a);
  const bool rational = pool.is_rational(a.term) && pool.is_rational(b.term);
  return !rational || a.stands_alone || b.stands_alone;
}

}  // namespace whet::math
