#include "rewards/math/special_points.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <string>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "base/random.h"
#include "rewards/math/substitute.h"

namespace whet::math {
namespace {

// Small integers from that one on: a prime number of them, so that each symbol can walk through all
// at its own pace.
constexpr int64_t kSmallest = -4;
constexpr int64_t kSmallCount = 17;
constexpr uint32_t kPowersOfTwo = 8;
constexpr uint32_t kLargeIntegers = 8;   // Of both signs, and again as many positive ones.
constexpr uint32_t kMixedIntegers = 32;  // Small ones, where there are several symbols.
constexpr int64_t kLargeMax = 1000000;
constexpr int64_t kLargeExponent = 100;
constexpr int kPointsEnough = 6;
constexpr size_t kNumbersMax = 12;
constexpr size_t kQuotientsOf = 5;
constexpr size_t kPointsMax = 160;
constexpr int64_t kNearness = int64_t{1} << 20;

bool IsIntegerName(absl::string_view name) {
  constexpr absl::string_view kLetters = "nmkijpqN";
  if (name.empty() || kLetters.find(name[0]) == absl::string_view::npos) return false;
  return name.size() == 1 || name[1] == '_';
}

// Names of bound variables begin so.
bool IsFree(const TermPool& pool, TermId term) {
  return pool.kind(term) == TermKind::kSymbol && pool.name(term)[0] != '#';
}

std::optional<Rational> SquareRoot(const Rational& value) {
  const double root = std::sqrt(fmpq_get_d(value.get()));
  if (!(root > 1e-9 && root < 1e9)) return std::nullopt;
  return Rational(static_cast<int64_t>(root * 1e9), 1000000000);
}

}  // namespace

SpecialPoints::SpecialPoints(TermId a, TermId b, uint64_t seed, TermComparer* comparer,
                             TermMaker* maker)
    : a_(a), b_(b), seed_(seed), comparer_(comparer), maker_(maker) {
  const TermPool& pool = maker->pool();
  below_ = TermsBelow(pool, a);
  const absl::flat_hash_set<TermId> known(below_.begin(), below_.end());
  for (const TermId term : TermsBelow(pool, b)) {
    if (!known.contains(term)) below_.push_back(term);
  }
  bool all_integers = true;
  bool integer_operation = false;
  for (const TermId term : below_) {
    if (IsFree(pool, term)) {
      symbols_.push_back(term);
      all_integers &= IsIntegerName(pool.name(term));
    }
    const TermKind kind = pool.kind(term);
    const bool of_symbols =
        !pool.args(term).empty() && !pool.traits(pool.args(term).back()).constant;
    if (!of_symbols) continue;
    const bool is_floor = kind == TermKind::kFloor;
    const bool base_is_rational = kind == TermKind::kPower && pool.is_rational(pool.arg(term, 0));
    const bool is_unit = base_is_rational && pool.arg(term, 0) == maker->Integer(-1);
    const bool is_odd_power = base_is_rational && pool.rational(pool.arg(term, 0)).sign() <= 0;
    const bool is_growth = kind == TermKind::kPower || kind == TermKind::kExp;
    grows_ |= is_growth || kind == TermKind::kGamma;
    integer_operation |= is_floor || is_unit;
    jumps_ |= is_floor || kind == TermKind::kSgn || is_odd_power;
  }
  integers_meant_ = all_integers && integer_operation && !symbols_.empty();
  absl::c_sort(symbols_, [&](TermId x, TermId y) { return pool.name(x) < pool.name(y); });
}

int64_t SpecialPoints::Random(uint32_t index, size_t symbol) const {
  const std::array<uint32_t, 4> counter = {index, static_cast<uint32_t>(symbol), 0x5bec, 0};
  return Philox4x32(counter, {static_cast<uint32_t>(seed_), static_cast<uint32_t>(seed_ >> 32)})[0];
}

std::vector<SpecialPoints::Numbers> SpecialPoints::IntegerPoints() {
  const bool several = symbols_.size() > 1;
  const uint32_t small_end = kSmallCount;
  const uint32_t powers_end = small_end + kPowersOfTwo;
  const uint32_t signed_end = powers_end + kLargeIntegers;
  const uint32_t positive_end = signed_end + kLargeIntegers;
  const uint32_t end = positive_end + (several ? kMixedIntegers : 0);
  const int64_t large = grows_ ? kLargeExponent : kLargeMax;
  const int64_t powers = grows_ ? kPowersOfTwo / 2 : kPowersOfTwo;
  std::vector<Numbers> points(end);
  for (uint32_t i = 0; i < end; ++i) {
    for (size_t j = 0; j < symbols_.size(); ++j) {
      const auto pace = static_cast<int64_t>(1 + j % 16);
      const auto offset = static_cast<int64_t>(3 * j);
      const int64_t random = Random(i, j);
      int64_t value = kSmallest + random % kSmallCount;
      if (i < small_end) {
        value = kSmallest + (i * pace + offset) % kSmallCount;
      } else if (i < powers_end) {
        value = int64_t{16} << ((i + offset) % powers);
      } else if (i < signed_end) {
        value = random % (2 * large) - large;
      } else if (i < positive_end) {
        value = 1 + random % large;
      }
      points[i][symbols_[j]] = maker_->Integer(value);
    }
  }
  return points;
}

// Of one symbol, while the others are small.
std::vector<SpecialPoints::Numbers> SpecialPoints::IntegersNearNumbers() {
  std::vector<Rational> places;
  for (const Rational& number : WrittenNumbers()) {
    const Rational floor = Floor(number);
    if (!floor.Small(grows_ ? 16 * kLargeExponent : kLargeMax * kLargeMax).has_value()) continue;
    for (const int64_t step : {-1, 0, 1}) {
      const Rational place = *Add(floor, Rational(step));
      if (!absl::c_linear_search(places, place)) places.push_back(place);
    }
  }
  std::vector<Numbers> points;
  for (const Rational& place : places) {
    for (const int64_t sign : {1, -1}) {
      for (size_t symbol = 0; symbol < symbols_.size() && points.size() < kPointsMax; ++symbol) {
        const auto index = static_cast<uint32_t>(2000 + points.size());
        Numbers& point = points.emplace_back();
        for (size_t j = 0; j < symbols_.size(); ++j) {
          point[symbols_[j]] = maker_->Integer(1 + Random(index, j) % kSmallCount);
        }
        point[symbols_[symbol]] = maker_->Rational(*Multiply(place, Rational(sign)));
      }
    }
  }
  return points;
}

std::vector<SpecialPoints::Numbers> SpecialPoints::HalfPoints() {
  std::vector<Numbers> points(kSmallCount);
  for (int64_t i = 0; i < kSmallCount; ++i) {
    for (size_t j = 0; j < symbols_.size(); ++j) {
      const auto pace = static_cast<int64_t>(1 + j % 16);
      const int64_t whole = kSmallest + (i * pace) % kSmallCount;
      points[i][symbols_[j]] = maker_->Rational(Rational(2 * whole + 1, 2));
    }
  }
  return points;
}

// Their sizes, each once.
std::vector<Rational> SpecialPoints::WrittenNumbers() const {
  const TermPool& pool = maker_->pool();
  std::vector<Rational> numbers;
  for (const TermId term : below_) {
    if (!pool.is_rational(term) || pool.rational(term).is_zero()) continue;
    Rational number = pool.rational(term);
    if (number.sign() < 0) number = *Multiply(number, Rational(-1));
    if (!absl::c_linear_search(numbers, number)) numbers.push_back(number);
    if (numbers.size() == kNumbersMax) break;
  }
  return numbers;
}

SpecialPoints::Numbers SpecialPoints::Near(const Rational& number, size_t symbol, uint32_t index) {
  Numbers point;
  for (size_t j = 0; j < symbols_.size(); ++j) {
    const int64_t random = Random(1000 + index, j) % (10 * kNearness) - 5 * kNearness;
    point[symbols_[j]] =
        maker_->Rational(j == symbol ? number : Rational(random, uint64_t{kNearness}));
  }
  return point;
}

std::vector<SpecialPoints::Numbers> SpecialPoints::PointsNearNumbers() {
  const std::vector<Rational> numbers = WrittenNumbers();
  std::vector<Rational> sizes = numbers;
  for (const Rational& number : numbers) {
    if (const std::optional<Rational> root = SquareRoot(number)) sizes.push_back(*root);
  }
  for (size_t i = 0; i < std::min(numbers.size(), kQuotientsOf); ++i) {
    for (size_t j = 0; j < std::min(numbers.size(), kQuotientsOf); ++j) {
      const std::optional<Rational> inverse = Inverse(numbers[j]);
      const auto quotient = i != j && inverse ? Multiply(numbers[i], *inverse) : std::nullopt;
      if (quotient.has_value() && !absl::c_linear_search(sizes, *quotient)) {
        sizes.push_back(*quotient);
      }
    }
  }
  // With a tolerance, less near, for there the sides may be small and differ by much of it.
  const uint64_t parts = comparer_->decimal() ? 7 : kNearness;
  const Rational below(static_cast<int64_t>(parts) - 1, parts);
  const Rational above(static_cast<int64_t>(parts) + 1, parts);
  std::vector<Rational> places;
  for (const Rational& size : sizes) {
    for (const Rational& factor : {below, above}) {
      if (const auto place = Multiply(size, factor)) places.push_back(*place);
    }
  }
  for (const Rational& number : numbers) {
    if (comparer_->decimal()) break;
    for (const int64_t step : {-1, 0, 1}) {
      if (const auto place = Add(number, Rational(step))) places.push_back(*place);
    }
  }
  std::vector<Numbers> points;
  for (const Rational& place : places) {
    for (const int64_t sign : {1, -1}) {
      for (size_t symbol = 0; symbol < symbols_.size() && points.size() < kPointsMax; ++symbol) {
        const auto index = static_cast<uint32_t>(points.size());
        points.push_back(Near(*Multiply(place, Rational(sign)), symbol, index));
      }
    }
  }
  return points;
}

Truth SpecialPoints::CompareAt(const Numbers& point, bool thorough) {
  const TermId a = SubstituteNumbers(a_, point, maker_);
  const TermId b = SubstituteNumbers(b_, point, maker_);
  return comparer_->CompareValues(a, b, maker_->Subtract(a, b), thorough);
}

std::optional<ScalarVerdict> SpecialPoints::CompareOverIntegers() {
  if (!integers_meant_) return std::nullopt;
  int agreed = 0;
  std::vector<Numbers> points = IntegerPoints();
  absl::c_move(IntegersNearNumbers(), std::back_inserter(points));
  for (const Numbers& point : points) {
    const Truth equal = CompareAt(point, true);
    if (equal == Truth::kFalse) return ScalarVerdict{equal, "integers", "different values"};
    if (maker_->budget().spent()) return std::nullopt;
    if (equal == Truth::kTrue) ++agreed;
  }
  if (agreed < kPointsEnough) return std::nullopt;
  return ScalarVerdict{Truth::kTrue, "integers", "alike at integers"};
}

Truth SpecialPoints::DifferAt(const std::vector<Numbers>& points, int64_t work_max) {
  const int64_t least = maker_->budget().left() - work_max;
  for (const Numbers& point : points) {
    const Truth equal = CompareAt(point, false);
    if (equal == Truth::kFalse) return Truth::kTrue;
    if (maker_->budget().spent() || maker_->budget().left() < least) return Truth::kUnknown;
  }
  return Truth::kFalse;
}

Truth SpecialPoints::Differ() {
  if (symbols_.empty()) return Truth::kFalse;
  const int64_t work_max = maker_->budget().left();
  if (jumps_) {
    for (const std::vector<Numbers>& points :
         {IntegerPoints(), IntegersNearNumbers(), HalfPoints()}) {
      if (const Truth differ = DifferAt(points, work_max); differ != Truth::kFalse) return differ;
    }
  }
  const TermPool& pool = maker_->pool();
  const bool corners = !pool.traits(a_).uniform || !pool.traits(b_).uniform;
  if (!corners && !jumps_) return Truth::kFalse;
  const Truth differ = DifferAt(PointsNearNumbers(), work_max / 2);
  return differ == Truth::kUnknown ? Truth::kFalse : differ;
}

}  // namespace whet::math
