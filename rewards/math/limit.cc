#include "rewards/math/limit.h"

#include "rewards/math/certain.h"
#include "rewards/math/germ.h"

namespace whet::math {
namespace {

// More terms are written out where few do not suffice.
constexpr int kOrders[] = {4, 10};

// From one side: above, or below.
std::optional<TermId> OneSided(TermId body, TermId symbol, TermId to, bool above,
                               TermMaker* maker) {
  for (const int order : kOrders) {
    GermMaker germs(order, maker);
    const TermId one = maker->Integer(above ? 1 : -1);
    const bool infinite = IsInfinite(maker->pool(), to);
    Germ at = germs.PowerOfT(infinite ? -1 : 1, one);
    if (!infinite && to != maker->Integer(0)) at = germs.Add(germs.Constant(to), at);
    const Germ germ = germs.Of(body, symbol, at);
    if (germs.failed()) return std::nullopt;
    const std::optional<TermId> limit = germs.LimitOf(germ);
    if (limit.has_value() || germs.failed()) return limit;
  }
  return std::nullopt;
}

}  // namespace

std::optional<TermId> Limit(TermId body, TermId symbol, TermId to, Direction direction,
                            TermMaker* maker) {
  const TermPool& pool = maker->pool();
  if (pool.kind(to) == TermKind::kUndefined || pool.traits(body).imaginary) return std::nullopt;
  if (pool.kind(to) == TermKind::kInfinity) return OneSided(body, symbol, to, true, maker);
  if (pool.kind(to) == TermKind::kMinusInfinity) return OneSided(body, symbol, to, false, maker);
  if (pool.traits(to).imaginary) return std::nullopt;
  if (pool.traits(to).constant && !SignOf(to, maker).has_value()) return std::nullopt;
  if (direction == Direction::kAbove) return OneSided(body, symbol, to, true, maker);
  const std::optional<TermId> below = OneSided(body, symbol, to, false, maker);
  if (direction == Direction::kBelow || !below.has_value()) return below;
  const std::optional<TermId> above = OneSided(body, symbol, to, true, maker);
  return above == below ? above : std::nullopt;
}

}  // namespace whet::math
