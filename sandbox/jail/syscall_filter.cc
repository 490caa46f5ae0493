#include "sandbox/jail/syscall_filter.h"

#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/unique_fd.h"

namespace whet::sandbox {
namespace {

// Names that this machine's libseccomp does not know are newer than it, and stay forbidden.
constexpr const char* kAllowed[] = {
    // Files.
    "access",
    "chdir",
    "chmod",
    "chown",
    "close",
    "close_range",
    "copy_file_range",
    "creat",
    "dup",
    "dup2",
    "dup3",
    "faccessat",
    "faccessat2",
    "fadvise64",
    "fallocate",
    "fchdir",
    "fchmod",
    "fchmodat",
    "fchmodat2",
    "fchown",
    "fchownat",
    "fcntl",
    "fdatasync",
    "fgetxattr",
    "flistxattr",
    "flock",
    "fremovexattr",
    "fsetxattr",
    "fstat",
    "fstatfs",
    "fsync",
    "ftruncate",
    "futimesat",
    "getcwd",
    "getdents",
    "getdents64",
    "getxattr",
    "inotify_add_watch",
    "inotify_init",
    "inotify_init1",
    "inotify_rm_watch",
    "lchown",
    "lgetxattr",
    "link",
    "linkat",
    "listxattr",
    "llistxattr",
    "lremovexattr",
    "lseek",
    "lsetxattr",
    "lstat",
    "mkdir",
    "mkdirat",
    "mknod",
    "mknodat",
    "newfstatat",
    "open",
    "openat",
    "openat2",
    "pread64",
    "preadv",
    "preadv2",
    "pwrite64",
    "pwritev",
    "pwritev2",
    "read",
    "readahead",
    "readlink",
    "readlinkat",
    "readv",
    "removexattr",
    "rename",
    "renameat",
    "renameat2",
    "rmdir",
    "sendfile",
    "setxattr",
    "splice",
    "stat",
    "statfs",
    "statx",
    "symlink",
    "symlinkat",
    "sync",
    "sync_file_range",
    "syncfs",
    "tee",
    "truncate",
    "umask",
    "unlink",
    "unlinkat",
    "utime",
    "utimensat",
    "utimes",
    "vmsplice",
    "write",
    "writev",
    // Waiting for them.
    "epoll_create",
    "epoll_create1",
    "epoll_ctl",
    "epoll_pwait",
    "epoll_pwait2",
    "epoll_wait",
    "eventfd",
    "eventfd2",
    "pipe",
    "pipe2",
    "poll",
    "ppoll",
    "pselect6",
    "select",
    "signalfd",
    "signalfd4",
    "timerfd_create",
    "timerfd_gettime",
    "timerfd_settime",
    // Memory.
    "brk",
    "madvise",
    "mincore",
    "mlock",
    "mlock2",
    "mlockall",
    "mmap",
    "mprotect",
    "mremap",
    "msync",
    "munlock",
    "munlockall",
    "munmap",
    "pkey_alloc",
    "pkey_free",
    "pkey_mprotect",
    "membarrier",
    "get_mempolicy",
    "mbind",
    "set_mempolicy",
    "map_shadow_stack",
    "mseal",
    // Processes and threads. clone and the like have conditions below.
    "arch_prctl",
    "execve",
    "execveat",
    "exit",
    "exit_group",
    "fork",
    "futex",
    "futex_requeue",
    "futex_wait",
    "futex_waitv",
    "futex_wake",
    "get_robust_list",
    "get_thread_area",
    "getcpu",
    "getegid",
    "geteuid",
    "getgid",
    "getgroups",
    "getpgid",
    "getpgrp",
    "getpid",
    "getppid",
    "getpriority",
    "getresgid",
    "getresuid",
    "getrlimit",
    "getrusage",
    "getsid",
    "gettid",
    "getuid",
    "kill",
    "pidfd_open",
    "pidfd_send_signal",
    "prctl",
    "rseq",
    "sched_get_priority_max",
    "sched_get_priority_min",
    "sched_getaffinity",
    "sched_getattr",
    "sched_getparam",
    "sched_getscheduler",
    "sched_rr_get_interval",
    "sched_yield",
    "set_robust_list",
    "set_thread_area",
    "set_tid_address",
    "setfsgid",
    "setfsuid",
    "setgid",
    "setgroups",
    "setpgid",
    "setregid",
    "setresgid",
    "setresuid",
    "setreuid",
    "setrlimit",
    "setsid",
    "setuid",
    "tgkill",
    "tkill",
    "vfork",
    "wait4",
    "waitid",
    "capget",
    "capset",
    "ioprio_get",
    // Signals and time.
    "alarm",
    "clock_getres",
    "clock_gettime",
    "clock_nanosleep",
    "getitimer",
    "gettimeofday",
    "nanosleep",
    "pause",
    "restart_syscall",
    "rt_sigaction",
    "rt_sigpending",
    "rt_sigprocmask",
    "rt_sigqueueinfo",
    "rt_sigreturn",
    "rt_sigsuspend",
    "rt_sigtimedwait",
    "rt_tgsigqueueinfo",
    "setitimer",
    "sigaltstack",
    "time",
    "timer_create",
    "timer_delete",
    "timer_getoverrun",
    "timer_gettime",
    "timer_settime",
    "times",
    // Talk among its own processes: the namespaces hold these in.
    "accept",
    "accept4",
    "bind",
    "connect",
    "getpeername",
    "getsockname",
    "getsockopt",
    "listen",
    "recvfrom",
    "recvmmsg",
    "recvmsg",
    "sendmmsg",
    "sendmsg",
    "sendto",
    "setsockopt",
    "shutdown",
    "mq_getsetattr",
    "mq_notify",
    "mq_open",
    "mq_timedreceive",
    "mq_timedsend",
    "mq_unlink",
    "msgctl",
    "msgget",
    "msgrcv",
    "msgsnd",
    "semctl",
    "semget",
    "semop",
    "semtimedop",
    "shmat",
    "shmctl",
    "shmdt",
    "shmget",
    // The machine, as far as it concerns a program.
    "getrandom",
    "sysinfo",
    "uname",
    "landlock_create_ruleset",
    "landlock_add_rule",
    "landlock_restrict_self",
};

// Numbers up to it are known to the list's author: what of them is not allowed fails with EPERM.
int NewestAllowed() {
  int newest = 0;
  for (const char* name : kAllowed) newest = std::max(newest, seccomp_syscall_resolve_name(name));
  return newest;
}

absl::Status Checked(int result, const char* what) {
  if (result >= 0) return absl::OkStatus();
  return ErrnoStatus(-result, absl::StrCat("seccomp: ", what));
}

// That `mask` of an argument is `value`.
scmp_arg_cmp Masked(unsigned argument, uint64_t mask, uint64_t value) {
  return {.arg = argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value};
}

absl::Status AllowWith(scmp_filter_ctx filter, const char* name, const scmp_arg_cmp& condition) {
  const int number = seccomp_syscall_resolve_name(name);
  return Checked(seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, number, 1, &condition), name);
}

// What is allowed with some arguments only.
absl::Status AddConditions(scmp_filter_ctx filter) {
  constexpr uint64_t kNamespaces = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET |
                                   CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;
  constexpr uint64_t kLow32 = 0xffffffff;
  WHET_RETURN_IF_ERROR(AllowWith(filter, "clone", Masked(0, kNamespaces, 0)));
  for (const char* name : {"socket", "socketpair"}) {
    WHET_RETURN_IF_ERROR(AllowWith(filter, name, Masked(0, ~uint64_t{0}, AF_UNIX)));
  }
  // Its own alone: init has the same user.
  WHET_RETURN_IF_ERROR(AllowWith(filter, "prlimit64", Masked(0, kLow32, 0)));
  for (const uint64_t persona : {uint64_t{PER_LINUX}, kLow32}) {  // The other one only asks.
    WHET_RETURN_IF_ERROR(AllowWith(filter, "personality", Masked(0, kLow32, persona)));
  }
  // What a terminal or a driver can be told. The kernel reads 32 bits of the request.
  for (const uint64_t request :
       {uint64_t{TCGETS}, uint64_t{FIONREAD}, uint64_t{FIONBIO}, uint64_t{FIOCLEX},
        uint64_t{FIONCLEX}, uint64_t{TIOCGWINSZ}, uint64_t{TIOCGPGRP}}) {
    WHET_RETURN_IF_ERROR(AllowWith(filter, "ioctl", Masked(1, kLow32, request)));
  }
  return absl::OkStatus();
}

absl::Status AddRules(scmp_filter_ctx filter) {
  for (const char* name : kAllowed) {
    const int number = seccomp_syscall_resolve_name(name);
    if (number == __NR_SCMP_ERROR) continue;
    WHET_RETURN_IF_ERROR(Checked(seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0), name));
  }
  WHET_RETURN_IF_ERROR(AddConditions(filter));
  // Its flags lie in memory, where no filter can look; libraries fall back to clone.
  WHET_RETURN_IF_ERROR(
      Checked(seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0), "clone3"));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<sock_filter>> Export(scmp_filter_ctx filter) {
  const UniqueFd file(memfd_create("filter", MFD_CLOEXEC));
  if (!file.valid()) return ErrnoStatus(errno, "memfd_create");
  WHET_RETURN_IF_ERROR(Checked(seccomp_export_bpf(filter, file.get()), "export"));
  const off_t bytes = lseek(file.get(), 0, SEEK_END);
  std::vector<sock_filter> instructions(static_cast<size_t>(bytes) / sizeof(sock_filter));
  if (pread(file.get(), instructions.data(), static_cast<size_t>(bytes), 0) != bytes) {
    return ErrnoStatus(errno, "read the filter");
  }
  return instructions;
}

}  // namespace

