// Thousands of programs in a row leave nothing behind: counted, not timed.
#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <future>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/atomic_file.h"
#include "gtest/gtest.h"
#include "sandbox/jail_executor.h"

namespace whet::sandbox {
namespace {

constexpr int kRunsBefore = 1000;  // Until caches and heaps are as large as they get.
constexpr int kRuns = 10'000;

std::vector<std::string> EntriesOf(const std::string& directory) {
  std::vector<std::string> names;
  DIR* entries = opendir(directory.c_str());
  if (entries == nullptr) return names;
  while (const dirent* entry = readdir(entries)) names.emplace_back(entry->d_name);
  closedir(entries);
  return names;
}

std::string TextOf(const std::string& path) { return ReadFile(path).value_or(""); }

// A number behind "name:" in a file such as /proc/PID/status.
int64_t FieldOf(const std::string& path, absl::string_view name) {
  for (const absl::string_view line : absl::StrSplit(TextOf(path), '\n')) {
    const std::vector<absl::string_view> words =
        absl::StrSplit(line, absl::ByAnyChar(" \t:"), absl::SkipEmpty());
    int64_t value = 0;
    if (words.size() > 1 && words[0] == name && absl::SimpleAtoi(words[1], &value)) return value;
  }
  return 0;
}

// This process and all below it.
std::vector<std::string> OurProcesses() {
  std::vector<std::string> ours = {absl::StrCat(getpid())};
  const std::vector<std::string> names = EntriesOf("/proc");
  for (size_t i = 0; i < ours.size(); ++i) {
    for (const std::string& name : names) {
      const int64_t parent = FieldOf("/proc/" + name + "/status", "PPid");
      if (parent != 0 && absl::StrCat(parent) == ours[i]) ours.push_back(name);
    }
  }
  return ours;
}

int64_t LinesOf(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }

// All that a run could leave.
struct Traces {
  int64_t processes = 0;
  int64_t descriptors = 0;
  int64_t mounts = 0;
  int64_t namespaces = 0;  // Of networks, seen from here.
  int64_t groups = 0;      // Directories of control groups.
  int64_t scratch = 0;     // In /tmp.
  int64_t memory_kb = 0;   // Resident, of all of us.
};

int64_t GroupsOf(const std::string& directory, int depth) {
  int64_t count = 0;
  for (const std::string& name : EntriesOf(directory)) {
    if (name == "." || name == ".." || depth == 0) continue;
    const std::string path = absl::StrCat(directory, "/", name);
    if (access((path + "/cgroup.procs").c_str(), F_OK) == 0 || depth > 2) {
      count += 1 + GroupsOf(path, depth - 1);
    }
  }
  return count;
}

Traces Count() {
  Traces traces;
  std::set<std::string> networks;
  for (const std::string& process : OurProcesses()) {
    const std::string path = "/proc/" + process;
    ++traces.processes;
    traces.descriptors += static_cast<int64_t>(EntriesOf(path + "/fd").size());
    traces.mounts += LinesOf(TextOf(path + "/mountinfo"));
    traces.memory_kb += FieldOf(path + "/status", "VmRSS");
    char network[64] = {};
    if (readlink((path + "/ns/net").c_str(), network, sizeof(network) - 1) > 0) {
      networks.insert(network);
    }
  }
  traces.namespaces = static_cast<int64_t>(networks.size());
  traces.groups = GroupsOf("/sys/fs/cgroup", 3);
  for (const std::string& name : EntriesOf("/tmp")) traces.scratch += name.rfind("whet", 0) == 0;
  return traces;
}

class JailSoakTest : public ::testing::Test {
 protected:
  // A crash, an endless loop, a flood and a bomb among programs that end well.
  static Program ProgramOf(int i) {
    switch (i % 20) {
      case 0:
        return {"python", "import os\nos.abort()"};
      case 1:
        return {"python", "while True: print('x' * 1000)"};
      case 2:
        return {"python", "import os,time\nif os.fork() == 0:\n  os.setsid()\n  time.sleep(99)\n"};
      case 3:
        return {"bash", "f() { f | f & }; f"};
      case 4:
        return {"python", "open('a', 'wb').write(bytes(1 << 20))\nx = bytearray(1 << 26)"};
      case 5:
      case 6:
      case 7:
        return {"python", "print(1)"};
      default:
        return {"c", "#include <stdio.h>\nint main() { puts(\"hello\"); return 0; }\n"};
    }
  }

  // A few at a time, as a verifier runs them.
  static void Run(Executor* executor, int count) {
    Invocation run;
    run.limits.wall = absl::Milliseconds(300);
    run.limits.cpu = absl::Milliseconds(200);
    run.limits.output_bytes = 4096;
    for (int i = 0; i < count;) {
      std::vector<std::future<absl::Status>> done;
      for (int k = 0; k < 16; ++k, ++i) {
        auto promise = std::make_shared<std::promise<absl::Status>>();
        done.push_back(promise->get_future());
        executor->Submit(ProgramOf(i), run, [promise](const absl::StatusOr<Report>& report) {
          promise->set_value(report.status());
        });
      }
      for (std::future<absl::Status>& one : done) {
        const absl::Status status = one.get();
        ASSERT_TRUE(status.ok()) << status;
      }
    }
  }

  static void Soak(bool python_zygote) {
    JailExecutorOptions options;
    options.jails = 3;
    options.python_zygote = python_zygote;
    absl::StatusOr<std::unique_ptr<Executor>> executor = MakeJailExecutor(options);
    ASSERT_TRUE(executor.ok()) << executor.status();
    Run(executor->get(), kRunsBefore);
    const Traces before = Count();
    Run(executor->get(), kRuns);
    const Traces after = Count();
    // Each launcher has at most one jail ready, and one that the kernel is taking down.
    const int64_t jails = int64_t{2} * options.jails;
    EXPECT_NEAR(after.processes, before.processes, jails);
    EXPECT_NEAR(after.descriptors, before.descriptors, 12 * jails);
    EXPECT_NEAR(after.namespaces, before.namespaces, jails);
    EXPECT_NEAR(after.mounts, before.mounts, 20 * jails);
    EXPECT_EQ(after.groups, before.groups);
    EXPECT_EQ(after.scratch, before.scratch);
    EXPECT_NEAR(after.memory_kb, before.memory_kb, 16 * 1024);
    executor->reset();
    EXPECT_EQ(Count().processes, 1);
    EXPECT_EQ(Count().namespaces, 1);
  }
};

TEST_F(JailSoakTest, LeavesNothingBehind) { Soak(/*python_zygote=*/false); }

TEST_F(JailSoakTest, LeavesNothingBehindWhenPythonIsForked) { Soak(/*python_zygote=*/true); }

}  // namespace
}  // namespace whet::sandbox
