// What sets apart expressions with jumps and corners that agree at random points: integers, and
// numbers close to those that stand in them.
#ifndef WHET_REWARDS_MATH_SPECIAL_POINTS_H_
#define WHET_REWARDS_MATH_SPECIAL_POINTS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "rewards/math/scalar.h"
#include "rewards/math/term_comparer.h"
#include "rewards/math/term_maker.h"

namespace whet::math {

class SpecialPoints {
 public:
  // `comparer` is of the pool of `maker`; both outlive this.
  SpecialPoints(TermId a, TermId b, uint64_t seed, TermComparer* comparer, TermMaker* maker);

  // Over the integers, if they are meant: all symbols are named n, m, k, i, j, p, q or N, maybe
  // with subscripts, and there is a floor, remainder or power of -1 of them. nullopt if they are
  // not meant, or too few points tell.
  std::optional<ScalarVerdict> CompareOverIntegers();

  // kTrue if both differ at a special point, kUnknown if it was too much work to look at all. Looks
  // at integers and halves if there is a floor, sign, remainder or power of 0 or less, and near the
  // numbers of both sides if there is |x|, a root or the like, as long as that is not too much
  // work.
  Truth Differ();

 private:
  using Numbers = absl::flat_hash_map<TermId, TermId>;

  std::vector<Numbers> IntegerPoints();
  std::vector<Numbers> IntegersNearNumbers();
  std::vector<Numbers> HalfPoints();
  std::vector<Numbers> PointsNearNumbers();
  std::vector<Rational> WrittenNumbers() const;
  // One symbol is `number`, the others are random.
  Numbers Near(const Rational& number, size_t symbol, uint32_t index);
  // From 0 to 2^32 - 1.
  int64_t Random(uint32_t index, size_t symbol) const;
  Truth CompareAt(const Numbers& point, bool thorough);
  // At most `work_max` is spent; kUnknown where it does not suffice.
  Truth DifferAt(const std::vector<Numbers>& points, int64_t work_max);

  const TermId a_;
  const TermId b_;
  const uint64_t seed_;
  TermComparer* const comparer_;
  TermMaker* const maker_;
  std::vector<TermId> symbols_;  // By name.
  std::vector<TermId> below_;    // All terms of both sides.
  bool grows_ = false;           // As 2^n and n! do.
  bool jumps_ = false;           // With the symbols.
  bool integers_meant_ = false;
};

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_SPECIAL_POINTS_H_
