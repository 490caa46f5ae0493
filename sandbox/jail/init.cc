#include "sandbox/jail/init.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <utility>

#include "sandbox/jail/confinement.h"
#include "sandbox/jail/process_table.h"
#include "sandbox/wire.h"

namespace whet::sandbox {
namespace {

constexpr Identity kInside = {1000, 1000};
constexpr char kHostName[] = "sbx";
constexpr timespec kPollPeriod = {0, 10'000'000};
constexpr int kFirstFreeFd = 3;

class Init {
 public:
  Init(const InitOptions& options, const InitFds& fds)
      : options_(options),
        fds_(fds),
        scratch_(options.namespaces ? kScratch : options.scratch.c_str()) {}

  // Returns in a forked program alone, and there its arguments.
  std::vector<std::string> Run() {
    // Whoever started us is gone: then so are we, and all that is in here.
    Check(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 ? 0 : errno, "parent death signal");
    Check(CloseOthers(), "close descriptors");
    BlockSignals();
    if (options_.namespaces) {
      Check(MapIdentity(kInside, options_.outside), "map the user");
      MountProc();
      AwaitCommand();
      MountScratch();
    } else {
      AwaitCommand();
      // What loses its parent becomes our child, as in a namespace.
      Check(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0 ? 0 : errno, "become a subreaper");
    }
    WriteFiles();
    // The program may not look into us.
    prctl(PR_SET_DUMPABLE, 0);
    if (Fork()) return std::move(command_.argv);
    CloseProgramEnds();
    Watch();
  }

 private:
  void Check(int error, const char* step) const {
    if (error != 0) Fail(InitMessage::kSetupFailed, error, step);
  }

  [[noreturn]] void Fail(InitMessage::Kind kind, int value, const char* step) const {
    Send(kind, value, step);
    _exit(1);
  }

  void Send(InitMessage::Kind kind, int value, const char* step) const {
    InitMessage message = {kind, value, {}};
    snprintf(message.step, sizeof(message.step), "%s", step);
    while (write(fds_.status, &message, sizeof(message)) < 0 && errno == EINTR) {
    }
  }

  // What the launcher has open is no business of ours.
  int CloseOthers() const {
    int kept[] = {fds_.go, fds_.input, fds_.output, fds_.error, fds_.status, fds_.collected};
    std::sort(std::begin(kept), std::end(kept));
    // The first three stay, so that what is opened later is none of those that the program gets.
    int first = kFirstFreeFd;
    for (const int fd : kept) {
      if (fd > first && syscall(SYS_close_range, first, fd - 1, 0) != 0) return errno;
      first = std::max(first, fd + 1);
    }
    return syscall(SYS_close_range, first, ~0U, 0) == 0 ? 0 : errno;
  }

  void AwaitCommand() {
    uint64_t size = 0;
    ReadWhole(&size, sizeof(size));
    std::string bytes(size, '\0');
    ReadWhole(bytes.data(), bytes.size());
    absl::StatusOr<Command> command = DecodeCommand(bytes);
    if (!command.ok()) _exit(1);
    command_ = *std::move(command);
  }

  void ReadWhole(void* to, size_t size) const {
    for (size_t done = 0; done < size;) {
      const ssize_t count = read(fds_.go, static_cast<char*>(to) + done, size - done);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) _exit(1);  // The launcher died, or needs us no more.
      done += static_cast<size_t>(count);
    }
  }

  // They are waited for. From inside, nobody could kill us with one anyway.
  void BlockSignals() {
    sigemptyset(&awaited_);
    sigaddset(&awaited_, SIGCHLD);
    sigaddset(&awaited_, SIGUSR1);
    sigprocmask(SIG_BLOCK, &awaited_, nullptr);
  }

  void MountProc() const {
    // Read-only: nobody in here may change, say, who dies first when memory runs out.
    constexpr unsigned long kFlags = MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY;
    Check(mount("proc", "/proc", "proc", kFlags, nullptr) == 0 ? 0 : errno, "mount /proc");
    Check(sethostname(kHostName, strlen(kHostName)) == 0 ? 0 : errno, "set the host name");
  }

  void MountScratch() const {
    char options[128];
    snprintf(options, sizeof(options), "size=%lld,nr_inodes=%lld,mode=0755",
             static_cast<long long>(command_.limits.scratch_bytes),
             static_cast<long long>(command_.limits.scratch_files));
    Check(mount("tmpfs", kScratch, "tmpfs", MS_NOSUID | MS_NODEV, options) == 0 ? 0 : errno,
          "mount the scratch directory");
  }

