// A weight as the model computes with it. Includes LibTorch: for files of policy/ only.
#ifndef WHET_POLICY_PARAMETER_H_
#define WHET_POLICY_PARAMETER_H_

#include <ATen/core/Tensor.h>

namespace whet {

// Views into the flat arrays of a WeightSet and of its gradient. Gradients do not go through
// autograd: the backward of each operation adds to `gradient` itself, in f32 whatever the type of
// `value`, so that many micro-batches add up without loss.
struct Parameter {
  at::Tensor value;     // Undefined if the model has none, as a bias.
  at::Tensor gradient;  // f32, of the same shape; undefined while nothing is trained.

  bool defined() const { return value.defined(); }
};

}  // namespace whet

#endif  // WHET_POLICY_PARAMETER_H_
