#include <algorithm>
#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "cli/commands.h"
#include "cli/deadline_watch.h"
#include "cli/output.h"
#include "cli/sandbox_cases.h"
#include "cli/sandbox_options.h"
#include "cli/verify_math.h"
#include "cli/verify_rules.h"
#include "rewards/code/code_task.h"
#include "rewards/code/code_verifier.h"
#include "rewards/completion.h"
#include "sandbox/language.h"
#include "text/json.h"
#include "text/json_lines.h"

namespace whet {
namespace {

// Completions for the mathematics rule, in the same file: they hold no program.
constexpr absl::string_view kTextRows = "text_hack";

struct CasesArguments {
  std::string file;
  std::string only;
  int repeats = 1;
  SandboxArguments sandbox;
};

struct CasesResult {
  int64_t rows = 0;
  int64_t agreed = 0;
};

// What rows are tried with.
class CaseRunner {
 public:
  CaseRunner(const CasesArguments& arguments, std::unique_ptr<sandbox::Executor> jails,
             std::unique_ptr<MathPool> pool)
      : arguments_(arguments),
        jails_(std::move(jails)),
        watch_(jails_.get()),
        math_(std::move(pool), {}) {}

  // A row as often as wanted; it agrees if it does so each time.
  absl::Status Try(const Json& json) {
    WHET_ASSIGN_OR_RETURN(const std::string name, json.GetStringOr("name", ""));
    if (!arguments_.only.empty() && name != arguments_.only) return absl::OkStatus();
    WHET_ASSIGN_OR_RETURN(const SandboxCase row, ReadSandboxCase(json, jails_.get()));
    ++result_.rows;
    const std::string why =
        row.category == kTextRows ? CheckTextCase(row, &math_) : CheckProgram(row);
    if (!why.empty()) return Print(absl::StrCat(row.name, ": ", why, "\n"));
    ++result_.agreed;
    return absl::OkStatus();
  }

  const CasesResult& result() const { return result_; }
  const DeadlineWatch& watch() const { return watch_; }

 private:
  // The first time is not watched: programs are then compiled, which has limits of its own.
  std::string CheckProgram(const SandboxCase& row) {
    std::string why = CheckSandboxCase(row, jails_.get());
    for (int i = 1; i < arguments_.repeats && why.empty(); ++i) {
      why = CheckSandboxCase(row, &watch_);
    }
    return why;
  }

