#include "rewards/math/piecewise.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "rewards/math/certain.h"
#include "rewards/math/partial_fractions.h"
#include "rewards/math/substitute.h"

namespace whet::math {
namespace {

constexpr size_t kPiecesMax = 24;
constexpr int64_t kFloorMax = int64_t{1} << 40;

class Splitter {
 public:
  Splitter(const Integral& integral, TermId symbol, TermMaker* maker)
      : integral_(integral), symbol_(symbol), maker_(maker) {}

  std::optional<std::vector<Integral>> Run();

 private:
  bool AddBreaks(TermId term);
  bool AddRoots(const std::vector<TermId>& coefficients);
  bool AddSteps(TermId argument, const std::vector<TermId>& coefficients);
  // Keeps them sorted, and only those inside.
  bool AddBreak(TermId at);
  // The body as it is around a place that is no break.
  std::optional<TermId> BodyAround(TermId place);
  TermId At(TermId term, TermId place) { return Substitute(term, symbol_, place, maker_); }

  const Integral integral_;
  const TermId symbol_;
  TermMaker* const maker_;
  std::vector<TermId> cases_;  // The absolute values and floors.
  std::vector<TermId> breaks_;
};

bool Splitter::AddBreak(TermId at) {
  const std::optional<int> from = SignOfDifference(at, integral_.from, maker_);
  const std::optional<int> to = SignOfDifference(at, integral_.to, maker_);
  if (!from.has_value() || !to.has_value() || breaks_.size() >= kPiecesMax) return false;
  if (*from <= 0 || *to >= 0) return true;
  size_t place = 0;
  for (; place < breaks_.size(); ++place) {
    const std::optional<int> order = SignOfDifference(at, breaks_[place], maker_);
    if (!order.has_value()) return false;
    if (*order == 0) return true;
    if (*order < 0) break;
  }
  breaks_.insert(breaks_.begin() + static_cast<ptrdiff_t>(place), at);
  return true;
}

bool Splitter::AddRoots(const std::vector<TermId>& coefficients) {
  const TermId a = coefficients.back();
  const std::optional<int> sign = SignOf(a, maker_);
  if (!sign.has_value() || *sign == 0) return false;
  if (coefficients.size() == 2) {
    return AddBreak(maker_->Negate(maker_->Divide(coefficients[0], a)));
  }
  const TermId b = coefficients[1];
  const TermId square = maker_->Power(b, maker_->Integer(2));
  const TermId discriminant =
      maker_->Subtract(square, maker_->Multiply({maker_->Integer(4), a, coefficients[0]}));
  const std::optional<int> real = SignOf(discriminant, maker_);
  if (!real.has_value()) return false;
  if (*real < 0) return true;
  for (const int64_t direction : {1, -1}) {
    const TermId root =
        maker_->Multiply(maker_->Integer(direction), maker_->SquareRoot(discriminant));
    const TermId above = maker_->Subtract(root, b);
    if (!AddBreak(maker_->Divide(above, maker_->Multiply(maker_->Integer(2), a)))) return false;
  }
  return true;
}

bool Splitter::AddSteps(TermId argument, const std::vector<TermId>& coefficients) {
  const auto first = CertainFloor(At(argument, integral_.from), kFloorMax, maker_);
  const auto last = CertainFloor(At(argument, integral_.to), kFloorMax, maker_);
  const std::optional<int> sign = SignOf(coefficients[1], maker_);
  if (!first.has_value() || !last.has_value() || sign.value_or(0) == 0) return false;
  const auto [low, high] = std::minmax(*first, *last);
  if (high - low > static_cast<int64_t>(kPiecesMax)) return false;
  for (int64_t k = low; k <= high; ++k) {
    const TermId rest = maker_->Subtract(maker_->Integer(k), coefficients[0]);
    if (!AddBreak(maker_->Divide(rest, coefficients[1]))) return false;
  }
  return true;
}

bool Splitter::AddBreaks(TermId term) {
  const TermPool& pool = maker_->pool();
  const bool floor = pool.kind(term) == TermKind::kFloor;
  const TermId argument = pool.arg(term, 0);
  const auto coefficients = CoefficientsOf(argument, symbol_, maker_);
  if (!coefficients.has_value() || coefficients->size() < 2) return false;
  if (coefficients->size() > (floor ? 2 : 3)) return false;
  cases_.push_back(term);
  return floor ? AddSteps(argument, *coefficients) : AddRoots(*coefficients);
}

std::optional<TermId> Splitter::BodyAround(TermId place) {
  TermId body = integral_.body;
  for (const TermId term : cases_) {
    const TermId argument = maker_->pool().arg(term, 0);
    TermId plain = 0;
    if (maker_->pool().kind(term) == TermKind::kFloor) {
      const auto value = CertainFloor(At(argument, place), kFloorMax, maker_);
      if (!value.has_value()) return std::nullopt;
      plain = maker_->Integer(*value);
    } else {
      const std::optional<int> sign = SignOf(At(argument, place), maker_);
      if (sign.value_or(0) == 0) return std::nullopt;
      plain = maker_->Multiply(maker_->Integer(*sign), argument);
    }
    body = Substitute(body, term, plain, maker_);
  }
  return body;
}

std::optional<std::vector<Integral>> Splitter::Run() {
  const TermPool& pool = maker_->pool();
  if (IsInfinite(pool, integral_.from) || IsInfinite(pool, integral_.to)) return std::nullopt;
  if (SignOfDifference(integral_.to, integral_.from, maker_) != 1) return std::nullopt;
  for (const TermId term : TermsBelow(pool, integral_.body)) {
    const TermKind kind = pool.kind(term);
    if (kind != TermKind::kAbs && kind != TermKind::kFloor) continue;
    if (DependsOn(pool, term, symbol_) && !AddBreaks(term)) return std::nullopt;
  }
  if (cases_.empty()) return std::nullopt;
  std::vector<TermId> places = {integral_.from};
  places.insert(places.end(), breaks_.begin(), breaks_.end());
  places.push_back(integral_.to);
  std::vector<Integral> pieces;
  for (size_t i = 0; i + 1 < places.size(); ++i) {
    const TermId sum = maker_->Add(places[i], places[i + 1]);
    const auto body = BodyAround(maker_->Divide(sum, maker_->Integer(2)));
    if (!body.has_value()) return std::nullopt;
    pieces.push_back({*body, places[i], places[i + 1]});
  }
  return pieces;
}

}  // namespace

std::optional<std::vector<Integral>> PiecesOf(const Integral& integral, TermId symbol,
                                              TermMaker* maker) {
  return Splitter(integral, symbol, maker).Run();
}

}  // namespace whet::math
