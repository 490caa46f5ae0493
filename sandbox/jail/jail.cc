#include "sandbox/jail/jail.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/atomic_file.h"
#include "base/clock.h"
#include "base/status.h"
#include "base/unique_fd.h"
#include "sandbox/jail/confinement.h"
#include "sandbox/jail/init.h"

namespace whet::sandbox {
namespace {

constexpr absl::Duration kTick = absl::Milliseconds(20);
// How long a kill may take until the machine is to blame.
constexpr absl::Duration kDeathMax = absl::Seconds(10);

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};

absl::StatusOr<Pipe> MakePipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return ErrnoStatus(errno, "pipe");
  return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

absl::Status SetNonBlocking(int fd) {
  if (fcntl(fd, F_SETFL, O_NONBLOCK) == 0) return absl::OkStatus();
  return ErrnoStatus(errno, "fcntl");
}

absl::Duration CpuOf(const rusage& used) {
  return absl::DurationFromTimeval(used.ru_utime) + absl::DurationFromTimeval(used.ru_stime);
}

// What a program wrote, up to a limit.
class Collector {
 public:
  Collector(UniqueFd fd, int64_t bytes_max) : fd_(std::move(fd)), bytes_max_(bytes_max) {}

  int fd() const { return fd_.get(); }
  bool over() const { return over_; }
  std::string Take() { return std::move(bytes_); }

  // Reads what is there; closes at the end, and when there is too much.
  void Read() {
    char buffer[64 * 1024];
    while (fd_.valid()) {
      const ssize_t count = read(fd_.get(), buffer, sizeof(buffer));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0 && errno == EAGAIN) return;
      if (count <= 0) return fd_.Reset();
      const int64_t room = bytes_max_ - static_cast<int64_t>(bytes_.size());
      bytes_.append(buffer, static_cast<size_t>(std::min<int64_t>(count, room)));
      if (count > room) {
        over_ = true;
        return fd_.Reset();
      }
    }
  }

 private:
  UniqueFd fd_;
  const int64_t bytes_max_;
  std::string bytes_;
  bool over_ = false;
};

}  // namespace

// One program, from its start to its end.
class Jail::Running {
 public:
  Running(Jail* jail, const Command& command) : jail_(jail), command_(command) {}

  absl::StatusOr<Report> Run() {
    WHET_RETURN_IF_ERROR(Start());
    Watch();
    // After a program that exited only init itself is left, on its way out.
    if (!exited_.has_value()) WHET_RETURN_IF_ERROR(jail_->Bury());
    output_->Read();
    error_->Read();
    if (status_.valid()) ReadStatus();
    if (failure_.has_value()) return FailureStatus();
    return MakeReport();
  }

 private:
  absl::Status Start() {
    WHET_RETURN_IF_ERROR(jail_->Bury());
    WHET_ASSIGN_OR_RETURN(jail_->last_, jail_->TakeCell(jail_->Forks(command_)));
    jail_->last_forked_ = jail_->last_.forked;
    Cell& cell = jail_->last_;
    WHET_RETURN_IF_ERROR(jail_->group_->Begin(command_.limits.memory_bytes));
    new (jail_->usage_) Usage;
    input_ = std::move(cell.input);
    output_.emplace(std::move(cell.output), command_.limits.output_bytes);
    error_.emplace(std::move(cell.error), command_.limits.output_bytes);
    status_ = std::move(cell.status);
    collected_ = std::move(cell.collected);
    const absl::Status added = jail_->group_->Add(cell.init);
    if (!added.ok()) {
      Kill();
      return absl::InternalError(added.message());
    }
    begin_ = clock_.Monotonic();
    const int error = WriteCommand(cell.go.get(), command_);
    if (error == 0) return absl::OkStatus();
    Kill();
    return absl::InternalError(absl::StrCat("a jail does not begin: ", strerror(error)));
  }

  void Watch() {
    const absl::Duration deadline = begin_ + command_.limits.wall;
    absl::Duration tick = begin_ + kTick;
    bool dead = false;
    while (!dead && !exited_.has_value() && reason_ == Reason::kNone) {
      dead = Wait(std::min(deadline, tick));
      const absl::Duration now = clock_.Monotonic();
      if (now >= tick) {
        tick = now + kTick;
        // Its own time alone: the jail's counts until it began are a millisecond.
        if (jail_->group_->Cpu() > command_.limits.cpu) reason_ = Reason::kCpu;
        if (jail_->group_->MemoryExceeded()) reason_ = Reason::kMemory;
      }
      if (output_->over() || error_->over()) reason_ = Reason::kOutput;
      const bool runs = !dead && !exited_.has_value();
      if (reason_ == Reason::kNone && runs && now >= deadline) reason_ = Reason::kWall;
    }
    if (reason_ == Reason::kWall) MeasureStall();
    wall_ = clock_.Monotonic() - begin_;
    if (!dead && !exited_.has_value()) Kill();
  }

