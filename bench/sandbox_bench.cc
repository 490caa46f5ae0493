// What a jail costs beside starting the same program without one.
//
//   sandbox_bench [ROUNDS]        100 of each by default; builds a small C program with gcc
//
// Prints milliseconds, medians of the rounds, which take turns: a compiled hello spawned bare and
// run in a jail; python3 -I -S -c 'print(1)' bare, in a jail, and in a jail as a fork of a running
// Python; then how many hellos run in a minute in jails on all processors.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "base/atomic_file.h"
#include "base/clock.h"
#include "base/status.h"
#include "sandbox/jail_executor.h"

namespace whet {
namespace {

using sandbox::Executor;
using sandbox::Program;

constexpr char kHello[] = "#include <stdio.h>\nint main() { puts(\"hello\"); return 0; }\n";

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

class Bench {
 public:
  explicit Bench(Executor* executor) : executor_(*executor) {}

  absl::StatusOr<double> Spawn(const std::vector<std::string>& words) {
    std::vector<char*> argv;
    argv.reserve(words.size() + 1);
    for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    const absl::Duration begin = clock_.Monotonic();
    pid_t pid = 0;
    const int error = posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) return ErrnoStatus(error, words[0]);
    int status = 0;
    waitpid(pid, &status, 0);
    return absl::ToDoubleMilliseconds(clock_.Monotonic() - begin);
  }

  absl::StatusOr<double> Jail(const Program& program) {
    const absl::Duration begin = clock_.Monotonic();
    WHET_ASSIGN_OR_RETURN(const sandbox::Report report, executor_.Execute(program, {}));
    if (report.ending != sandbox::Ending::kOk) return absl::InternalError(report.error_output);
    return absl::ToDoubleMilliseconds(clock_.Monotonic() - begin);
  }

  // `bare` as it is beside `program` in a jail.
  absl::Status Compare(const char* name, const std::vector<std::string>& bare,
                       const Program& program, int64_t rounds) {
    std::vector<double> spawned;
    std::vector<double> jailed;
    WHET_RETURN_IF_ERROR(Jail(program).status());  // Compiles.
    for (int64_t i = 0; i < rounds; ++i) {
      WHET_ASSIGN_OR_RETURN(spawned.emplace_back(), Spawn(bare));
      WHET_ASSIGN_OR_RETURN(jailed.emplace_back(), Jail(program));
    }
    std::printf("%-14s bare %.2f ms, in a jail %.2f ms: %.2f times\n", name, Median(spawned),
                Median(jailed), Median(jailed) / Median(spawned));
    return absl::OkStatus();
  }

  absl::Status Throughput(const Program& program, int64_t count) {
    std::vector<std::future<absl::Status>> done;
    const absl::Duration begin = clock_.Monotonic();
    for (int64_t i = 0; i < count; ++i) {
      auto promise = std::make_shared<std::promise<absl::Status>>();
      done.push_back(promise->get_future());
      executor_.Submit(program, {}, [promise](const absl::StatusOr<sandbox::Report>& report) {
        promise->set_value(report.status());
      });
    }
    for (std::future<absl::Status>& one : done) WHET_RETURN_IF_ERROR(one.get());
    const double seconds = absl::ToDoubleSeconds(clock_.Monotonic() - begin);
    std::printf("%-14s %.0f a minute in jails, %lld in %.1f s\n", "hello",
                60 * static_cast<double>(count) / seconds, static_cast<long long>(count), seconds);
    return absl::OkStatus();
  }

 private:
  Executor& executor_;
  SystemClock clock_;
};

absl::Status Run(int64_t rounds) {
  char directory[] = "/tmp/sandbox_bench_XXXXXX";
  if (mkdtemp(directory) == nullptr) return ErrnoStatus(errno, "make a directory");
  const std::string path = directory;
  const std::string compile =
      "printf '%s' '" + std::string(kHello) + "' | gcc -O2 -x c -o " + path + "/hello -";
  if (std::system(compile.c_str()) != 0) return absl::InternalError("gcc failed");
  WHET_ASSIGN_OR_RETURN(const std::unique_ptr<Executor> executor, sandbox::MakeJailExecutor({}));
  Bench bench(executor.get());
  const Program hello = {"c", kHello};
  WHET_RETURN_IF_ERROR(bench.Compare("hello", {path + "/hello"}, hello, rounds));
  const std::vector<std::string> python = {"/usr/bin/python3", "-I", "-S", "-c", "print(1)"};
  const Program print = {"python", "print(1)"};
  WHET_RETURN_IF_ERROR(bench.Compare("python", python, print, rounds));
  sandbox::JailExecutorOptions forking;
  forking.python_zygote = true;
  WHET_ASSIGN_OR_RETURN(const std::unique_ptr<Executor> zygote, MakeJailExecutor(forking));
  WHET_RETURN_IF_ERROR(Bench(zygote.get()).Compare("python, forked", python, print, rounds));
  WHET_RETURN_IF_ERROR(RemoveAll(path));
  return bench.Throughput(hello, 10 * rounds);
}

}  // namespace
}  // namespace whet

int main(int argc, char** argv) {
  int64_t rounds = 100;
  if (argc > 2 || (argc == 2 && (!absl::SimpleAtoi(argv[1], &rounds) || rounds < 1))) {
    std::fprintf(stderr, "usage: sandbox_bench [ROUNDS]\n");
    return 2;
  }
  const absl::Status status = whet::Run(rounds);
  if (!status.ok()) std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return status.ok() ? 0 : 1;
}
