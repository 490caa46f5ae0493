#include "sandbox/jail/resource_group.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "base/atomic_file.h"
#include "base/status.h"
#include "base/unique_fd.h"

namespace whet::sandbox {
namespace {

// A file of a control group, kept open: it can be used after privileges are gone.
class ControlFile {
 public:
  static absl::StatusOr<ControlFile> Open(const std::string& path, int flags) {
    UniqueFd fd(open(path.c_str(), flags | O_CLOEXEC));
    if (!fd.valid()) return ErrnoStatus(errno, absl::StrCat("open ", path));
    return ControlFile(path, std::move(fd));
  }

  absl::Status Write(absl::string_view text) const {
    if (pwrite(fd_.get(), text.data(), text.size(), 0) == static_cast<ssize_t>(text.size())) {
      return absl::OkStatus();
    }
    return ErrnoStatus(errno, absl::StrCat("write ", text, " to ", path_));
  }

  std::string Read() const {
    char buffer[8192];
    const ssize_t count = pread(fd_.get(), buffer, sizeof(buffer), 0);
    return count > 0 ? std::string(buffer, static_cast<size_t>(count)) : "";
  }

  int64_t Number() const {
    int64_t value = 0;
    return absl::SimpleAtoi(absl::StripAsciiWhitespace(Read()), &value) ? value : 0;
  }

  // Of a file with lines "key value"; 0 if it has no such line.
  int64_t Field(absl::string_view key) const {
    const std::string text = Read();
    for (const absl::string_view line : absl::StrSplit(text, '\n')) {
      const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
      int64_t value = 0;
      if (words.size() == 2 && words[0] == key && absl::SimpleAtoi(words[1], &value)) return value;
    }
    return 0;
  }

 private:
  ControlFile(std::string path, UniqueFd fd) : path_(std::move(path)), fd_(std::move(fd)) {}

  std::string path_;
  UniqueFd fd_;
};

// A directory that we made, and will be gone after us.
absl::Status RemoveAfterUs(const std::string& path) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return ErrnoStatus(errno, "pipe");
  UniqueFd reader(ends[0]);
  // It stays open until this process has ended: nobody else has it.
  const int writer = ends[1];
  const pid_t pid = fork();
  if (pid < 0) {
    close(writer);
    return ErrnoStatus(errno, "fork");
  }
  if (pid > 0) {
    waitpid(pid, nullptr, 0);
    return absl::OkStatus();
  }
  // Nobody's child, in a group of its own, and so before we go on: what kills ours, or us, leaves
  // it.
  setsid();
  if (fork() != 0) _exit(0);
  prctl(PR_SET_NAME, "whet-jail-tidy");
  for (int fd = 0; fd < 1024; ++fd) {
    if (fd != reader.get()) close(fd);
  }
  char byte = 0;
  while (read(reader.get(), &byte, 1) < 0 && errno == EINTR) {
  }
  // Processes that were killed take a moment to be gone.
  constexpr int kAttempts = 1000;
  for (int i = 0; i < kAttempts && rmdir(path.c_str()) != 0 && errno == EBUSY; ++i) {
    poll(nullptr, 0, 10);
  }
  _exit(0);
}

// Makes `parent`/whet-jail-PID; returns its path.
absl::StatusOr<std::string> MakeGroup(const std::string& parent) {
  std::string path = absl::StrCat(parent, "/whet-jail-", getpid());
  if (mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) {
    return ErrnoStatus(errno, absl::StrCat("make ", path));
  }
  WHET_RETURN_IF_ERROR(RemoveAfterUs(path));
  return path;
}

// Where the hierarchy of `controller` is mounted ("": version 2), and this process's group in it.
absl::StatusOr<std::string> OwnGroup(absl::string_view controller) {
  WHET_ASSIGN_OR_RETURN(const std::string mounts, ReadFile("/proc/self/mountinfo"));
  std::string mount;
  for (const absl::string_view line : absl::StrSplit(mounts, '\n')) {
    const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
    const auto dash = std::find(words.begin(), words.end(), "-");
    if (words.size() < 10 || words.end() - dash < 4) continue;
    const absl::string_view type = dash[1];
    const std::vector<absl::string_view> options = absl::StrSplit(dash[3], ',');
    const bool matches =
        controller.empty()
            ? type == "cgroup2"
            : type == "cgroup" && std::count(options.begin(), options.end(), controller) > 0;
    if (matches) mount = std::string(words[4]);
  }
  if (mount.empty()) {
    return absl::NotFoundError(controller.empty()
                                   ? "no cgroup v2 is mounted"
                                   : absl::StrCat("no cgroup v1 of ", controller, " is mounted"));
  }
  WHET_ASSIGN_OR_RETURN(const std::string groups, ReadFile("/proc/self/cgroup"));
  for (const absl::string_view line : absl::StrSplit(groups, '\n')) {
    const std::vector<absl::string_view> words = absl::StrSplit(line, absl::MaxSplits(':', 2));
    if (words.size() != 3) continue;
    const std::vector<absl::string_view> names = absl::StrSplit(words[1], ',');
    if (std::count(names.begin(), names.end(), controller) == 0) continue;
    std::string path = absl::StrCat(mount, absl::StripSuffix(words[2], "/"));
    // In a container the path may be one of the host.
    return PathExists(path) ? path : mount;
  }
  return mount;
}

class V2Group : public ResourceGroup {
 public:
  static absl::StatusOr<std::unique_ptr<ResourceGroup>> Make() {
    WHET_ASSIGN_OR_RETURN(const std::string own, OwnGroup(""));
    WHET_ASSIGN_OR_RETURN(const std::string controllers,
                          ReadFile(absl::StrCat(own, "/cgroup.controllers")));
    const std::vector<absl::string_view> names =
        absl::StrSplit(absl::StripAsciiWhitespace(controllers), ' ');
    if (std::count(names.begin(), names.end(), "memory") == 0) {
      return absl::FailedPreconditionError(
          absl::StrCat(own, " has no memory controller, only: ", controllers));
    }
    WHET_ASSIGN_OR_RETURN(const ControlFile subtree,
                          ControlFile::Open(absl::StrCat(own, "/cgroup.subtree_control"), O_RDWR));
    if (!absl::StrContains(subtree.Read(), "memory")) {
      WHET_RETURN_IF_ERROR(subtree.Write("+memory"));
    }
    WHET_ASSIGN_OR_RETURN(const std::string path, MakeGroup(own));
    const auto file = [&path](const char* name) { return absl::StrCat(path, "/", name); };
    WHET_ASSIGN_OR_RETURN(ControlFile procs, ControlFile::Open(file("cgroup.procs"), O_WRONLY));
    WHET_ASSIGN_OR_RETURN(ControlFile limit, ControlFile::Open(file("memory.max"), O_WRONLY));
    WHET_ASSIGN_OR_RETURN(ControlFile events, ControlFile::Open(file("memory.events"), O_RDONLY));
    WHET_ASSIGN_OR_RETURN(ControlFile current, ControlFile::Open(file("memory.current"), O_RDONLY));
    WHET_ASSIGN_OR_RETURN(ControlFile cpu, ControlFile::Open(file("cpu.stat"), O_RDONLY));
    // A machine without swap has no such file.
    if (PathExists(file("memory.swap.max"))) {
      WHET_ASSIGN_OR_RETURN(const ControlFile swap,
                            ControlFile::Open(file("memory.swap.max"), O_WRONLY));
      WHET_RETURN_IF_ERROR(swap.Write("0"));
    }
    return std::unique_ptr<ResourceGroup>(new V2Group(
        std::move(procs), std::move(limit), std::move(events), std::move(current), std::move(cpu)));
  }

