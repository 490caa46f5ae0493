#include "sandbox/jail/system_root.h"

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "base/status.h"
#include "base/unique_fd.h"

namespace whet::sandbox {
namespace {

// Beyond those that systems and containers hand out.
constexpr uid_t kFirstUser = 2'000'000'000;
constexpr uid_t kUsers = 100'000'000;

// Any directory that is there everywhere; the new root is made on it, unseen by others.
constexpr char kPlace[] = "/tmp";

absl::Status Mount(const char* source, const std::string& target, const char* type,
                   unsigned long flags, const char* data = nullptr) {
  if (mount(source, target.c_str(), type, flags, data) == 0) return absl::OkStatus();
  return ErrnoStatus(errno, absl::StrCat("mount ", target));
}

absl::Status MakeDirectory(const std::string& path) {
  std::string made;
  for (const absl::string_view part : absl::StrSplit(path, '/', absl::SkipEmpty())) {
    absl::StrAppend(&made, "/", part);
    if (mkdir(made.c_str(), 0755) != 0 && errno != EEXIST && errno != EROFS) {
      return ErrnoStatus(errno, absl::StrCat("make ", made));
    }
  }
  return absl::OkStatus();
}

absl::Status WriteFile(const std::string& path, absl::string_view text) {
  const UniqueFd file(open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
  if (file.valid() &&
      write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size())) {
    return absl::OkStatus();
  }
  return ErrnoStatus(errno, absl::StrCat("write ", path));
}

// A mount of somebody else keeps the restrictions that it has.
unsigned long KeptFlags(const std::string& path) {
  struct statvfs info = {};
  if (statvfs(path.c_str(), &info) != 0) return 0;
  unsigned long flags = 0;
  if ((info.f_flag & ST_NOEXEC) != 0) flags |= MS_NOEXEC;
  if ((info.f_flag & ST_NOATIME) != 0) flags |= MS_NOATIME;
  if ((info.f_flag & ST_NODIRATIME) != 0) flags |= MS_NODIRATIME;
  if ((info.f_flag & ST_RELATIME) != 0) flags |= MS_RELATIME;
  return flags;
}

// The machine's `path` at the same place of the new root, read-only.
absl::Status BindDirectory(const std::string& root, const std::string& path) {
  const std::string target = absl::StrCat(root, path);
  WHET_RETURN_IF_ERROR(MakeDirectory(target));
  WHET_RETURN_IF_ERROR(Mount(path.c_str(), target, nullptr, MS_BIND));
  return Mount(nullptr, target, nullptr,
               MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | KeptFlags(target));
}

absl::Status BindFile(const std::string& root, const std::string& path, unsigned long flags) {
  const std::string target = absl::StrCat(root, path);
  WHET_RETURN_IF_ERROR(WriteFile(target, ""));
  WHET_RETURN_IF_ERROR(Mount(path.c_str(), target, nullptr, MS_BIND));
  return Mount(nullptr, target, nullptr,
               MS_REMOUNT | MS_BIND | MS_NOSUID | flags | KeptFlags(target));
}

absl::Status Link(const std::string& target, const std::string& path) {
  if (symlink(target.c_str(), path.c_str()) == 0) return absl::OkStatus();
  return ErrnoStatus(errno, absl::StrCat("link ", path));
}

bool IsDirectory(const std::string& path) {
  struct stat info = {};
  return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

// /bin and the like: links into /usr, or directories of their own on older systems.
absl::Status AddSystemDirectories(const std::string& root) {
  WHET_RETURN_IF_ERROR(BindDirectory(root, "/usr"));
  for (const char* name : {"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"}) {
    char target[256] = {};
    const ssize_t size = readlink(name, target, sizeof(target) - 1);
    if (size > 0) {
      WHET_RETURN_IF_ERROR(Link(target, absl::StrCat(root, name)));
    } else if (IsDirectory(name)) {
      WHET_RETURN_IF_ERROR(BindDirectory(root, name));
    }
  }
  WHET_RETURN_IF_ERROR(MakeDirectory(absl::StrCat(root, "/etc")));
  // Compilers and interpreters are found through the one, libraries through the other.
  if (IsDirectory("/etc/alternatives")) {
    WHET_RETURN_IF_ERROR(BindDirectory(root, "/etc/alternatives"));
  }
  if (access("/etc/ld.so.cache", R_OK) == 0) {
    WHET_RETURN_IF_ERROR(BindFile(root, "/etc/ld.so.cache", MS_RDONLY | MS_NODEV));
  }
  WHET_RETURN_IF_ERROR(
      WriteFile(absl::StrCat(root, "/etc/passwd"), "user:x:1000:1000::/tmp:/bin/sh\n"));
  return WriteFile(absl::StrCat(root, "/etc/group"), "user:x:1000:\n");
}

absl::Status AddDevices(const std::string& root) {
  WHET_RETURN_IF_ERROR(MakeDirectory(absl::StrCat(root, "/dev")));
  for (const char* name : {"null", "zero", "full", "random", "urandom"}) {
    WHET_RETURN_IF_ERROR(BindFile(root, absl::StrCat("/dev/", name), MS_NOEXEC));
  }
  WHET_RETURN_IF_ERROR(Link("/proc/self/fd", absl::StrCat(root, "/dev/fd")));
  WHET_RETURN_IF_ERROR(Link("/proc/self/fd/0", absl::StrCat(root, "/dev/stdin")));
  WHET_RETURN_IF_ERROR(Link("/proc/self/fd/1", absl::StrCat(root, "/dev/stdout")));
  WHET_RETURN_IF_ERROR(Link("/proc/self/fd/2", absl::StrCat(root, "/dev/stderr")));
  return Link(kScratch, absl::StrCat(root, "/dev/shm"));
}

absl::Status BuildRoot(const std::string& root, const std::vector<std::string>& directories) {
  WHET_RETURN_IF_ERROR(
      Mount("tmpfs", root, "tmpfs", MS_NOSUID | MS_NODEV, "size=1m,nr_inodes=256,mode=0755"));
  WHET_RETURN_IF_ERROR(AddSystemDirectories(root));
  WHET_RETURN_IF_ERROR(AddDevices(root));
  for (const char* name : {kScratch, "/proc", "/var"}) {
    WHET_RETURN_IF_ERROR(MakeDirectory(absl::StrCat(root, name)));
  }
  WHET_RETURN_IF_ERROR(Link(kScratch, absl::StrCat(root, "/var/tmp")));
  for (const std::string& directory : directories) {
    WHET_RETURN_IF_ERROR(BindDirectory(root, directory));
  }
  // The kernel lets a jail mount its own only where one can be seen already.
  WHET_RETURN_IF_ERROR(Mount("/proc", absl::StrCat(root, "/proc"), nullptr, MS_BIND | MS_REC));
  return Mount(nullptr, root, nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV);
}

// Whether `text` could be written whole. Async-signal-safe.
int WriteText(const char* path, const char* text) {
  const int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return errno;
  const size_t size = strlen(text);
  const int error = write(fd, text, size) == static_cast<ssize_t>(size) ? 0 : errno;
  close(fd);
  return error;
}

}  // namespace

int MapIdentity(const Identity& inside, const Identity& outside) {
  // "setgroups" first: else the kernel refuses a group map from who is not root.
  int error = WriteText("/proc/self/setgroups", "deny");
  char text[64];
  snprintf(text, sizeof(text), "%u %u 1", inside.user, outside.user);
  if (error == 0) error = WriteText("/proc/self/uid_map", text);
  snprintf(text, sizeof(text), "%u %u 1", inside.group, outside.group);
  if (error == 0) error = WriteText("/proc/self/gid_map", text);
  return error;
}

absl::Status LeaveRoot() {
  if (geteuid() != 0) return absl::OkStatus();
  // Nobody else's: what the kernel counts by user, pipes and watches say, each launcher has for
  // itself.
  const uid_t user = kFirstUser + static_cast<uid_t>(getpid()) % kUsers;
  if (setgroups(0, nullptr) != 0 || setresgid(user, user, user) != 0 ||
      setresuid(user, user, user) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("root here may not become another user (", strerror(errno),
                     "): this user namespace has too few; start whet as an ordinary user"));
  }
  // Else /proc/self would be root's.
  prctl(PR_SET_DUMPABLE, 1);
  return absl::OkStatus();
}

absl::Status EnterSystemRoot(const std::vector<std::string>& directories) {
  WHET_RETURN_IF_ERROR(LeaveRoot());
  const Identity self = {geteuid(), getegid()};
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("this machine forbids user namespaces to users (", strerror(errno),
                     "); allow them (sysctl kernel.unprivileged_userns_clone=1 or "
                     "kernel.apparmor_restrict_unprivileged_userns=0, or the container's seccomp "
                     "profile), or set sandbox.allow_weak_isolation"));
  }
  const int error = MapIdentity(self, self);
  if (error != 0) return ErrnoStatus(error, "map the user");
  WHET_RETURN_IF_ERROR(Mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE));
  WHET_RETURN_IF_ERROR(BuildRoot(kPlace, directories));
  if (chdir(kPlace) != 0 || syscall(SYS_pivot_root, ".", ".") != 0 ||
      umount2(".", MNT_DETACH) != 0 || chdir("/") != 0) {
    return ErrnoStatus(errno, "enter the system root");
  }
  return absl::OkStatus();
}

}  // namespace whet::sandbox
