#include "base/cpu_features.h"

#include <cpuid.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/atomic_file.h"

namespace whet {
namespace {

// Bits of XCR0: which registers the operating system saves (Intel SDM volume 1, 13.3).
constexpr uint64_t kXcr0Avx = 0x6;
constexpr uint64_t kXcr0Avx512 = 0xE6;
constexpr uint64_t kXcr0Amx = 0x60000;

// Bits of cpuid's leaf 7 in edx; compilers do not agree on names for them.
constexpr uint64_t kAmxBf16 = 1 << 22;
constexpr uint64_t kAmxTile = 1 << 24;

// From linux/arch_prctl: a process must ask before it touches tile registers.
constexpr int kArchRequestPermission = 0x1023;
constexpr int kFeatureTileData = 18;

struct Cpuid {
  uint32_t eax = 0, ebx = 0, ecx = 0, edx = 0;
};

Cpuid QueryCpuid(uint32_t leaf, uint32_t subleaf) {
  Cpuid r;
  if (__get_cpuid_count(leaf, subleaf, &r.eax, &r.ebx, &r.ecx, &r.edx) == 0) return {};
  return r;
}

uint64_t Xcr0() {
  uint32_t low = 0;
  uint32_t high = 0;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return uint64_t{high} << 32 | low;
}

bool HasBits(uint64_t value, uint64_t bits) { return (value & bits) == bits; }

}  // namespace

std::string CpuFeatures::Name() const {
  std::vector<std::string> names;
  for (const auto& [has, name] :
       {std::pair(avx2, "avx2"), std::pair(avx512, "avx512"), std::pair(avx512_bf16, "avx512_bf16"),
        std::pair(amx_bf16, "amx_bf16")}) {
    if (has) names.emplace_back(name);
  }
  return names.empty() ? "none" : absl::StrJoin(names, "+");
}

CpuFeatures DetectCpuFeatures() {
  CpuFeatures features;
  const Cpuid leaf1 = QueryCpuid(1, 0);
  const Cpuid leaf7 = QueryCpuid(7, 0);
  const Cpuid leaf7_1 = QueryCpuid(7, 1);
  if (!HasBits(leaf1.ecx, bit_OSXSAVE)) return features;
  const uint64_t saved = Xcr0();
  features.avx2 = HasBits(saved, kXcr0Avx) && HasBits(leaf7.ebx, bit_AVX2) &&
                  HasBits(leaf1.ecx, bit_FMA | bit_F16C);
  features.avx512 =
      features.avx2 && HasBits(saved, kXcr0Avx512) &&
      HasBits(leaf7.ebx, bit_AVX512F | bit_AVX512BW | bit_AVX512CD | bit_AVX512DQ | bit_AVX512VL);
  features.avx512_bf16 = features.avx512 && HasBits(leaf7_1.eax, bit_AVX512BF16);
  features.amx_bf16 = features.avx512_bf16 && HasBits(saved, kXcr0Amx) &&
                      HasBits(leaf7.edx, kAmxTile | kAmxBf16) &&
                      syscall(SYS_arch_prctl, kArchRequestPermission, kFeatureTileData) == 0;
  return features;
}

std::string CpuModelName() {
  const absl::StatusOr<std::string> text = ReadFile("/proc/cpuinfo");
  if (!text.ok()) return "";
  for (absl::string_view line : absl::StrSplit(*text, '\n')) {
    if (!absl::ConsumePrefix(&line, "model name")) continue;
    line.remove_prefix(std::min(line.find(':') + 1, line.size()));
    return std::string(absl::StripAsciiWhitespace(line));
  }
  return "";
}

int UsableCpuCount() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return 1;
  return std::max(CPU_COUNT(&set), 1);
}

}  // namespace whet
