// What this processor can do, for choosing kernels and for saying what "exact" means: rollouts and
// gradients are the same bits only among machines of equal CpuFeatures::Name().
#ifndef WHET_BASE_CPU_FEATURES_H_
#define WHET_BASE_CPU_FEATURES_H_

#include <string>

namespace whet {

// A feature is true if the processor has it and the operating system saves its registers.
struct CpuFeatures {
  bool avx2 = false;         // With FMA and F16C, which every processor with AVX2 has.
  bool avx512 = false;       // F, BW, CD, DQ and VL.
  bool avx512_bf16 = false;  // vdpbf16ps.
  bool amx_bf16 = false;     // tdpbf16ps; asks the kernel for the tile registers, for the process.

  // "avx2+avx512+avx512_bf16", or "none".
  std::string Name() const;

  friend bool operator==(const CpuFeatures& a, const CpuFeatures& b) = default;
};

CpuFeatures DetectCpuFeatures();

// As /proc/cpuinfo says: "AMD EPYC 9B14"; empty if it does not.
std::string CpuModelName();

// Processors that this process may run on (its affinity mask), at least 1.
int UsableCpuCount();

}  // namespace whet

#endif  // WHET_BASE_CPU_FEATURES_H_
