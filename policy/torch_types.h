// LibTorch's words for policy/device.h's. Includes LibTorch: for files of policy/ only.
#ifndef WHET_POLICY_TORCH_TYPES_H_
#define WHET_POLICY_TORCH_TYPES_H_

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include "policy/device.h"

namespace whet {

inline at::ScalarType ScalarTypeOf(ComputeType type) {
  return type == ComputeType::kF32 ? at::kFloat : at::kBFloat16;
}

inline c10::Device TorchDeviceOf(Device device) {
  return c10::Device(device == Device::kCuda ? c10::kCUDA : c10::kCPU);
}

}  // namespace whet

#endif  // WHET_POLICY_TORCH_TYPES_H_