  ResourceControl control() const override { return ResourceControl::kCgroupV2; }
  absl::Status Begin(int64_t memory_bytes) override {
    cpu_before_ = cpu_.Field("usage_usec");
    kills_before_ = events_.Field("oom_kill");
    peak_ = 0;
    return limit_.Write(absl::StrCat(memory_bytes));
  }
  absl::Status Add(pid_t pid) override { return procs_.Write(absl::StrCat(pid)); }
  absl::Duration Cpu() override {
    // Asked at every tick: memory.peak is not in Debian's kernel.
    peak_ = std::max(peak_, current_.Number());
    return absl::Microseconds(cpu_.Field("usage_usec") - cpu_before_);
  }
  int64_t PeakBytes() override { return peak_; }
  bool MemoryExceeded() override { return events_.Field("oom_kill") > kills_before_; }

 private:
  V2Group(ControlFile procs, ControlFile limit, ControlFile events, ControlFile current,
          ControlFile cpu)
      : procs_(std::move(procs)),
        limit_(std::move(limit)),
        events_(std::move(events)),
        current_(std::move(current)),
        cpu_(std::move(cpu)) {}

  ControlFile procs_;
  ControlFile limit_;
  ControlFile events_;
  ControlFile current_;
  ControlFile cpu_;
  int64_t cpu_before_ = 0;
  int64_t kills_before_ = 0;
  int64_t peak_ = 0;
};

class V1Group : public ResourceGroup {
 public:
  static absl::StatusOr<std::unique_ptr<ResourceGroup>> Make() {
    WHET_ASSIGN_OR_RETURN(const std::string memory_own, OwnGroup("memory"));
    WHET_ASSIGN_OR_RETURN(const std::string cpu_own, OwnGroup("cpuacct"));
    WHET_ASSIGN_OR_RETURN(const std::string memory, MakeGroup(memory_own));
    WHET_ASSIGN_OR_RETURN(const std::string cpu, MakeGroup(cpu_own));
    auto group = std::unique_ptr<V1Group>(new V1Group);
    const auto open = [&group](const std::string& directory, const char* name,
                               int flags) -> absl::Status {
      absl::StatusOr<ControlFile> file =
          ControlFile::Open(absl::StrCat(directory, "/", name), flags);
      if (!file.ok()) return file.status();
      group->files_.push_back(*std::move(file));
      return absl::OkStatus();
    };
    WHET_RETURN_IF_ERROR(open(memory, "cgroup.procs", O_WRONLY));
    WHET_RETURN_IF_ERROR(open(cpu, "cgroup.procs", O_WRONLY));
    WHET_RETURN_IF_ERROR(open(memory, "memory.limit_in_bytes", O_RDWR));
    WHET_RETURN_IF_ERROR(open(memory, "memory.max_usage_in_bytes", O_RDWR));
    WHET_RETURN_IF_ERROR(open(memory, "memory.oom_control", O_RDONLY));
    WHET_RETURN_IF_ERROR(open(memory, "memory.stat", O_RDONLY));
    WHET_RETURN_IF_ERROR(open(cpu, "cpuacct.usage", O_RDWR));
    // Without swap accounting there is no such file.
    if (PathExists(absl::StrCat(memory, "/memory.memsw.limit_in_bytes"))) {
      WHET_RETURN_IF_ERROR(open(memory, "memory.memsw.limit_in_bytes", O_RDWR));
    }
    return std::unique_ptr<ResourceGroup>(std::move(group));
  }

