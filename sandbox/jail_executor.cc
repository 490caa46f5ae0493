#include "sandbox/jail_executor.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/child_pool.h"
#include "base/child_process.h"
#include "base/cpu_features.h"
#include "base/status.h"
#include "sandbox/compile_cache.h"
#include "sandbox/wire.h"

namespace whet::sandbox {
namespace {

// Beyond a program's wall limit, until the launcher itself counts as hung.
constexpr absl::Duration kLauncherGrace = absl::Seconds(20);

// One more than processors: a program that only waits then holds up nobody.
int DefaultJails() { return UsableCpuCount() + 1; }

ChildOptions ChildOptionsOf(const JailExecutorOptions& options) {
  ChildOptions child;
  child.name = "whet-jail";
  child.command.argv = {options.launcher.empty() ? ProgramBesideUs("whet-jail") : options.launcher};
  std::vector<std::string>& argv = child.command.argv;
  if (options.control.has_value()) {
    argv.push_back(absl::StrCat("--control=", ResourceControlName(*options.control)));
  }
  if (options.force_weak_isolation) {
    argv.emplace_back("--weak=force");
  } else if (options.allow_weak_isolation) {
    argv.emplace_back("--weak=allow");
  }
  if (options.python_zygote) argv.emplace_back("--python-zygote");
  for (const Language& language : options.languages) {
    for (const std::string& directory : language.directories) {
      argv.push_back(absl::StrCat("--directory=", directory));
    }
  }
  // One at a time each: nobody waits behind a program that hangs while another jail is free.
  child.in_flight_max = 1;
  // What makes no jails now will make none later.
  child.start_attempts_max = 2;
  return child;
}

class JailExecutor : public Executor {
 public:
  explicit JailExecutor(const JailExecutorOptions& options)
      : languages_(options.languages),
        cache_(options.cache_bytes),
        pool_(ChildOptionsOf(options), options.jails > 0 ? options.jails : DefaultJails()) {}

  absl::Status WaitUntilReady() { return pool_.WaitUntilReady(); }

  void Submit(Program program, Invocation run, Done done) override {
    const absl::StatusOr<const Language*> language = FindLanguage(languages_, program.language);
    if (!language.ok()) return done(language.status());
    if (program.source.size() > kSourceBytesMax) {
      return done(absl::InvalidArgumentError(absl::StrCat("a source of ", program.source.size(),
                                                          " bytes; at most ", kSourceBytesMax)));
    }
    if ((*language)->compile.empty()) {
      return Send(RunCommand(**language, program.source, run), std::move(done));
    }
    // What cannot be run is not compiled either.
    const absl::Status runnable = CheckCommand(RunCommand(**language, "", run));
    if (!runnable.ok()) return done(runnable);
    Compile(**language, program.source,
            [this, language = *language, run = std::move(run),
             done = std::move(done)](const absl::StatusOr<Compiled>& compiled) {
              if (!compiled.ok()) return done(compiled.status());
              if ((*compiled)->ending == Ending::kCompileError) return done(**compiled);
              Send(RunCommand(*language, (*compiled)->collected.front().bytes, run), done);
            });
  }

 private:
  void Compile(const Language& language, const std::string& source, CompileCache::Waiter waiter) {
    // The whole of it is the key: no two programs may ever be taken for each other.
    const std::string key = absl::StrCat(language.name, "\n", source);
    if (!cache_.Get(key, std::move(waiter))) return;
    Send(CompileCommand(language, source), [this, key](absl::StatusOr<Report> report) {
      cache_.Set(key, CompiledOf(std::move(report)));
    });
  }

  static absl::StatusOr<Compiled> CompiledOf(absl::StatusOr<Report> report) {
    if (!report.ok()) return report.status();
    if (report->ending == Ending::kWallLimit && report->stalled > report->wall / 2) {
      return absl::UnavailableError("the machine was too busy to compile");
    }
    if (report->ending != Ending::kOk || report->collected.empty()) {
      report->compile_ending = report->ending;
      report->ending = Ending::kCompileError;
      absl::StrAppend(&report->error_output, report->output);
      report->output.clear();
    }
    return std::make_shared<const Report>(*std::move(report));
  }

  void Send(const Command& command, Done done) {
    // Again in the launcher; here, what is too large is not even sent.
    const absl::Status valid = CheckCommand(command);
    if (!valid.ok()) return done(valid);
    pool_.Submit(EncodeCommand(command), command.limits.wall + kLauncherGrace,
                 [done = std::move(done)](absl::StatusOr<std::string> answer) {
                   done(answer.ok() ? DecodeAnswer(*answer) : answer.status());
                 });
  }

  const std::vector<Language> languages_;
  CompileCache cache_;
  ChildPool pool_;  // Last: its threads use the rest.
};

}  // namespace

absl::StatusOr<std::unique_ptr<Executor>> MakeJailExecutor(const JailExecutorOptions& options) {
  auto executor = std::make_unique<JailExecutor>(options);
  WHET_RETURN_IF_ERROR(executor->WaitUntilReady());
  return executor;
}

}  // namespace whet::sandbox
