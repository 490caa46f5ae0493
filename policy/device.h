// Where a model is computed, and in which type. Free of LibTorch.
#ifndef WHET_POLICY_DEVICE_H_
#define WHET_POLICY_DEVICE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "policy/exactness.h"

namespace whet {

enum class DeviceChoice { kAuto, kCpu, kCuda };
enum class ComputeTypeChoice { kAuto, kF32, kBf16 };

enum class Device { kCpu, kCuda };
enum class ComputeType { kF32, kBf16 };
absl::string_view DeviceName(Device device);          // "cpu"
absl::string_view ComputeTypeName(ComputeType type);  // "bf16"

// What is settled about computing once the machine is known.
struct ComputeOptions {
  Device device = Device::kCpu;
  ComputeType type = ComputeType::kF32;
  // Smaller products are padded to so many rows, and then a row's result does not depend on how
  // many there are, if `exact`; policy/exactness.h.
  int rows_min = 1;
  bool exact = false;
  int threads = 1;
};

// Loads LibTorch's CUDA half if a GPU is wanted: call it before anything asks LibTorch about CUDA.
// kAuto is CUDA where its libraries load and find a device, else the CPU; kCuda is
// FailedPrecondition there, with the reason. kAuto type is bf16 where the device multiplies it
// faster: CUDA, and processors with AMX. Sets the number of threads of this and later threads'
// LibTorch calls (0: one for each usable processor), and tests exactness, which takes some 0.1 s.
// `shapes`: of the matrices that will be multiplied.
absl::StatusOr<ComputeOptions> OpenDevice(DeviceChoice device, ComputeTypeChoice type, int threads,
                                          const std::vector<LinearShape>& shapes);

// On how many threads our own loops over rows run, tried: 1 where this was built without OpenMP.
int WorkingThreads();

// Every thread that computes calls this first: LibTorch keeps the number for each.
void UseThreads(int threads);

}  // namespace whet

#endif  // WHET_POLICY_DEVICE_H_
