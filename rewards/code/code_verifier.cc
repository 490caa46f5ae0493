#include "rewards/code/code_verifier.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "base/status.h"
#include "rewards/code/canonical.h"
#include "rewards/code/python_harness.h"

namespace whet {
namespace {

using sandbox::CheckResult;
using sandbox::Ending;
using sandbox::Invocation;
using sandbox::Limits;
using sandbox::Program;
using sandbox::Report;

constexpr int kTaskLimitFactorMax = 10;
constexpr double kSlowMachineFactor = 3;
constexpr double kWallPerCpu = 2.5;
// By testlib's conventions.
constexpr int kCheckerWrongAnswer = 1;
constexpr int kCheckerPresentation = 2;

// What became of one test.
struct TestResult {
  Verdict verdict;
  std::string message;
};

TestResult Passed() { return {Verdict::kCorrect, ""}; }
TestResult Wrong(std::string why) { return {Verdict::kWrong, std::move(why)}; }
TestResult Fault(absl::string_view why) { return {Verdict::kFault, std::string(why)}; }

TestResult OfCheck(const absl::StatusOr<CheckResult>& check) {
  if (!check.ok()) return {Verdict::kUnparseableGold, std::string(check.status().message())};
  return check->equal ? Passed() : Wrong(check->why);
}

// Whether the machine was slow, and not the program: it could have run nearly all of the time.
bool WasKeptWaiting(const Report& report) {
  return report.ending == Ending::kWallLimit && report.stalled > report.wall / 2;
}

// The last line of what it said about itself.
std::string LastLine(absl::string_view text) {
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  const size_t newline = text.rfind('\n');
  if (newline != absl::string_view::npos) text.remove_prefix(newline + 1);
  return text.empty() ? "" : absl::StrCat(", ", sandbox::Excerpt(text));
}

// nullopt: it ended well, and its output decides.
std::optional<TestResult> OfEnding(const Report& report) {
  switch (report.ending) {
    case Ending::kOk:
      return std::nullopt;
    case Ending::kCompileError:
      return TestResult{Verdict::kUnparseableAnswer,
                        absl::StrCat("it does not compile", LastLine(report.error_output))};
    case Ending::kCpuLimit:
      return TestResult{Verdict::kTimeout, absl::StrCat("it took more than its CPU time, ",
                                                        absl::FormatDuration(report.cpu))};
    case Ending::kWallLimit:
      if (WasKeptWaiting(report)) return Fault("the machine was too slow to run it");
      return TestResult{Verdict::kTimeout,
                        absl::StrCat("it was not done after ", absl::FormatDuration(report.wall))};
    case Ending::kMemoryLimit:
      return Wrong("it took more than its memory");
    case Ending::kOutputLimit:
      return Wrong("it printed too much");
    case Ending::kSignal:
      return Wrong(absl::StrCat("signal ", report.signal, " ended it"));
    case Ending::kFailed:
      return Wrong(absl::StrCat("exit status ", report.exit_status, LastLine(report.error_output)));
  }
  return Fault("an unknown ending");
}

}  // namespace

// One program on its way through the tests.
class CodeVerifier::Judging {
 public:
  Judging(const CodeVerifier& verifier, const CodeTask& task, std::string language,
          const std::string& program)
      : options_(verifier.options_),
        executor_(*verifier.executor_),
        task_(task),
        language_(std::move(language)),
        program_(program),
        count_(TestCount(task)),
        results_(count_) {}

  CodeJudgement Run() {
    for (size_t i = 0; i < count_; ++i) {
      if (!AwaitPlace()) break;
      Begin(i);
    }
    AwaitAll();
    for (size_t i = 0; i < count_; ++i) RunAgainIfKeptWaiting(i);
    CheckByProgram();
    return Judgement();
  }

 private:
  struct Slot {
    std::optional<absl::StatusOr<Report>> report;
    std::optional<TestResult> result;
  };

  // Who hangs shows it in the first test, and then took one place from the others and not many.
  size_t PlacesNow() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return any_ended_ ? options_.in_flight_max : 1;
  }

  // Blocks until another test may begin; false if what is known decides already. Tests begin in
  // their order, so those before the first failure have all begun: the judgement does not depend
  // on which ends first.
  bool AwaitPlace() {
    MutexLock lock(&mu_);
    while (in_flight_ >= PlacesNow() && !decided_) changed_.Wait(&mu_);
    if (decided_) return false;
    ++in_flight_;
    return true;
  }