  // Serves the pipes until `until`, or something happened. Whether init is dead.
  bool Wait(absl::Duration until) {
    std::array<pollfd, 5> fds = {{{jail_->last_.init_fd.get(), POLLIN, 0},
                                  {status_.get(), POLLIN, 0},
                                  {output_->fd(), POLLIN, 0},
                                  {error_->fd(), POLLIN, 0},
                                  {input_.get(), POLLOUT, 0}}};
    const timespec timeout =
        absl::ToTimespec(std::max(until - clock_.Monotonic(), absl::ZeroDuration()));
    if (ppoll(fds.data(), fds.size(), &timeout, nullptr) <= 0) return false;
    if (fds[1].revents != 0) ReadStatus();
    if (fds[2].revents != 0) output_->Read();
    if (fds[3].revents != 0) error_->Read();
    if (fds[4].revents != 0) WriteInput();
    return fds[0].revents != 0;
  }

  void ReadStatus() {
    InitMessage message = {};
    const ssize_t count = read(status_.get(), &message, sizeof(message));
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count == 0) return status_.Reset();
    if (count != sizeof(message)) return;
    if (message.kind == InitMessage::kExited) {
      exited_ = message.value;
    } else {
      failure_ = message;
    }
  }

  void WriteInput() {
    const size_t left = command_.input.size() - written_;
    if (left > 0) {
      const ssize_t count = write(input_.get(), command_.input.data() + written_, left);
      if (count > 0) written_ += static_cast<size_t>(count);
      // Who does not read it all may have had enough.
      if (count < 0 && errno != EAGAIN && errno != EINTR) written_ = command_.input.size();
    }
    if (written_ == command_.input.size()) input_.Reset();
  }

  // Asks init how long the program had to wait for processors.
  void MeasureStall() {
    const int64_t before = jail_->usage_->counts.load();
    syscall(SYS_pidfd_send_signal, jail_->last_.init_fd.get(), SIGUSR1, nullptr, 0);
    const absl::Duration deadline = clock_.Monotonic() + absl::Milliseconds(100);
    while (jail_->usage_->counts.load() == before && clock_.Monotonic() < deadline) {
      poll(nullptr, 0, 1);
    }
  }

  void Kill() { syscall(SYS_pidfd_send_signal, jail_->last_.init_fd.get(), SIGKILL, nullptr, 0); }

  absl::Status FailureStatus() const {
    const std::string what = absl::StrCat(failure_->kind == InitMessage::kExecFailed
                                              ? absl::StrCat("start ", command_.argv[0])
                                              : absl::StrCat("jail: ", failure_->step),
                                          ": ", strerror(failure_->value));
    // What whoever configured the language named by its path.
    if (failure_->kind == InitMessage::kExecFailed && command_.argv[0].front() == '/') {
      return absl::FailedPreconditionError(absl::StrCat(what, "; install it"));
    }
    const bool theirs = failure_->kind == InitMessage::kExecFailed || failure_->value == ENOSPC ||
                        failure_->value == EEXIST || failure_->value == ENOTDIR;
    return theirs ? absl::InvalidArgumentError(what) : absl::InternalError(what);
  }

  absl::StatusOr<Report> MakeReport() {
    Report report;
    report.isolation = jail_->isolation_;
    report.isolation.zygote = jail_->last_forked_;
    report.wall = wall_;
    const Usage& usage = *jail_->usage_;
    report.cpu = std::max(jail_->group_->Cpu(), absl::Nanoseconds(usage.cpu_ns.load()));
    report.peak_bytes = std::max<int64_t>(jail_->group_->PeakBytes(), usage.peak_bytes);
    if (reason_ == Reason::kWall) {
      report.stalled = absl::Nanoseconds(jail_->usage_->stalled_ns.load());
    }
    report.output = output_->Take();
    report.error_output = error_->Take();
    if (exited_.has_value() && WIFEXITED(*exited_)) report.exit_status = WEXITSTATUS(*exited_);
    if (exited_.has_value() && WIFSIGNALED(*exited_)) report.signal = WTERMSIG(*exited_);
    if (!exited_.has_value()) report.signal = SIGKILL;
    WHET_ASSIGN_OR_RETURN(report.ending, EndingOf(report));
    if (report.ending == Ending::kOk && !command_.collected.empty()) {
      WHET_ASSIGN_OR_RETURN(report.collected, ReadCollected());
    }
    return report;
  }

  absl::StatusOr<Ending> EndingOf(const Report& report) const {
    if (output_->over() || error_->over()) return Ending::kOutputLimit;
    if (reason_ == Reason::kCpu || report.cpu > command_.limits.cpu) return Ending::kCpuLimit;
    if (reason_ == Reason::kWall) return Ending::kWallLimit;
    if (jail_->group_->MemoryExceeded()) return Ending::kMemoryLimit;
    // Init does not die by itself, and nobody inside can kill it.
    if (!exited_.has_value()) return absl::InternalError("a jail's init died of no known cause");
    if (report.signal != 0) return Ending::kSignal;
    return report.exit_status != 0 ? Ending::kFailed : Ending::kOk;
  }

  absl::StatusOr<std::vector<File>> ReadCollected() const {
    std::vector<File> files;
    off_t at = 0;
    CollectedHeader header = {};
    while (pread(collected_.get(), &header, sizeof(header), at) == sizeof(header)) {
      at += static_cast<off_t>(sizeof(header));
      File file = {command_.collected.at(header.index), std::string(header.size, '\0')};
      for (size_t done = 0; done < file.bytes.size();) {
        const ssize_t count = pread(collected_.get(), file.bytes.data() + done,
                                    file.bytes.size() - done, at + static_cast<off_t>(done));
        if (count <= 0) return ErrnoStatus(errno, "read a collected file");
        done += static_cast<size_t>(count);
      }
      at += static_cast<off_t>(file.bytes.size());
      files.push_back(std::move(file));
    }
    return files;
  }

  enum class Reason { kNone, kCpu, kWall, kMemory, kOutput };

  Jail* const jail_;
  const Command& command_;
  SystemClock clock_;
  UniqueFd input_;
  UniqueFd status_;
  UniqueFd collected_;
  std::optional<Collector> output_;
  std::optional<Collector> error_;
  size_t written_ = 0;
  absl::Duration begin_;
  absl::Duration wall_;
  Reason reason_ = Reason::kNone;  // Why we ended it.
  std::optional<int> exited_;      // The program's wait status.
  std::optional<InitMessage> failure_;
};

