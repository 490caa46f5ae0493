#include "cli/sandbox_cases.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "base/atomic_file.h"
#include "base/status.h"
#include "rewards/code/code_task.h"
#include "rewards/code/code_verifier.h"
#include "sandbox/command.h"

namespace whet {
namespace {

using sandbox::Ending;
using sandbox::Executor;
using sandbox::Invocation;
using sandbox::Report;

constexpr absl::string_view kEscape = "ESCAPE";
constexpr absl::Duration kLateMax = absl::Seconds(1);

absl::StatusOr<std::vector<std::string>> Words(const Json& row, absl::string_view key) {
  std::vector<std::string> words;
  if (row.Find(key) == nullptr) return words;
  WHET_ASSIGN_OR_RETURN(const absl::Span<const Json> elements, row.GetElements(key));
  for (const Json& element : elements) {
    WHET_ASSIGN_OR_RETURN(const absl::string_view word, element.String());
    words.emplace_back(word);
  }
  return words;
}

// IPC objects of System V that are on the machine.
size_t IpcObjects() {
  size_t lines = 0;
  for (const char* kind : {"shm", "sem", "msg"}) {
    const absl::StatusOr<std::string> table = ReadFile(absl::StrCat("/proc/sysvipc/", kind));
    if (table.ok()) lines += static_cast<size_t>(std::count(table->begin(), table->end(), '\n'));
  }
  return lines;
}

std::string HostName() {
  char name[256] = {};
  gethostname(name, sizeof(name) - 1);
  return name;
}

std::string Shown(absl::string_view text) {
  constexpr size_t kShown = 120;
  return absl::StrCat("\"", absl::CHexEscape(text.substr(0, kShown)),
                      text.size() > kShown ? "…\"" : "\"");
}

class Check {
 public:
  Check(const SandboxCase& row, Executor* executor) : row_(row), executor_(executor) {}

  std::string Run() {
    const size_t ipc_before = IpcObjects();
    const absl::StatusOr<Report> report = Execute("");
    if (!report.ok()) return Rejected(report.status());
    CheckEnding(*report);
    CheckOutput(*report);
    for (const std::string& invariant : row_.invariants) CheckInvariant(invariant, *report);
    if (Has("no_sysv_ipc_left") && IpcObjects() > ipc_before) Differs("left an IPC object behind");
    for (const std::string& name : row_.collect) CheckCollected(name);
    return std::move(why_);
  }

 private:
  absl::StatusOr<Report> Execute(const std::string& collected) {
    sandbox::Invocation run;
    if (!collected.empty()) run.collected = {collected};
    return executor_->Execute(row_.program, run);
  }

  bool Has(absl::string_view invariant) const {
    return absl::c_linear_search(row_.invariants, invariant);
  }

  bool Expects(absl::string_view word) const { return absl::c_linear_search(row_.expected, word); }

  void Differs(const std::string& why) { absl::StrAppend(&why_, why_.empty() ? "" : "; ", why); }

  // A request that cannot be has done no harm.
  std::string Rejected(const absl::Status& status) const {
    if (absl::IsInvalidArgument(status) && Expects("contained")) return "";
    return std::string(status.message());
  }

  void CheckEnding(const Report& report) {
    const absl::string_view ending = EndingName(report.ending);
    const bool contained = Expects("contained") && !absl::StrContains(report.output, kEscape);
    if (!Expects(ending) && !contained) {
      Differs(absl::StrCat("ended as ", ending, ", not ", absl::StrJoin(row_.expected, "|"), " (",
                           Shown(report.output), ", ", Shown(report.error_output), ")"));
    }
    if (absl::StrContains(report.output, kEscape))
      Differs(absl::StrCat("got out: ", report.output));
    const Json* exit_code = row_.row.Find("exit_code");
    if (exit_code != nullptr && *exit_code != Json(int64_t{report.exit_status})) {
      Differs(absl::StrCat("exit status ", report.exit_status));
    }
    const Json* signal = row_.row.Find("signal");
    if (signal != nullptr && *signal != Json(int64_t{report.signal})) {
      Differs(absl::StrCat("signal ", report.signal));
    }
  }

  void CheckOutput(const Report& report) {
    const Json* expected = row_.row.Find("stdout");
    if (expected != nullptr && *expected != Json(report.output)) {
      Differs(absl::StrCat("stdout is ", Shown(report.output)));
    }
  }

  void CheckInvariant(absl::string_view invariant, const Report& report) {
    if (invariant == "returns_within_wall_plus_1s") {
      const sandbox::Limits limits =
          report.ending == Ending::kCompileError ? sandbox::CompileLimits() : sandbox::Limits();
      if (report.wall > limits.wall + kLateMax) {
        Differs(absl::StrCat("took ", absl::FormatDuration(report.wall)));
      }
    } else if (absl::ConsumePrefix(&invariant, "stdout_not_contains:")) {
      const std::string word = invariant == "@HOSTNAME" ? HostName() : std::string(invariant);
      if (absl::StrContains(report.output, word)) Differs(absl::StrCat("printed ", word));
    } else if (absl::ConsumePrefix(&invariant, "stdout_length:")) {
      if (absl::StrCat(report.output.size()) != invariant) {
        Differs(absl::StrCat(report.output.size(), " bytes of stdout"));
      }
    } else if (absl::ConsumePrefix(&invariant, "next_run_stdout_not_contains:") ||
               absl::ConsumePrefix(&invariant, "next_test_same_program_stdout_not_contains:")) {
      CheckNextRun(invariant);
    } else if (invariant == "run_twice:second_run_no_ESCAPE") {
      CheckNextRun(kEscape);
    }
  }