  void WriteFiles() {
    Check(chdir(scratch_) == 0 ? 0 : errno, "enter the scratch directory");
    umask(022);
    for (const File& file : command_.files) {
      for (size_t slash = file.name.find('/'); slash != std::string::npos;
           slash = file.name.find('/', slash + 1)) {
        const std::string parent = file.name.substr(0, slash);
        if (mkdir(parent.c_str(), 0755) != 0 && errno != EEXIST) Check(errno, "make a directory");
      }
      WriteFile(file);
    }
    command_.files.clear();  // They are the program's memory from here on.
  }

  void WriteFile(const File& file) const {
    const int fd = open(file.name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                        file.executable ? 0755 : 0644);
    if (fd < 0) Check(errno, "write a file");
    for (size_t done = 0; done < file.bytes.size();) {
      const ssize_t count = write(fd, file.bytes.data() + done, file.bytes.size() - done);
      if (count < 0) Check(errno, "write a file");
      done += static_cast<size_t>(count);
    }
    close(fd);
  }

  // Whether we are the program.
  bool Fork() {
    int ends[2];
    Check(pipe2(ends, O_CLOEXEC) == 0 ? 0 : errno, "pipe");
    program_ = fork();
    if (program_ < 0) Check(errno, "fork");
    if (program_ == 0) {
      Become(ends[1]);
      return true;
    }
    close(ends[1]);
    InitMessage message = {};
    ssize_t count = 0;
    do {
      count = read(ends[0], &message, sizeof(message));
    } while (count < 0 && errno == EINTR);
    close(ends[0]);
    // Nothing arrives if the program began, which closes the other end.
    if (count == sizeof(message)) Fail(message.kind, message.value, message.step);
    return false;
  }

  // The child: takes everything from itself, then becomes the program.
  void Become(int report_fd) const {
    const auto check = [report_fd](int error, const char* step, InitMessage::Kind kind) {
      if (error == 0) return;
      InitMessage message = {kind, error, {}};
      snprintf(message.step, sizeof(message.step), "%s", step);
      if (write(report_fd, &message, sizeof(message)) < 0) _exit(126);
      _exit(127);
    };
    const auto setup = InitMessage::kSetupFailed;
    setsid();
    umask(077);
    check(Redirect(), "redirect", setup);
    check(SetResourceLimits(command_.limits), "limit resources", setup);
    check(DropCapabilities(), "drop capabilities", setup);
    check(RestrictFiles(options_.landlock, scratch_), "restrict files", setup);
    if (options_.forked) check(LeaveInit(), "leave init's memory", setup);
    check(InstallSyscallFilter(*options_.filter), "filter system calls", setup);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    if (options_.forked) {
      check(syscall(SYS_close_range, kFirstFreeFd, ~0U, 0) == 0 ? 0 : errno, "close", setup);
      return;
    }
    signal(SIGPIPE, SIG_DFL);
    Execute();
    check(errno, "start", InitMessage::kExecFailed);
  }

  // What execve would have done: init's memory goes on in ours.
  int LeaveInit() const {
    if (munmap(options_.usage, sizeof(Usage)) != 0) return errno;
    return prctl(PR_SET_DUMPABLE, 1) == 0 ? 0 : errno;
  }

  void Execute() const {
    std::vector<char*> argv = Pointers(command_.argv);
    std::vector<std::string> environment = ProgramEnvironment(scratch_, command_.environment);
    std::vector<char*> envp = Pointers(environment);
    execve(argv[0], argv.data(), envp.data());
  }

  static std::vector<char*> Pointers(const std::vector<std::string>& words) {
    std::vector<char*> pointers;
    pointers.reserve(words.size() + 1);
    for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
    pointers.push_back(nullptr);
    return pointers;
  }

  // stdin, stdout and stderr, and nothing else once the program runs.
  int Redirect() const {
    if (dup2(fds_.input, 0) < 0 || dup2(fds_.output, 1) < 0 || dup2(fds_.error, 2) < 0) {
      return errno;
    }
    constexpr unsigned kCloexec = 1U << 2;  // CLOSE_RANGE_CLOEXEC
    return syscall(SYS_close_range, kFirstFreeFd, ~0U, kCloexec) == 0 ? 0 : errno;
  }

  void CloseProgramEnds() const {
    close(fds_.input);
    close(fds_.output);
    close(fds_.error);
  }

  // Until the program ends.
  [[noreturn]] void Watch() {
    while (true) {
      const int number = options_.counts ? sigtimedwait(&awaited_, nullptr, &kPollPeriod)
                                         : sigwaitinfo(&awaited_, nullptr);
      if (number == SIGCHLD) Bury();
      if (number == SIGUSR1 || options_.counts) Count();
      // Who is over the memory limit goes at once, with all of us.
      if (options_.counts && options_.usage->peak_bytes > command_.limits.memory_bytes) {
        End();
      }
    }
  }