absl::StatusOr<std::unique_ptr<Jail>> Jail::Create(const JailOptions& options) {
  auto jail = std::unique_ptr<Jail>(new Jail);
  void* memory =
      mmap(nullptr, sizeof(Usage), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return ErrnoStatus(errno, "map memory");
  jail->usage_ = new (memory) Usage;
  WHET_ASSIGN_OR_RETURN(jail->group_, MakeResourceGroup(options.control, jail->usage_));
  WHET_ASSIGN_OR_RETURN(jail->filter_, BuildSyscallFilter());
  signal(SIGPIPE, SIG_IGN);
  absl::Status entered = options.force_weak_isolation
                             ? absl::FailedPreconditionError("weak isolation is wanted")
                             : EnterSystemRoot(options.directories);
  jail->isolation_.namespaces = entered.ok();
  if (!entered.ok()) {
    if (!options.allow_weak_isolation) return entered;
    WHET_RETURN_IF_ERROR(LeaveRoot());
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) return ErrnoStatus(errno, "become a subreaper");
  }
  jail->identity_ = {geteuid(), getegid()};
  jail->isolation_.control = jail->group_->control();
  jail->isolation_.landlock = LandlockVersion();
  if (options.python_zygote && jail->isolation_.namespaces) {
    WHET_ASSIGN_OR_RETURN(jail->zygote_, PythonZygote::Start(jail->OptionsOfInits()));
  }
  return jail;
}

Jail::~Jail() {
  Bury().IgnoreError();
  Discard();
  munmap(usage_, sizeof(Usage));
}

absl::Status Jail::Bury() {
  if (!last_.init_fd.valid()) return absl::OkStatus();
  pollfd death = {last_.init_fd.get(), POLLIN, 0};
  // No signals come here that are not the end.
  if (poll(&death, 1, static_cast<int>(absl::ToInt64Milliseconds(kDeathMax))) <= 0) {
    return absl::InternalError("a jail could not be killed; the kernel holds it");
  }
  rusage used = {};
  wait4(last_.init, nullptr, __WALL, &used);
  last_ = Cell();
  if (!isolation_.namespaces) BuryOrphans();
  // Of all that it has waited for.
  usage_->cpu_ns = std::max<int64_t>(usage_->cpu_ns, absl::ToInt64Nanoseconds(CpuOf(used)));
  usage_->peak_bytes = std::max<int64_t>(usage_->peak_bytes, int64_t{used.ru_maxrss} << 10);
  return absl::OkStatus();
}

void Jail::Prepare() {
  // Without namespaces the directory is the run's own, and nothing takes long. What fails now will
  // say so when it is needed.
  if (!isolation_.namespaces || ready_.has_value() || !Bury().ok()) return;
  absl::StatusOr<Cell> cell = MakeCell(last_forked_);
  if (cell.ok()) ready_ = *std::move(cell);
}

