// Runs programs in jails, one after another.
#ifndef WHET_SANDBOX_JAIL_JAIL_H_
#define WHET_SANDBOX_JAIL_JAIL_H_

#include <linux/filter.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/unique_fd.h"
#include "sandbox/command.h"
#include "sandbox/jail/init.h"
#include "sandbox/jail/python_zygote.h"
#include "sandbox/jail/resource_group.h"
#include "sandbox/jail/system_root.h"
#include "sandbox/jail/usage.h"
#include "sandbox/report.h"

namespace whet::sandbox {

struct JailOptions {
  std::optional<ResourceControl> control;  // Unset: the best there is.
  bool allow_weak_isolation = false;       // Where namespaces are forbidden.
  bool force_weak_isolation = false;       // For tests: as if they were forbidden.
  std::vector<std::string> directories;    // That programs see, read-only, besides the system's.
  bool python_zygote = false;  // Fork Python where there are namespaces: python_zygote.h.
};

// Not thread-safe; the process must have one thread.
class Jail {
 public:
  // Gives up what this process may do but making jails: system_root.h. FailedPrecondition where the
  // machine does not let it, saying what to change.
  static absl::StatusOr<std::unique_ptr<Jail>> Create(const JailOptions& options);
  ~Jail();
  Jail(const Jail&) = delete;

  // Everything that the program does and whatever becomes of it is a report. A Status is for what
  // is not its doing: InvalidArgument for a command that cannot be run as it stands (a program that
  // is not there, too), ResourceExhausted or Internal for a machine that fails.
  absl::StatusOr<Report> Run(const Command& command);

  // Makes the next program's jail as far as it can be without knowing that, for one like the last;
  // Run() does it where it was not done. Takes the milliseconds that the kernel needs for
  // namespaces.
  void Prepare();

 private:
  class Running;
  // A jail whose init waits for a command.
  struct Cell {
    bool forked = false;  // For programs that the zygote serves; else for the others.
    pid_t init = 0;
    UniqueFd init_fd;  // Readable once init is dead.
    UniqueFd go;
    UniqueFd input;
    UniqueFd output;
    UniqueFd error;
    UniqueFd status;
    UniqueFd collected;
  };

  absl::StatusOr<Cell> MakeCell(bool forked);
  absl::StatusOr<Cell> TakeCell(bool forked);
  void Discard();  // What is ready.
  absl::StatusOr<pid_t> MakeInit(bool forked, const InitFds& fds);
  InitOptions OptionsOfInits() const;
  bool Forks(const Command& command) const;

  Jail() = default;

  // Awaits the death of the last run's init: then, by the kernel's doing, all others are dead too.
  absl::Status Bury();
  void BuryOrphans();

  Usage* usage_ = nullptr;  // Shared with inits.
  std::unique_ptr<ResourceGroup> group_;
  std::vector<sock_filter> filter_;
  Identity identity_ = {};
  Isolation isolation_;
  std::string scratch_;                   // Of weak isolation.
  std::unique_ptr<PythonZygote> zygote_;  // nullptr: Python starts like others.
  std::optional<Cell> ready_;
  bool last_forked_ = false;
  Cell last_;  // Of the last run, until its init is buried.
};

}  // namespace whet::sandbox

#endif  // WHET_SANDBOX_JAIL_JAIL_H_
