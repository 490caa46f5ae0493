// What LibTorch says of itself.
#ifndef WHET_POLICY_TORCH_INFO_H_
#define WHET_POLICY_TORCH_INFO_H_

#include <string>

namespace whet {

struct TorchInfo {
  std::string version;         // "2.11.0"
  std::string cpu_capability;  // Of its own kernels: "AVX2", "AVX512" …
  std::string path;            // Of libtorch_cpu.so as loaded.
  bool mkl = false;            // Matrix products in f32 …
  bool onednn = false;         // … and in bf16 have a library.
};

TorchInfo GetTorchInfo();

}  // namespace whet

#endif  // WHET_POLICY_TORCH_INFO_H_
