// What whet-jail is asked to run.
#ifndef WHET_SANDBOX_COMMAND_H_
#define WHET_SANDBOX_COMMAND_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "sandbox/limits.h"

namespace whet::sandbox {

// A file in the program's working directory.
struct File {
  std::string name;  // "main.py", "data/in.txt": relative, without . and .. in it.
  std::string bytes;
  bool executable = false;
};

struct Command {
  std::vector<std::string> argv;              // argv[0] is a path: "/usr/bin/python3", "./main".
  std::vector<std::string> environment = {};  // "KEY=VALUE", over PATH, HOME, TMPDIR and LANG.
  std::vector<File> files = {};
  std::string input = {};  // stdin, then its end.
  // Names of files that are read once the program has exited with 0.
  std::vector<std::string> collected = {};
  Limits limits = {};
};

// InvalidArgument, saying what of it cannot be.
absl::Status CheckCommand(const Command& command);

// Larger requests are refused, not attempted.
inline constexpr int64_t kCommandBytesMax = int64_t{96} << 20;
inline constexpr int64_t kSourceBytesMax = int64_t{16} << 20;

}  // namespace whet::sandbox

#endif  // WHET_SANDBOX_COMMAND_H_
