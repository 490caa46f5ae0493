#include "base/cpu_features.h"

#include <string>

#include "absl/strings/match.h"
#include "base/atomic_file.h"
#include "gtest/gtest.h"

namespace whet {
namespace {

// The kernel's own reading of the same processor.
bool KernelLists(absl::string_view flag) {
  return absl::StrContains(ReadFile("/proc/cpuinfo").value(), flag);
}

TEST(CpuFeaturesTest, AgreesWithTheKernel) {
  const CpuFeatures features = DetectCpuFeatures();
  EXPECT_EQ(features.avx2, KernelLists(" avx2 "));
  EXPECT_EQ(features.avx512, KernelLists(" avx512vl "));
  EXPECT_EQ(features.avx512_bf16, KernelLists(" avx512_bf16 "));
  EXPECT_EQ(features.amx_bf16, KernelLists(" amx_bf16 "));
}

TEST(CpuFeaturesTest, NamesWhatIsThere) {
  EXPECT_EQ(CpuFeatures{}.Name(), "none");
  CpuFeatures features;
  features.avx2 = true;
  features.avx512 = true;
  EXPECT_EQ(features.Name(), "avx2+avx512");
}

TEST(CpuFeaturesTest, ThereIsAProcessor) { EXPECT_GE(UsableCpuCount(), 1); }

}  // namespace
}  // namespace whet
