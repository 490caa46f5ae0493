#include "policy/torch_info.h"

#include <ATen/Context.h>
#include <ATen/Version.h>
#include <dlfcn.h>
#include <torch/headeronly/version.h>

namespace whet {

TorchInfo GetTorchInfo() {
  TorchInfo info;
  info.version = TORCH_VERSION;
  info.cpu_capability = at::get_cpu_capability();
  info.mkl = at::hasMKL();
  info.onednn = at::hasMKLDNN();
  Dl_info library = {};
  if (dladdr(reinterpret_cast<const void*>(&at::get_cpu_capability), &library) != 0) {
    info.path = library.dli_fname;
  }
  return info;
}

}  // namespace whet