  void AwaitAll() {
    MutexLock lock(&mu_);
    while (in_flight_ > 0) changed_.Wait(&mu_);
  }

  void Begin(size_t i) {
    executor_.Submit(ProgramOf(), InvocationOf(i, 1.0), [this, i](absl::StatusOr<Report> report) {
      MutexLock lock(&mu_);
      Slot& slot = results_[i];
      slot.result = ResultOf(i, report);
      // Who was kept waiting gets another try; nothing is decided by that.
      const bool failed = slot.result.has_value() && slot.result->verdict != Verdict::kCorrect &&
                          !(report.ok() && WasKeptWaiting(*report));
      slot.report = std::move(report);
      if (failed && options_.scoring == CodeScoring::kAll) decided_ = true;
      --in_flight_;
      any_ended_ = true;
      changed_.NotifyAll();
    });
  }

  void RunAgainIfKeptWaiting(size_t i) {
    Slot& slot = results_[i];
    if (!slot.report.has_value() || !slot.report->ok() || !WasKeptWaiting(**slot.report)) return;
    slot.report = executor_.Execute(ProgramOf(), InvocationOf(i, kSlowMachineFactor));
    slot.result = ResultOf(i, *slot.report);
  }

  bool UsesHarness() const { return !std::holds_alternative<StdinTests>(task_.tests); }

  Program ProgramOf() const {
    if (UsesHarness()) return {"python", std::string(PythonHarness())};
    return {language_, program_};
  }

  Invocation InvocationOf(size_t i, double wall_factor) const {
    Invocation run;
    if (const auto* calls = std::get_if<CallTests>(&task_.tests)) {
      run = CallInvocation(*calls, i, program_);
    } else if (const auto* asserts = std::get_if<AssertTests>(&task_.tests)) {
      run = AssertInvocation(*asserts, i, program_);
    } else {
      run.input = std::get<StdinTests>(task_.tests).tests[i].stdin_bytes;
    }
    run.limits = LimitsOfTask();
    run.limits.wall = wall_factor * run.limits.wall;
    return run;
  }

  Limits LimitsOfTask() const {
    Limits limits = options_.limits;
    if (task_.time_limit.has_value()) {
      limits.cpu = std::clamp(*task_.time_limit, absl::Milliseconds(100),
                              kTaskLimitFactorMax * options_.limits.cpu);
      limits.wall = std::max(limits.wall, kWallPerCpu * limits.cpu);
    }
    if (task_.memory_bytes_max.has_value()) {
      limits.memory_bytes = std::clamp(*task_.memory_bytes_max, int64_t{32} << 20,
                                       kTaskLimitFactorMax * options_.limits.memory_bytes);
    }
    return limits;
  }

  // nullopt: a checker program has to say.
  std::optional<TestResult> ResultOf(size_t i, const absl::StatusOr<Report>& report) const {
    if (absl::IsNotFound(report.status())) {
      return TestResult{Verdict::kUnparseableGold, std::string(report.status().message())};
    }
    if (absl::IsInvalidArgument(report.status())) {
      return TestResult{Verdict::kUnparseableAnswer, std::string(report.status().message())};
    }
    if (!report.ok()) return Fault(report.status().message());
    std::optional<TestResult> ending = OfEnding(*report);
    if (ending.has_value()) return ending;
    if (const auto* calls = std::get_if<CallTests>(&task_.tests)) {
      return OfClaim(*calls, i, report->output);
    }
    if (std::holds_alternative<AssertTests>(task_.tests)) {
      return OfAssertClaim(report->output);
    }
    const StdinTests& tests = std::get<StdinTests>(task_.tests);
    if (std::holds_alternative<ProgramChecker>(tests.checker)) return std::nullopt;
    return OfCheck(CheckOutput(tests.checker, tests.tests[i].expected_stdout, report->output));
  }

  static TestResult OfAssertClaim(absl::string_view claim) {
    if (claim == kPassed) return Passed();
    if (absl::ConsumePrefix(&claim, kBadTest)) {
      return {Verdict::kUnparseableGold, absl::StrCat("the test: ", claim)};
    }
    return Wrong("it ended before the test did");
  }

  static TestResult OfClaim(const CallTests& calls, size_t i, const std::string& claim) {
    if (claim.empty()) return Wrong("it ended before it gave a result");
    TestResult result = Wrong("");
    for (const std::string& accepted : calls.tests[i].accepted_json) {
      TestResult one = OfCheck(CompareValues(accepted, claim, {.tolerance = calls.tolerance}));
      if (one.verdict == Verdict::kCorrect) return one;
      if (result.message.empty()) result = std::move(one);
    }
    return result;
  }