  ResourceControl control() const override { return ResourceControl::kCgroupV1; }
  absl::Status Begin(int64_t memory_bytes) override {
    if (memory_bytes != limit_) {
      // Memory and swap together may never be less than memory.
      const bool swap = files_.size() > kSwapLimit;
      if (swap) WHET_RETURN_IF_ERROR(files_[kSwapLimit].Write("-1"));
      WHET_RETURN_IF_ERROR(files_[kLimit].Write(absl::StrCat(memory_bytes)));
      if (swap) WHET_RETURN_IF_ERROR(files_[kSwapLimit].Write(absl::StrCat(memory_bytes)));
      limit_ = memory_bytes;
    }
    WHET_RETURN_IF_ERROR(files_[kPeak].Write("0"));
    kills_before_ = files_[kEvents].Field("oom_kill");
    return files_[kCpu].Write("0");
  }
  absl::Status Add(pid_t pid) override {
    const std::string text = absl::StrCat(pid);
    WHET_RETURN_IF_ERROR(files_[kMemoryProcesses].Write(text));
    return files_[kCpuProcesses].Write(text);
  }
  absl::Duration Cpu() override { return absl::Nanoseconds(files_[kCpu].Number()); }
  int64_t PeakBytes() override {
    // Files that were read are no memory of the program: the kernel takes it back when it likes.
    const ControlFile& stat = files_[kStatistics];
    const int64_t cache = stat.Field("total_cache") - stat.Field("total_shmem");
    return std::max<int64_t>(0, files_[kPeak].Number() - cache);
  }
  bool MemoryExceeded() override { return files_[kEvents].Field("oom_kill") > kills_before_; }

 private:
  // Places in files_.
  enum : size_t {
    kMemoryProcesses,
    kCpuProcesses,
    kLimit,
    kPeak,
    kEvents,
    kStatistics,
    kCpu,
    kSwapLimit,
  };

  V1Group() = default;

  std::vector<ControlFile> files_;
  int64_t limit_ = 0;
  int64_t kills_before_ = 0;
};

// What init counts.
class PolledGroup : public ResourceGroup {
 public:
  explicit PolledGroup(Usage* usage) : usage_(usage) {}

  ResourceControl control() const override { return ResourceControl::kPolling; }
  absl::Status Begin(int64_t memory_bytes) override {
    limit_ = memory_bytes;
    return absl::OkStatus();
  }
  absl::Status Add(pid_t) override { return absl::OkStatus(); }
  absl::Duration Cpu() override { return absl::Nanoseconds(usage_->cpu_ns.load()); }
  int64_t PeakBytes() override { return usage_->peak_bytes.load(); }
  bool MemoryExceeded() override { return usage_->peak_bytes.load() > limit_; }

 private:
  Usage* const usage_;
  int64_t limit_ = 0;
};

absl::StatusOr<std::unique_ptr<ResourceGroup>> Make(ResourceControl control, Usage* usage) {
  switch (control) {
    case ResourceControl::kCgroupV2:
      return V2Group::Make();
    case ResourceControl::kCgroupV1:
      return V1Group::Make();
    case ResourceControl::kPolling:
      break;
  }
  return std::make_unique<PolledGroup>(usage);
}

}  // namespace

absl::StatusOr<std::unique_ptr<ResourceGroup>> MakeResourceGroup(
    std::optional<ResourceControl> wanted, Usage* usage) {
  if (wanted.has_value()) {
    absl::StatusOr<std::unique_ptr<ResourceGroup>> group = Make(*wanted, usage);
    if (group.ok()) return group;
    return absl::FailedPreconditionError(
        absl::StrCat(ResourceControlName(*wanted), " cannot be had: ", group.status().message()));
  }
  for (const ResourceControl control : {ResourceControl::kCgroupV2, ResourceControl::kCgroupV1}) {
    absl::StatusOr<std::unique_ptr<ResourceGroup>> group = Make(control, usage);
    if (group.ok()) return group;
  }
  return Make(ResourceControl::kPolling, usage);
}

}  // namespace whet::sandbox