  void Count() const { CountUsage(scratch_, command_.limits.memory_bytes, options_.usage); }

  void Bury() {
    int status = 0;
    for (pid_t dead = waitpid(-1, &status, WNOHANG); dead > 0;
         dead = waitpid(-1, &status, WNOHANG)) {
      if (dead == program_) Finish(status);
    }
  }

  // The program has ended, and with it the run: who is left is killed before anybody hears of it.
  // What the kernel then does to take the namespaces down, nobody needs to wait for.
  [[noreturn]] void Finish(int status) const {
    if (options_.counts) Count();
    KillAll();
    CountBuried(options_.usage);
    Collect();
    Send(InitMessage::kExited, status, "");
    _exit(0);
  }

  [[noreturn]] void End() const {
    KillAll();
    _exit(0);
  }

  void KillAll() const {
    if (options_.namespaces) {
      // Everybody but us; again, for who was just being forked.
      do {
        kill(-1, SIGKILL);
      } while (waitpid(-1, nullptr, 0) > 0);
    } else {
      KillDescendants();
    }
  }

  // Where no namespace does it. Each round finds the children of those that the last one killed.
  static void KillDescendants() {
    while (true) {
      char path[64];
      snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
      FILE* children = fopen(path, "re");
      if (children == nullptr) return;
      int pid = 0;
      bool any = false;
      while (fscanf(children, "%d", &pid) == 1) {
        kill(pid, SIGKILL);
        any = true;
      }
      fclose(children);
      if (!any) return;
      while (waitpid(-1, nullptr, 0) > 0) {
      }
    }
  }

  void Collect() const {
    for (size_t i = 0; i < command_.collected.size(); ++i) {
      const int fd = OpenPlain(command_.collected[i].c_str());
      if (fd < 0) continue;
      SendFile(fd, i);
      close(fd);
    }
  }

  // Only a plain file with one name, reached without links: the directory is the program's, and
  // what lies there may be anything.
  static int OpenPlain(const char* name) {
    open_how how = {};
    how.flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    return static_cast<int>(syscall(SYS_openat2, AT_FDCWD, name, &how, sizeof(how)));
  }

  void SendFile(int fd, size_t index) const {
    struct stat info = {};
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) || info.st_nlink != 1 ||
        info.st_size > command_.limits.file_bytes) {
      return;
    }
    const CollectedHeader header = {index, static_cast<uint64_t>(info.st_size)};
    if (write(fds_.collected, &header, sizeof(header)) != sizeof(header)) return;
    off_t from = 0;
    while (from < info.st_size &&
           sendfile(fds_.collected, fd, &from, static_cast<size_t>(info.st_size - from)) > 0) {
    }
  }

  const InitOptions& options_;
  const InitFds fds_;
  const char* const scratch_;
  Command command_;
  sigset_t awaited_ = {};
  pid_t program_ = 0;
};

}  // namespace

pid_t StartInit(const InitOptions& options, const InitFds& fds, std::vector<std::string>* argv) {
  clone_args arguments = {};
  // A parent's child ends with the caller's signal.
  arguments.flags = options.forked ? CLONE_PARENT : 0;
  arguments.exit_signal = options.forked ? 0 : SIGCHLD;
  if (options.namespaces) {
    arguments.flags |= CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC |
                       CLONE_NEWUTS | CLONE_NEWCGROUP;
  }
  const long pid = syscall(SYS_clone3, &arguments, sizeof(arguments));
  if (pid != 0) return pid < 0 ? -errno : static_cast<pid_t>(pid);
  *argv = Init(options, fds).Run();
  return 0;
}

std::vector<std::string> ProgramEnvironment(const std::string& scratch,
                                            const std::vector<std::string>& own) {
  std::vector<std::string> environment = {"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=" + scratch,
                                          "TMPDIR=" + scratch, "LANG=C.UTF-8"};
  environment.insert(environment.end(), own.begin(), own.end());
  return environment;
}

int WriteCommand(int fd, const Command& command) {
  Command sent = command;
  sent.input.clear();  // It goes through the program's stdin.
  const std::string bytes = EncodeCommand(sent);
  const uint64_t size = bytes.size();
  std::string message(reinterpret_cast<const char*>(&size), sizeof(size));
  message += bytes;
  for (size_t done = 0; done < message.size();) {
    const ssize_t count = write(fd, message.data() + done, message.size() - done);
    if (count < 0 && errno != EINTR) return errno;
    if (count > 0) done += static_cast<size_t>(count);
  }
  return 0;
}

}  // namespace whet::sandbox