  void CheckNextRun(absl::string_view word) {
    const absl::StatusOr<Report> next = Execute("");
    if (!next.ok()) return Differs(std::string(next.status().message()));
    if (absl::StrContains(next->output, word)) {
      Differs(absl::StrCat("the next run printed ", word));
    }
  }

  void CheckCollected(const std::string& name) {
    const absl::StatusOr<Report> report = Execute(name);
    if (report.ok() && !report->collected.empty()) {
      Differs(absl::StrCat(name, " was collected: ", Shown(report->collected[0].bytes)));
    }
  }

  const SandboxCase& row_;
  Executor* const executor_;
  std::string why_;
};

CodeJudgement JudgeBy(CodeScoring scoring, const SandboxCase& row, const CodeTask& task,
                      Executor* executor) {
  const CodeVerifier verifier(executor, {.scoring = scoring});
  return verifier.Judge(task, row.program.language, row.program.source);
}

std::string CheckAnswer(const SandboxCase& row, const Json& task_json, Executor* executor) {
  const absl::StatusOr<CodeTask> task = ParseCodeTask(task_json.Dump());
  if (!task.ok()) return std::string(task.status().message());
  const CodeJudgement all = JudgeBy(CodeScoring::kAll, row, *task, executor);
  if (IsExcluded(all.verdict)) return absl::StrCat(VerdictName(all.verdict), ": ", all.message);
  const absl::string_view reward = all.reward == 1 ? "reward_1" : "reward_0";
  if (absl::c_linear_search(row.expected, reward)) return "";
  const double fraction = JudgeBy(CodeScoring::kFraction, row, *task, executor).reward;
  for (absl::string_view expected : row.expected) {
    double value = 0;
    constexpr double kEqual = 1e-9;
    if (absl::ConsumePrefix(&expected, "fraction_") && absl::SimpleAtod(expected, &value) &&
        std::abs(value - fraction) < kEqual) {
      return "";
    }
  }
  return absl::StrCat("got ", reward, " and the fraction ", fraction, ", not ",
                      absl::StrJoin(row.expected, "|"), ": ", all.message);
}

}  // namespace

absl::StatusOr<std::string> EvaluatePython(absl::string_view expression, Executor* executor) {
  Invocation run;
  run.input = std::string(expression);
  run.limits.memory_bytes = int64_t{1} << 30;
  run.limits.output_bytes = sandbox::kSourceBytesMax;
  WHET_ASSIGN_OR_RETURN(
      Report report,
      executor->Execute({"python", "import sys\nsys.stdout.write(eval(sys.stdin.read()))\n"}, run));
  // Still one byte too long to be taken for a source.
  if (report.ending == Ending::kOutputLimit) return absl::StrCat(report.output, "\n");
  if (report.ending == Ending::kOk) return report.output;
  return absl::InvalidArgumentError(
      absl::StrCat("the expression of its source failed: ", report.error_output));
}

absl::StatusOr<SandboxCase> ReadSandboxCase(const Json& row, Executor* executor) {
  SandboxCase result;
  result.row = row;
  WHET_ASSIGN_OR_RETURN(const absl::string_view name, row.GetString("name"));
  WHET_ASSIGN_OR_RETURN(const absl::string_view language, row.GetString("language"));
  WHET_ASSIGN_OR_RETURN(absl::string_view source, row.GetString("source"));
  WHET_ASSIGN_OR_RETURN(const absl::string_view expected, row.GetString("expected"));
  WHET_ASSIGN_OR_RETURN(result.category, row.GetStringOr("category", ""));
  WHET_ASSIGN_OR_RETURN(result.collect, Words(row, "collect"));
  WHET_ASSIGN_OR_RETURN(result.invariants, Words(row, "invariants"));
  result.name = std::string(name);
  result.expected = absl::StrSplit(expected, '|');
  result.program = {std::string(language), std::string(source)};
  if (absl::ConsumePrefix(&source, "@expr:")) {
    WHET_ASSIGN_OR_RETURN(result.program.source, EvaluatePython(source, executor));
  }
  return result;
}

std::string CheckSandboxCase(const SandboxCase& row, Executor* executor) {
  const Json* task = row.row.Find("task");
  return task == nullptr ? Check(row, executor).Run() : CheckAnswer(row, *task, executor);
}

std::string CheckTextCase(const SandboxCase& row, MathRule* rule) {
  Prompt prompt = {};
  const absl::StatusOr<absl::string_view> gold = row.row.GetString("gold");
  if (!gold.ok()) return std::string(gold.status().message());
  prompt.ground_truth = std::string(*gold);
  const Rollout rollout = {};
  const Completion completion = ParseCompletion(row.program.source, {});
  const ScoreInput input = {
      .prompt = prompt, .rollout = rollout, .completion = completion, .earlier = {}};
  const absl::StatusOr<std::vector<RewardPart>> parts = rule->Score({input});
  if (!parts.ok()) return std::string(parts.status().message());
  const RewardPart& part = parts->front();
  if (part.verdict == Verdict::kFault) return part.message;
  const absl::string_view reward = part.value == 1 ? "reward_1" : "reward_0";
  if (absl::c_linear_search(row.expected, reward)) return "";
  return absl::StrCat("got ", reward, ", not ", absl::StrJoin(row.expected, "|"), ": ",
                      part.message);
}

}  // namespace whet