  void CheckByProgram() {
    const auto* tests = std::get_if<StdinTests>(&task_.tests);
    if (tests == nullptr) return;
    const auto* checker = std::get_if<ProgramChecker>(&tests->checker);
    if (checker == nullptr) return;
    for (size_t i = 0; i < count_; ++i) {
      Slot& slot = results_[i];
      if (!slot.report.has_value() || slot.result.has_value()) continue;
      slot.result = OfChecker(*checker, tests->tests[i], (*slot.report)->output);
      if (slot.result->verdict != Verdict::kCorrect && options_.scoring == CodeScoring::kAll)
        return;
    }
  }

  // testlib: checker INPUT OUTPUT ANSWER.
  TestResult OfChecker(const ProgramChecker& checker, const StdinTest& test,
                       const std::string& output) {
    Invocation run;
    run.arguments = {"input.txt", "output.txt", "answer.txt"};
    run.files = {{.name = "input.txt", .bytes = test.stdin_bytes},
                 {.name = "output.txt", .bytes = output},
                 {.name = "answer.txt", .bytes = test.expected_stdout}};
    run.limits = LimitsOfTask();
    const absl::StatusOr<Report> report =
        executor_.Execute({checker.language, checker.source}, run);
    if (!report.ok()) return Fault(report.status().message());
    const std::string said = LastLine(absl::StrCat(report->output, "\n", report->error_output));
    if (report->ending == Ending::kOk) return Passed();
    // The checker is held to be right: what it cannot bear, the program should not have printed.
    if (report->ending != Ending::kFailed && report->ending != Ending::kCompileError) {
      return Wrong(absl::StrCat("the checker ended with ", EndingName(report->ending), said));
    }
    if (report->ending == Ending::kFailed && (report->exit_status == kCheckerWrongAnswer ||
                                              report->exit_status == kCheckerPresentation)) {
      return Wrong(absl::StrCat("the checker refused it", said));
    }
    return {Verdict::kUnparseableGold,
            absl::StrCat("the checker failed: ", EndingName(report->ending), said)};
  }

  CodeJudgement Judgement() const {
    CodeJudgement judgement = {.verdict = Verdict::kCorrect, .tests = count_, .message = ""};
    for (size_t i = 0; i < count_; ++i) {
      const std::optional<TestResult>& result = results_[i].result;
      if (!result.has_value()) continue;  // Not run: decided before.
      if (result->verdict == Verdict::kCorrect) {
        ++judgement.passed;
      } else if (judgement.verdict == Verdict::kCorrect || IsExcluded(result->verdict)) {
        // What could not be judged outweighs: there is no reward then.
        if (IsExcluded(judgement.verdict)) continue;
        judgement.verdict = result->verdict;
        judgement.message = absl::StrCat("test ", i + 1, " of ", count_, ": ", result->message);
        // The first failure decides, and what came after it by chance does not count.
        if (options_.scoring == CodeScoring::kAll) break;
      }
    }
    if (options_.scoring == CodeScoring::kFraction) {
      judgement.reward = static_cast<double>(judgement.passed) / static_cast<double>(count_);
    } else {
      judgement.reward = judgement.verdict == Verdict::kCorrect ? 1.0 : 0.0;
    }
    return judgement;
  }

  const CodeVerifierOptions& options_;
  sandbox::Executor& executor_;
  const CodeTask& task_;
  const std::string language_;
  const std::string& program_;
  const size_t count_;
  Mutex mu_;
  CondVar changed_;
  std::vector<Slot> results_;  // Guarded by mu_ while tests run.
  size_t in_flight_ ABSL_GUARDED_BY(mu_) = 0;
  bool any_ended_ ABSL_GUARDED_BY(mu_) = false;
  bool decided_ ABSL_GUARDED_BY(mu_) = false;
};

std::string LanguageOf(const CodeTask& task, absl::string_view fence,
                       absl::Span<const sandbox::Language> languages) {
  if (!std::holds_alternative<StdinTests>(task.tests)) return task.language;
  const absl::StatusOr<const sandbox::Language*> named = FindLanguage(languages, fence);
  return named.ok() ? (*named)->name : task.language;
}

CodeJudgement CodeVerifier::Judge(const CodeTask& task, absl::string_view language,
                                  const std::string& program) const {
  const std::string spoken(language.empty() ? absl::string_view(task.language) : language);
  return Judging(*this, task, spoken, program).Run();
}

}  // namespace whet
