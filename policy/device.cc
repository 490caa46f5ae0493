#include "policy/device.h"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <dlfcn.h>

#include <set>
#include <thread>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/cpu_features.h"
#include "base/mutex.h"
#include "base/status.h"
#include "policy/torch_guard.h"

namespace whet {
namespace {

// The libraries register themselves with LibTorch, and stay for good. FailedPrecondition with the
// loader's reason.
absl::Status LoadCuda() {
  for (const char* const name : {"libc10_cuda.so", "libtorch_cuda.so"}) {
    if (dlopen(name, RTLD_NOW | RTLD_GLOBAL) == nullptr) {
      return absl::FailedPreconditionError(
          absl::StrCat("CUDA cannot be used: ", dlerror(),
                       "; install torch with its CUDA libraries and set WHET_TORCH_DIR to it, or "
                       "choose model.device: CPU"));
    }
  }
  return CatchTorch([]() -> absl::Status {
    if (at::hasCUDA()) return absl::OkStatus();
    return absl::FailedPreconditionError(
        "CUDA's libraries are here, but no GPU was found; choose model.device: CPU");
  });
}

absl::StatusOr<Device> ChooseDevice(DeviceChoice choice) {
  if (choice == DeviceChoice::kCpu) return Device::kCpu;
  absl::Status cuda = LoadCuda();
  if (cuda.ok()) return Device::kCuda;
  if (choice == DeviceChoice::kCuda) return cuda;
  return Device::kCpu;
}

ComputeType ChooseType(ComputeTypeChoice choice, Device device) {
  if (choice == ComputeTypeChoice::kF32) return ComputeType::kF32;
  if (choice == ComputeTypeChoice::kBf16) return ComputeType::kBf16;
  const bool fast = device == Device::kCuda || DetectCpuFeatures().amx_bf16;
  return fast ? ComputeType::kBf16 : ComputeType::kF32;
}

}  // namespace

absl::string_view DeviceName(Device device) { return device == Device::kCuda ? "cuda" : "cpu"; }
absl::string_view ComputeTypeName(ComputeType type) {
  return type == ComputeType::kBf16 ? "bf16" : "f32";
}

void UseThreads(int threads) { at::set_num_threads(threads); }

int WorkingThreads() {
  std::set<std::thread::id> ids;
  Mutex mutex;
  at::parallel_for(0, at::get_num_threads(), 1, [&](int64_t, int64_t) {
    const MutexLock lock(&mutex);
    ids.insert(std::this_thread::get_id());
  });
  return static_cast<int>(ids.size());
}

absl::StatusOr<ComputeOptions> OpenDevice(DeviceChoice device, ComputeTypeChoice type, int threads,
                                          const std::vector<LinearShape>& shapes) {
  ComputeOptions options;
  WHET_ASSIGN_OR_RETURN(options.device, ChooseDevice(device));
  options.type = ChooseType(type, options.device);
  options.threads = threads > 0 ? threads : UsableCpuCount();
  constexpr int kThreadsPerProcessorMax = 8;  // More only wait for each other.
  if (options.threads > kThreadsPerProcessorMax * UsableCpuCount()) {
    return absl::InvalidArgumentError(absl::StrCat("engine.threads is ", options.threads,
                                                   ", but there are ", UsableCpuCount(),
                                                   " processors; 0 takes each of them"));
  }
  UseThreads(options.threads);
  if (options.device == Device::kCuda) return options;
  WHET_ASSIGN_OR_RETURN(const Exactness exactness, TestExactness(shapes));
  const std::optional<int> rows_min =
      options.type == ComputeType::kF32 ? exactness.f32_rows_min : exactness.bf16_rows_min;
  options.exact = rows_min.has_value();
  options.rows_min = rows_min.value_or(kRowsMinMax);
  return options;
}

}  // namespace whet
