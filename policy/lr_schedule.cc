#include "policy/lr_schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/check.h"

namespace whet {

double LearningRate(const LrOptions& options, int64_t step) {
  WHET_CHECK(step >= 1);
  const double done = static_cast<double>(step - 1);
  const double warmup = static_cast<double>(options.warmup_steps);
  if (done < warmup) return options.lr * (done / std::max(1.0, warmup));
  const double rest = std::max(1.0, static_cast<double>(options.steps) - warmup);
  const double progress = (done - warmup) / rest;
  switch (options.schedule) {
    case LrSchedule::kConstant:
      return options.lr;
    case LrSchedule::kLinear:
      return options.lr * std::max(0.0, 1.0 - progress);
    case LrSchedule::kCosine: {
      const double cosine = std::max(0.0, 0.5 * (1.0 + std::cos(std::numbers::pi * progress)));
      return options.lr * (cosine * (1.0 - options.lr_min_ratio) + options.lr_min_ratio);
    }
  }
  WHET_CHECK(false);
  return 0;
}

}  // namespace whet