  const CasesArguments& arguments_;
  const std::unique_ptr<sandbox::Executor> jails_;
  DeadlineWatch watch_;
  MathRule math_;
  CasesResult result_;
};

absl::Status VerifySandbox(const CasesArguments& arguments) {
  WHET_ASSIGN_OR_RETURN(std::unique_ptr<sandbox::Executor> jails, OpenSandbox(arguments.sandbox));
  WHET_ASSIGN_OR_RETURN(std::unique_ptr<MathPool> pool, MathPool::Create({}));
  CaseRunner runner(arguments, std::move(jails), std::move(pool));
  WHET_RETURN_IF_ERROR(
      ForEachJsonLine(arguments.file, [&runner](const Json& json) { return runner.Try(json); }));
  const CasesResult& result = runner.result();
  if (result.rows == 0) {
    return absl::InvalidArgumentError(absl::StrCat(arguments.file, " has no such case"));
  }
  if (arguments.repeats > 1) WHET_RETURN_IF_ERROR(Print(runner.watch().Text() + "\n"));
  WHET_RETURN_IF_ERROR(
      Print(absl::StrCat("sandbox cases: ", result.agreed, " of ", result.rows, " agree\n")));
  if (result.agreed == result.rows) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(result.rows - result.agreed, " cases went otherwise"));
}

struct CodeArguments {
  std::string file;
  bool programs = false;
  bool fraction = false;
  LimitArguments limits;
  SandboxArguments sandbox;
};

Json JudgementJson(const Json& id, const CodeJudgement& judgement) {
  Json json =
      Json::Object({{"id", id},
                    {"verdict", std::string(VerdictName(judgement.verdict))},
                    {"reward", Json()},
                    {"tests", Json::Object({{"passed", static_cast<int64_t>(judgement.passed)},
                                            {"of", static_cast<int64_t>(judgement.tests)}})},
                    {"message", judgement.message}});
  if (!IsExcluded(judgement.verdict)) json.Set("reward", Json(judgement.reward));
  return json;
}

CodeJudgement Unjudged(Verdict verdict, absl::string_view message) {
  return {
      .verdict = verdict, .reward = 0, .passed = 0, .tests = 0, .message = std::string(message)};
}

// A task is an object, a list, or the text of one, as in a prompt's ground truth.
absl::StatusOr<CodeJudgement> JudgeRow(const Json& row, const CodeArguments& arguments,
                                       const CodeVerifier& verifier) {
  WHET_ASSIGN_OR_RETURN(const Json* const given, row.Get("task"));
  WHET_ASSIGN_OR_RETURN(const absl::string_view answer, row.GetString("answer"));
  const absl::StatusOr<CodeTask> task =
      ParseCodeTask(given->is_string() ? std::string(*given->String()) : given->Dump());
  if (!task.ok()) return Unjudged(Verdict::kUnparseableGold, task.status().message());
  if (arguments.programs) return verifier.Judge(*task, "", std::string(answer));
  const Completion completion = ParseCompletion(answer, {});
  if (!completion.answer_region.has_value()) {
    return Unjudged(Verdict::kNoAnswer, completion.no_answer);
  }
  if (!completion.code.has_value()) {
    return Unjudged(Verdict::kNoAnswer, "no fenced block of code");
  }
  const std::string language =
      LanguageOf(*task, completion.code->language, sandbox::DefaultLanguages());
  return verifier.Judge(*task, language, SourceOf(*completion.code));
}

// Prints what `text_of` gives for 0 … count - 1, in this order, and works them out several at a
// time: one that takes long holds up the output, but not the work.
absl::Status InOrder(size_t count, absl::FunctionRef<absl::StatusOr<std::string>(size_t)> text_of) {
  constexpr size_t kThreads = 8;  // They wait for jails.
  std::vector<std::promise<absl::StatusOr<std::string>>> texts(count);
  std::atomic<size_t> next = 0;
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (size_t i = 0; i < std::min(kThreads, count); ++i) {
    threads.emplace_back([&] {
      for (size_t at = next++; at < count; at = next++) texts[at].set_value(text_of(at));
    });
  }
  absl::Status status;
  for (size_t i = 0; i < count && status.ok(); ++i) {
    const absl::StatusOr<std::string> text = texts[i].get_future().get();
    status = text.ok() ? Print(*text) : text.status();
  }
  next = count;  // After a failure the rest is left.
  for (std::thread& thread : threads) thread.join();
  return status;
}

absl::Status VerifyCode(const CodeArguments& arguments) {
  CodeVerifierOptions options;
  options.scoring = arguments.fraction ? CodeScoring::kFraction : CodeScoring::kAll;
  WHET_ASSIGN_OR_RETURN(options.limits, LimitsOf(arguments.limits, sandbox::Limits()));
  WHET_ASSIGN_OR_RETURN(const std::unique_ptr<sandbox::Executor> executor,
                        OpenSandbox(arguments.sandbox));
  const CodeVerifier verifier(executor.get(), options);
  std::vector<Json> rows;
  WHET_RETURN_IF_ERROR(ForEachJsonLine(arguments.file, [&rows](const Json& row) {
    rows.push_back(row);
    return absl::OkStatus();
  }));
  return InOrder(rows.size(), [&](size_t i) -> absl::StatusOr<std::string> {
    const Json* const id = rows[i].Find("id");
    const absl::StatusOr<CodeJudgement> judgement = JudgeRow(rows[i], arguments, verifier);
    if (!judgement.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(arguments.file, ", row ", i + 1, ": ", judgement.status().message()));
    }
    return absl::StrCat(JudgementJson(id == nullptr ? Json() : *id, *judgement).Dump(), "\n");
  });
}

}  // namespace

void AddVerifyCommand(CLI::App* app, absl::Status* result) {
  CLI::App* command = app->add_subcommand("verify", "Judge answers, or try a verifier");
  command->require_subcommand(1);
  CLI::App* cases = command->add_subcommand(
      "sandbox", "Run programs of which is known what should become of them");
  const auto arguments = std::make_shared<CasesArguments>();
  cases->add_option("--cases", arguments->file, "JSON lines, one program each")->required();
  cases->add_option("--only", arguments->only, "Only the row of this name");
  cases
      ->add_option("--repeat", arguments->repeats,
                   "Try each so often, and tell how late answers come")
      ->check(CLI::Range(1, 1000));
  AddSandboxOptions(cases, &arguments->sandbox);
  cases->callback([arguments, result] { *result = VerifySandbox(*arguments); });

  CLI::App* code = command->add_subcommand("code", "Judge programs by the tests of their tasks");
  const auto judged = std::make_shared<CodeArguments>();
  code->add_option("--jsonl", judged->file, "Lines of {\"id\", \"task\", \"answer\"}")->required();
  code->add_flag("--programs", judged->programs,
                 "An answer is the program itself, not a text with a fenced block");
  code->add_flag("--fraction", judged->fraction, "Score the share of tests that pass");
  AddLimitOptions(code, &judged->limits);
  AddSandboxOptions(code, &judged->sandbox);
  AddVerifyMath(command, result);
  AddVerifyFormat(command, result);
  AddVerifyLanguage(command, result);
  code->callback([judged, result] { *result = VerifyCode(*judged); });
}

}  // namespace whet