absl::StatusOr<std::vector<sock_filter>> BuildSyscallFilter() {
  void* const filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
  if (filter == nullptr) return absl::InternalError("seccomp: no filter could be made");
  const absl::Cleanup release = [filter] { seccomp_release(filter); };
  WHET_RETURN_IF_ERROR(Checked(
      seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS), "architecture"));
  // A tree instead of a list: a tenth of the comparisons.
  WHET_RETURN_IF_ERROR(
      Checked(seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2), "optimization"));
  WHET_RETURN_IF_ERROR(AddRules(filter));
  const int newest = NewestAllowed();
  WHET_ASSIGN_OR_RETURN(std::vector<sock_filter> program, Export(filter));
  // In front of it: numbers above the newest known are not there at all. Those with the bit of the
  // x32 ABI are above it too.
  constexpr auto kNumber = static_cast<uint32_t>(offsetof(seccomp_data, nr));
  constexpr auto kArchitecture = static_cast<uint32_t>(offsetof(seccomp_data, arch));
  const std::vector<sock_filter> front = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kArchitecture),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, seccomp_arch_native(), 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kNumber),
      BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, static_cast<uint32_t>(newest), 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS)};
  program.insert(program.begin(), front.begin(), front.end());
  return program;
}

int InstallSyscallFilter(const std::vector<sock_filter>& filter) {
  const sock_fprog program = {.len = static_cast<unsigned short>(filter.size()),
                              .filter = const_cast<sock_filter*>(filter.data())};
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0 ? 0 : errno;
}

}  // namespace whet::sandbox
