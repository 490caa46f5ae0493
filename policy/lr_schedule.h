// The learning rate over a run. No LibTorch.
#ifndef WHET_POLICY_LR_SCHEDULE_H_
#define WHET_POLICY_LR_SCHEDULE_H_

#include <cstdint>

namespace whet {

enum class LrSchedule {
  kConstant,
  kLinear,  // Falls to 0 with the end of the last step.
  kCosine,  // Half a cosine, down to lr_min_ratio with the end of the last step.
};

struct LrOptions {
  double lr = 1e-6;  // After the warm-up.
  LrSchedule schedule = LrSchedule::kConstant;
  int64_t warmup_steps = 0;  // It rises from 0: the first step's rate is 0 if there is a warm-up.
  int64_t steps = 1;         // Of the run.
  double lr_min_ratio = 0.0;
};

// The rate of step `step` >= 1, as transformers' schedulers give it to its optimizer. After the
// last step a cosine rises again, as there.
double LearningRate(const LrOptions& options, int64_t step);

}  // namespace whet

#endif  // WHET_POLICY_LR_SCHEDULE_H_
