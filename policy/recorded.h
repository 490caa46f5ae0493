// Operations with a backward of our own. Includes LibTorch: for files of policy/ only.
#ifndef WHET_POLICY_RECORDED_H_
#define WHET_POLICY_RECORDED_H_

#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

namespace whet {

// From the gradients of the outputs, zeros where nothing was made of one, to those of the inputs,
// in their orders. Runs without recording.
using Backward = std::function<std::vector<at::Tensor>(const std::vector<at::Tensor>&)>;

// Whether an operation on `inputs` is to be recorded: gradients are on and one of them wants one.
bool IsRecorded(const std::vector<at::Tensor>& inputs);

// Makes `outputs`, fresh tensors, the results of an operation on `inputs`. Does nothing where
// IsRecorded is false.
void Record(const std::vector<at::Tensor>& inputs, const std::vector<at::Tensor>& outputs,
            Backward backward);

}  // namespace whet

#endif  // WHET_POLICY_RECORDED_H_
