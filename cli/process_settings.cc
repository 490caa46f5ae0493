#include "cli/process_settings.h"

#include <malloc.h>
#include <unistd.h>

#include <cstdlib>
#include <limits>

namespace whet {

void CalmThreads(char** argv) {
  if (std::getenv("GOMP_SPINCOUNT") != nullptr || std::getenv("OMP_WAIT_POLICY") != nullptr) return;
  if (setenv("GOMP_SPINCOUNT", "1000", /*overwrite=*/0) != 0) return;
  // Where it fails the program goes on as it is: slower beside others, but right.
  execv("/proc/self/exe", argv);
}

void KeepMemory() {
  constexpr int kLargestThreshold = 32 << 20;  // That glibc takes.
  mallopt(M_MMAP_THRESHOLD, kLargestThreshold);
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
}

}  // namespace whet
