#include "sandbox/jail/process_table.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace whet::sandbox {
namespace {

// Reads /proc/PID/NAME into `buffer`, ended by a zero; the number of bytes.
template <size_t kSize>
ssize_t ReadOf(const char* pid, const char* name, char (&buffer)[kSize]) {
  char path[512];
  snprintf(path, sizeof(path), "/proc/%s/%s", pid, name);
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  const ssize_t count = read(fd, buffer, kSize - 1);
  close(fd);
  buffer[std::max<ssize_t>(count, 0)] = '\0';
  return count;
}

int64_t PageBytes() { return sysconf(_SC_PAGESIZE); }

// Its own time and that of its children that it has waited for.
int64_t CpuOf(const char* pid) {
  char text[1024];
  if (ReadOf(pid, "stat", text) <= 0) return 0;
  // The name may hold anything, spaces and parentheses too.
  const char* after_name = strrchr(text, ')');
  unsigned long long times[4] = {};
  if (after_name == nullptr ||
      sscanf(after_name + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu %llu %llu",
             &times[0], &times[1], &times[2], &times[3]) != 4) {
    return 0;
  }
  const int64_t ticks = static_cast<int64_t>(times[0] + times[1] + times[2] + times[3]);
  return ticks * (1'000'000'000 / sysconf(_SC_CLK_TCK));
}

// Without files that are mapped: those are the system's.
int64_t MemoryOf(const char* pid) {
  char text[128];
  long long resident = 0;
  long long shared = 0;
  if (ReadOf(pid, "statm", text) <= 0 || sscanf(text, "%*d %lld %lld", &resident, &shared) != 2) {
    return 0;
  }
  return (resident - shared) * PageBytes();
}

int64_t FieldOf(const char* text, const char* name) {
  const char* at = strstr(text, name);
  return at == nullptr ? 0 : strtoll(at + strlen(name), nullptr, 10);
}

// Pages that several processes share are each one's in part.
int64_t ShareOf(const char* pid) {
  char text[4096];
  if (ReadOf(pid, "smaps_rollup", text) <= 0) return MemoryOf(pid);
  return FieldOf(text, "Pss_Anon:") << 10;
}

// How long its most delayed thread has waited for a processor.
int64_t StalledOf(const char* pid) {
  char path[512];
  snprintf(path, sizeof(path), "/proc/%s/task", pid);
  DIR* threads = opendir(path);
  if (threads == nullptr) return 0;
  int64_t longest = 0;
  while (const dirent* entry = readdir(threads)) {
    if (entry->d_name[0] == '.') continue;
    char name[300];
    char text[128];
    long long waited = 0;
    snprintf(name, sizeof(name), "task/%s/schedstat", entry->d_name);
    if (ReadOf(pid, name, text) > 0 && sscanf(text, "%*u %lld", &waited) == 1) {
      longest = std::max<int64_t>(longest, waited);
    }
  }
  closedir(threads);
  return longest;
}

int64_t FileBytes(const char* scratch) {
  struct statfs info = {};
  if (statfs(scratch, &info) != 0) return 0;
  return static_cast<int64_t>(info.f_blocks - info.f_bfree) * info.f_bsize;
}

int64_t SharedMemoryBytes() {
  int64_t bytes = 0;
  FILE* table = fopen("/proc/sysvipc/shm", "re");
  if (table == nullptr) return 0;
  char line[512];
  while (fgets(line, sizeof(line), table) != nullptr) {
    long long resident = 0;
    if (sscanf(line, "%*d %*d %*o %*d %*d %*d %*d %*d %*d %*d %*d %*d %*d %*d %lld", &resident) ==
        1) {
      bytes += resident;
    }
  }
  fclose(table);
  return bytes;
}

int ParentOf(const char* pid) {
  char text[1024];
  if (ReadOf(pid, "stat", text) <= 0) return 0;
  const char* after_name = strrchr(text, ')');
  int parent = 0;
  return after_name != nullptr && sscanf(after_name + 1, " %*c %d", &parent) == 1 ? parent : 0;
}

// In a namespace of its own, everybody but init itself is a descendant of it.
bool IsDescendant(const char* pid) {
  const int self = getpid();
  if (self == 1) return strcmp(pid, "1") != 0;
  int at = ParentOf(pid);
  constexpr int kGenerationsMax = 4096;
  for (int i = 0; i < kGenerationsMax; ++i) {
    if (at == self) return true;
    if (at <= 1) return false;
    char name[16];
    snprintf(name, sizeof(name), "%d", at);
    at = ParentOf(name);
  }
  return false;
}

struct Sums {
  int64_t cpu_ns = 0;
  int64_t memory_bytes = 0;
  int64_t stalled_ns = 0;
};

Sums AddUp(int64_t (*memory_of)(const char* pid)) {
  Sums sums;
  DIR* processes = opendir("/proc");
  if (processes == nullptr) return sums;
  while (const dirent* entry = readdir(processes)) {
    const char* pid = entry->d_name;
    if (pid[0] < '1' || pid[0] > '9' || !IsDescendant(pid)) continue;
    sums.cpu_ns += CpuOf(pid);
    sums.memory_bytes += memory_of(pid);
    sums.stalled_ns = std::max(sums.stalled_ns, StalledOf(pid));
  }
  closedir(processes);
  return sums;
}

int64_t BuriedCpu() {
  rusage used = {};
  getrusage(RUSAGE_CHILDREN, &used);
  return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1'000'000'000 +
         (used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1000;
}

}  // namespace

void CountUsage(const char* scratch, int64_t bytes_max, Usage* usage) {
  const int64_t files = FileBytes(scratch) + SharedMemoryBytes();
  Sums sums = AddUp(MemoryOf);
  if (sums.memory_bytes + files > bytes_max) sums.memory_bytes = AddUp(ShareOf).memory_bytes;
  const int64_t memory = sums.memory_bytes + files;
  usage->cpu_ns = std::max<int64_t>(usage->cpu_ns, sums.cpu_ns + BuriedCpu());
  usage->memory_bytes = memory;
  usage->peak_bytes = std::max<int64_t>(usage->peak_bytes, memory);
  usage->stalled_ns = std::max<int64_t>(usage->stalled_ns, sums.stalled_ns);
  ++usage->counts;
}

void CountBuried(Usage* usage) {
  rusage used = {};
  getrusage(RUSAGE_CHILDREN, &used);
  usage->cpu_ns = std::max<int64_t>(usage->cpu_ns, BuriedCpu());
  usage->peak_bytes = std::max<int64_t>(usage->peak_bytes, int64_t{used.ru_maxrss} << 10);
}

}  // namespace whet::sandbox
