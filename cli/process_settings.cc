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
  mallopt(M_MMAP_MAX, 0);  // Blocks of any size come from the heap, and go back to it.
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
}

}  // namespace whet