void Jail::Discard() {
  if (!ready_.has_value()) return;
  ready_->go.Reset();  // It ends.
  waitpid(ready_->init, nullptr, __WALL);
  ready_.reset();
}

absl::StatusOr<Jail::Cell> Jail::TakeCell(bool forked) {
  if (ready_.has_value() && ready_->forked != forked) Discard();
  if (!ready_.has_value()) return MakeCell(forked);
  Cell cell = *std::move(ready_);
  ready_.reset();
  pollfd death = {cell.init_fd.get(), POLLIN, 0};
  if (poll(&death, 1, 0) == 0) return cell;
  // Somebody killed it meanwhile: the machine, short of memory, say.
  waitpid(cell.init, nullptr, __WALL);
  return MakeCell(forked);
}

bool Jail::Forks(const Command& command) const {
  return zygote_ != nullptr && PythonZygote::Serves(command);
}

InitOptions Jail::OptionsOfInits() const {
  return {.filter = &filter_,
          .outside = identity_,
          .namespaces = isolation_.namespaces,
          .landlock = isolation_.landlock,
          .counts = isolation_.control == ResourceControl::kPolling,
          .scratch = scratch_,
          .usage = usage_};
}

absl::StatusOr<pid_t> Jail::MakeInit(bool forked, const InitFds& fds) {
  std::vector<std::string> unused;
  const pid_t init = forked ? zygote_->StartInit(fds) : StartInit(OptionsOfInits(), fds, &unused);
  if (init < 0) return ErrnoStatus(-init, "start a process in namespaces of its own");
  return init;
}

absl::StatusOr<Jail::Cell> Jail::MakeCell(bool forked) {
  Cell cell;
  cell.forked = forked;
  WHET_ASSIGN_OR_RETURN(Pipe go, MakePipe());
  WHET_ASSIGN_OR_RETURN(Pipe input, MakePipe());
  WHET_ASSIGN_OR_RETURN(Pipe output, MakePipe());
  WHET_ASSIGN_OR_RETURN(Pipe error, MakePipe());
  WHET_ASSIGN_OR_RETURN(Pipe status, MakePipe());
  cell.collected.Reset(memfd_create("collected", MFD_CLOEXEC));
  if (!cell.collected.valid()) return ErrnoStatus(errno, "memfd_create");
  const InitFds fds = {.go = go.read.get(),
                       .input = input.read.get(),
                       .output = output.write.get(),
                       .error = error.write.get(),
                       .status = status.write.get(),
                       .collected = cell.collected.get()};
  WHET_ASSIGN_OR_RETURN(cell.init, MakeInit(forked, fds));
  // It is our child: its number is nobody else's until we have waited for it.
  cell.init_fd.Reset(static_cast<int>(syscall(SYS_pidfd_open, cell.init, 0)));
  if (!cell.init_fd.valid()) return ErrnoStatus(errno, "pidfd_open");
  cell.go = std::move(go.write);
  cell.input = std::move(input.write);
  cell.output = std::move(output.read);
  cell.error = std::move(error.read);
  cell.status = std::move(status.read);
  for (const int fd : {cell.input.get(), cell.output.get(), cell.error.get(), cell.status.get()}) {
    WHET_RETURN_IF_ERROR(SetNonBlocking(fd));
  }
  return cell;
}

// Of a killed init without a namespace; its children have become ours.
void Jail::BuryOrphans() {
  while (true) {
    const absl::StatusOr<std::string> children =
        ReadFile(absl::StrCat("/proc/self/task/", getpid(), "/children"));
    if (!children.ok() || children->empty()) return;
    char* at = const_cast<char*>(children->c_str());
    for (long pid = strtol(at, &at, 10); pid > 0; pid = strtol(at, &at, 10)) {
      if (kill(static_cast<pid_t>(pid), SIGKILL) != 0) return;  // None of ours.
      waitpid(static_cast<pid_t>(pid), nullptr, 0);
    }
  }
}

absl::StatusOr<Report> Jail::Run(const Command& command) {
  WHET_RETURN_IF_ERROR(CheckCommand(command));
  if (isolation_.namespaces) return Running(this, command).Run();
  // A directory of its own stands for the scratch file system.
  char path[] = "/tmp/whet-jail-XXXXXX";
  if (mkdtemp(path) == nullptr) return ErrnoStatus(errno, "make a scratch directory");
  scratch_ = path;
  absl::StatusOr<Report> report = Running(this, command).Run();
  WHET_RETURN_IF_ERROR(RemoveAll(scratch_));
  return report;
}

}  // namespace whet::sandbox
