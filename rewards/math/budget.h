// Work, counted instead of timed: the same input ends at the same place on every machine.
#ifndef WHET_REWARDS_MATH_BUDGET_H_
#define WHET_REWARDS_MATH_BUDGET_H_

#include <cstdint>

namespace whet::math {

// A stock of units of about a tenth of a microsecond. Who finds it empty stops, and what it was
// after stays unknown. Not thread-safe.
class Budget {
 public:
  explicit Budget(int64_t units) : units_(units) {}

  // Takes `units` before the work that they stand for. False, now and from now on, if there are not
  // enough.
  bool Spend(int64_t units) {
    if (units_ < units) units_ = 0;
    units_ -= units_ < units ? 0 : units;
    return units_ > 0;
  }
  bool spent() const { return units_ <= 0; }
  int64_t left() const { return units_; }

 private:
  int64_t units_;
};

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_BUDGET_H_
