#include "sandbox/jail/process_table.h"

#include <dirent.h>
#include <fcntl.h>
#include <fts.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "sandbox/jail/system_root.h"

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

constexpr int64_t kExactly = 4;

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

// At most what it holds: all that it has mapped and could write. Without the system's files.
int64_t BoundOf(const char* pid) {
  char text[128];
  long long mapped = 0;
  long long text_pages = 0;
  if (ReadOf(pid, "statm", text) <= 0 ||
      sscanf(text, "%lld %*d %*d %lld", &mapped, &text_pages) != 2) {
    return 0;
  }
  return (mapped - text_pages) * PageBytes();
}

int64_t FieldOf(const char* text, const char* name) {
  const char* at = strstr(text, name);
  return at == nullptr ? 0 : strtoll(at + strlen(name), nullptr, 10);
}

// Pages that several processes share are each one's in part. Without shared memory.
int64_t ShareOf(const char* pid) {
  char text[4096];
  if (ReadOf(pid, "smaps_rollup", text) <= 0) return 0;
  return FieldOf(text, "Pss_Anon:") << 10;
}

// Anonymous memory that is shared belongs to whoever maps it, and may be full although nobody has
// its pages at hand: it counts with its size, once for all who map it. Its inodes tell which is
// which; of more than fit, all count.
struct SharedMemory {
  static constexpr size_t kInodesMax = 256;
  unsigned long long inodes[kInodesMax] = {};
  size_t count = 0;
  int64_t bytes = 0;

  void Add(unsigned long long inode, int64_t size) {
    if (std::find(inodes, inodes + count, inode) != inodes + count) return;
    if (count < kInodesMax) inodes[count++] = inode;
    bytes += size;
  }
};

void AddShared(const char* pid, SharedMemory* shared) {
  char path[512];
  snprintf(path, sizeof(path), "/proc/%s/maps", pid);
  FILE* maps = fopen(path, "re");
  if (maps == nullptr) return;
  char line[512];
  while (fgets(line, sizeof(line), maps) != nullptr) {
    unsigned long long begin = 0;
    unsigned long long end = 0;
    unsigned long long inode = 0;
    if (strstr(line, "/dev/zero (deleted)") == nullptr) continue;
    if (sscanf(line, "%llx-%llx %*s %*s %*s %llu", &begin, &end, &inode) == 3) {
      shared->Add(inode, static_cast<int64_t>(end - begin));
    }
  }
  fclose(maps);
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

int64_t TreeBytes(const char* directory) {
  constexpr int64_t kBlock = 512;
  int64_t bytes = 0;
  char* const roots[] = {const_cast<char*>(directory), nullptr};
  FTS* tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, nullptr);
  if (tree == nullptr) return 0;
  while (const FTSENT* entry = fts_read(tree)) {
    if (entry->fts_info == FTS_F) bytes += entry->fts_statp->st_blocks * kBlock;
  }
  fts_close(tree);
  return bytes;
}

// Of the scratch directory: a file system of its own, or, of weak isolation, a part of one.
int64_t FileBytes(const char* scratch) {
  if (strcmp(scratch, kScratch) != 0) return TreeBytes(scratch);
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

int64_t MessageBytes() {
  int64_t bytes = 0;
  FILE* table = fopen("/proc/sysvipc/msg", "re");
  if (table == nullptr) return 0;
  char line[512];
  while (fgets(line, sizeof(line), table) != nullptr) {
    long long queued = 0;
    if (sscanf(line, "%*d %*d %*o %lld", &queued) == 1) bytes += queued;
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
  int64_t bound_bytes = 0;
  int64_t stalled_ns = 0;
};

// Calls `visit` with each process of the program.
template <typename Visit>
void ForEachProcess(Visit visit) {
  DIR* processes = opendir("/proc");
  if (processes == nullptr) return;
  while (const dirent* entry = readdir(processes)) {
    const char* pid = entry->d_name;
    if (pid[0] < '1' || pid[0] > '9' || !IsDescendant(pid)) continue;
    visit(pid);
  }
  closedir(processes);
}

Sums AddUp() {
  Sums sums;
  ForEachProcess([&sums](const char* pid) {
    sums.cpu_ns += CpuOf(pid);
    sums.bound_bytes += BoundOf(pid);
    sums.stalled_ns = std::max(sums.stalled_ns, StalledOf(pid));
  });
  return sums;
}

int64_t ProcessBytes() {
  int64_t bytes = 0;
  SharedMemory shared;
  ForEachProcess([&bytes, &shared](const char* pid) {
    bytes += ShareOf(pid);
    AddShared(pid, &shared);
  });
  return bytes + shared.bytes;
}

int64_t BuriedCpu() {
  rusage used = {};
  getrusage(RUSAGE_CHILDREN, &used);
  return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1'000'000'000 +
         (used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1000;
}

}  // namespace

void CountUsage(const char* scratch, int64_t bytes_max, Usage* usage) {
  const int64_t files = FileBytes(scratch) + SharedMemoryBytes() + MessageBytes();
  const Sums sums = AddUp();
  // What nobody could have exceeded need not be counted exactly, but from time to time.
  const bool exactly = sums.bound_bytes + files > bytes_max || usage->counts % kExactly == 0;
  const int64_t memory = exactly ? ProcessBytes() + files : usage->memory_bytes.load();
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
