// AdamW over one flat array of weights. Includes LibTorch: for files of policy/ only.
#ifndef WHET_POLICY_OPTIMIZER_H_
#define WHET_POLICY_OPTIMIZER_H_

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace whet {

// arXiv:1711.05101.
struct AdamWOptions {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0.0;
};

// What an optimizer remembers.
struct AdamWState {
  at::Tensor mean;    // [total] f32, of the gradients
  at::Tensor square;  // [total] f32, of their squares
  int64_t steps = 0;  // That were made, skipped ones not counted.
};

// All zero, for weights like `weights`.
AdamWState NewAdamWState(const at::Tensor& weights);

// The weights that are updated, with what belongs to each of them.
struct FlatWeights {
  at::Tensor values;    // [total] f32
  at::Tensor gradient;  // [total] f32
  int64_t decay_end;    // Weight decay applies to [0, decay_end) only.
};

// One update at the learning rate `lr`.
void AdamWStep(const AdamWOptions& options, double lr, const FlatWeights& weights,
               AdamWState* state);

// √Σ x² in an order that does not depend on the number of threads; not finite if anything in it is
// not.
double NormOf(const at::Tensor& x);

}  // namespace whet

#endif  // WHET_POLICY_OPTIMIZER_H_
