// What symbols and kernels are at points.
#include <arb.h>
#include <flint/flint.h>

#include <array>
#include <cstdint>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/random.h"
#include "rewards/math/evaluate.h"

namespace whet::math {
namespace {

constexpr slong kFingerprintPrecision = 512;
constexpr slong kFingerprintDigits = 120;
// Longer rationals may differ behind these digits.
constexpr int64_t kFingerprintRationalBits = 150;
// A prime, so that no value has a short binary or decimal fraction.
constexpr uint32_t kDenominator = 65537;

// FNV-1a, 64 bits.
uint64_t HashOfText(absl::string_view text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  return hash;
}

// Between 0 and 1, neither included.
Rational Fraction(uint32_t bits) { return Rational(bits % 65536 + 1, kDenominator); }

// The powers of two below kScaled, by half the index.
constexpr int kScales[] = {-12, -6, 2, 4, 6, 8, 11, 15, 19};

Rational PowerOfTwo(int exponent) {
  return exponent < 0 ? Rational(1, uint64_t{1} << -exponent) : Rational(int64_t{1} << exponent);
}

Rational Coordinate(const Point& point, uint32_t bits) {
  Rational u = Fraction(bits);
  const int64_t sign = (bits >> 31) == 0 ? 1 : -1;
  switch (point.region) {
    case Region::kUnit:
      return u;
    case Region::kPositive:
      return *Add(Rational(1), *Multiply(Rational(4), u));
    case Region::kNearZero:
      return *Multiply(Rational(sign), u);
    case Region::kSigned:
      return *Multiply(Rational(5 * sign), u);
    case Region::kLarge:
      return *Add(Rational(5), *Multiply(Rational(50), u));
    case Region::kSplit:
      return *Multiply(PowerOfTwo(sign < 0 ? -20 : 20), u);
    case Region::kScaled: {
      const int64_t direction = point.index % 2 == 0 ? sign : -sign;
      const Rational size = PowerOfTwo(kScales[point.index / 2 % std::size(kScales)]);
      return *Multiply(*Add(Rational(1), u), *Multiply(Rational(direction), size));
    }
    case Region::kComplex:
      return *Multiply(Rational(2 * sign), u);
  }
  return u;
}

// To so many digits; "0" for what may be zero.
std::string RoundedText(const arb_t x) {
  if (arb_contains_zero(x) != 0) return "0";
  char* text = arb_get_str(x, kFingerprintDigits, ARB_STR_NO_RADIUS);
  std::string copy = text;
  flint_free(text);
  return copy;
}

}  // namespace

ComplexRational Generators::ValueAt(TermId symbol_or_kernel, const Point& point) {
  const uint64_t name = NameOf(symbol_or_kernel);
  const bool paired = point.region == Region::kScaled;
  const std::array<uint32_t, 4> counter = {
      static_cast<uint32_t>(name), static_cast<uint32_t>(name >> 32),
      paired ? point.index / 2 : point.index, static_cast<uint32_t>(point.region)};
  const std::array<uint32_t, 4> bits =
      Philox4x32(counter, {static_cast<uint32_t>(seed_), static_cast<uint32_t>(seed_ >> 32)});
  ComplexRational value = {Coordinate(point, bits[0]), Rational()};
  if (point.region == Region::kComplex) value.im = Coordinate(point, bits[1]);
  return value;
}

uint64_t Generators::NameOf(TermId generator) {
  if (pool_->kind(generator) == TermKind::kSymbol) return HashOfText(pool_->name(generator));
  if (const auto known = names_.find(generator); known != names_.end()) return known->second;
  const uint64_t name = NameOfKernel(generator);
  names_[generator] = name;
  return name;
}

uint64_t Generators::NameOfKernel(TermId kernel) {
  std::string text = absl::StrCat("kernel ", pool_->name(kernel));
  for (const TermId arg : pool_->args(kernel)) absl::StrAppend(&text, "(", Fingerprint(arg), ")");
  return HashOfText(text);
}

std::string Generators::Fingerprint(TermId argument) {
  if (pool_->is_rational(argument) && pool_->rational(argument).bits() > kFingerprintRationalBits) {
    return pool_->rational(argument).ToString();
  }
  if (pool_->kind(argument) == TermKind::kInfinity) return "infinity";
  if (pool_->kind(argument) == TermKind::kMinusInfinity) return "-infinity";
  std::string text;
  bool finite = false;
  // Where all are positive, where signs differ, and once more.
  for (const Region region : {Region::kPositive, Region::kSigned, Region::kNearZero}) {
    BallEvaluator evaluator(pool_, this, {region, 1000}, kFingerprintPrecision, budget_);
    acb_srcptr value = evaluator.Evaluate(argument);
    const bool is_finite = acb_is_finite(value) != 0;
    finite |= is_finite;
    absl::StrAppend(&text, is_finite ? RoundedText(acb_realref(value)) : "none", " ",
                    is_finite ? RoundedText(acb_imagref(value)) : "none", ";");
  }
  // What has no value anywhere is equal to itself alone.
  return finite ? text : absl::StrCat("term ", argument);
}

}  // namespace whet::math
