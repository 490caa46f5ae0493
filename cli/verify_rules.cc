#include "cli/verify_rules.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "cli/output.h"
#include "cli/sandbox_cases.h"
#include "rewards/completion.h"
#include "rewards/format_rule.h"
#include "rewards/language/language_consistency.h"
#include "rewards/language/scripts.h"
#include "sandbox/jail_executor.h"
#include "text/json.h"
#include "text/json_lines.h"

namespace whet {
namespace {

struct FileArguments {
  std::string answers;
  std::string cases;
};

void AddFileOptions(CLI::App* command, const char* row, FileArguments* arguments) {
  CLI::Option_group* what = command->add_option_group("what");
  what->add_option("--jsonl", arguments->answers, row);
  what->add_option("--cases", arguments->cases, "Rows of which is known what they should give");
  what->require_option(1);
}

Json IdOf(const Json& row) {
  const Json* const id = row.Find("id");
  return id == nullptr ? Json() : *id;
}

// Prints what `answer` makes of each line.
absl::Status JudgeLines(const std::string& file,
                        absl::FunctionRef<absl::StatusOr<Json>(const Json&)> answer) {
  return ForEachJsonLine(file, [&answer](const Json& row) -> absl::Status {
    WHET_ASSIGN_OR_RETURN(const Json json, answer(row));
    return Print(json.Dump() + "\n");
  });
}

// Prints the lines for which `difference` gives a text, and how many had none.
absl::Status TryLines(const std::string& file, absl::string_view what,
                      absl::FunctionRef<absl::StatusOr<std::string>(const Json&)> difference) {
  int64_t rows = 0;
  int64_t agreed = 0;
  WHET_RETURN_IF_ERROR(ForEachJsonLine(file, [&](const Json& row) -> absl::Status {
    WHET_ASSIGN_OR_RETURN(const std::string text, difference(row));
    ++rows;
    if (!text.empty()) return Print(text + "\n");
    ++agreed;
    return absl::OkStatus();
  }));
  if (rows == 0) return absl::InvalidArgumentError(absl::StrCat(file, " has no cases"));
  return Print(absl::StrCat(what, " cases: ", agreed, " of ", rows, " agree\n"));
}

// ---- Format.

std::string FaultOf(absl::string_view text, Finish finish, const FormatRuleOptions& options) {
  return std::string(FormatFault(ParseCompletion(text, {}), finish, options));
}

absl::StatusOr<Json> JudgeFormat(const Json& row, const FormatRuleOptions& options) {
  WHET_ASSIGN_OR_RETURN(const absl::string_view text, row.GetString("completion"));
  WHET_ASSIGN_OR_RETURN(const std::string finish, row.GetStringOr("finish", "stop"));
  const std::string fault =
      FaultOf(text, finish == "length" ? Finish::kLength : Finish::kStop, options);
  return Json::Object(
      {{"id", IdOf(row)}, {"reward", fault.empty() ? 1.0 : 0.0}, {"message", fault}});
}

// `text`, or what the Python expression `text_expr` is worth, worked out in a jail.
absl::StatusOr<std::string> TextOfCase(const Json& row) {
  const Json* const text = row.Find("text");
  if (text != nullptr && text->is_string()) return std::string(*text->String());
  WHET_ASSIGN_OR_RETURN(const absl::string_view expression, row.GetString("text_expr"));
  WHET_ASSIGN_OR_RETURN(const std::unique_ptr<sandbox::Executor> jails,
                        sandbox::MakeJailExecutor({.jails = 1}));
  return EvaluatePython(expression, jails.get());
}

absl::StatusOr<std::string> DifferenceOfFormat(const Json& row, const FormatRuleOptions& options) {
  WHET_ASSIGN_OR_RETURN(const std::string name, row.GetStringOr("name", ""));
  WHET_ASSIGN_OR_RETURN(const bool expected, row.GetBool("strict_expected"));
  WHET_ASSIGN_OR_RETURN(const std::string text, TextOfCase(row));
  const std::string fault = FaultOf(text, Finish::kStop, options);
  if (fault.empty() == expected) return "";
  return absl::StrCat(name, ": ", fault.empty() ? "the format is right" : fault);
}

// ---- Language.

struct LanguageTask {
  std::string text;
  std::string target;
  std::string prompt;
};

absl::StatusOr<LanguageTask> ReadLanguageTask(const Json& row) {
  LanguageTask task;
  WHET_ASSIGN_OR_RETURN(const absl::string_view text, row.GetString("text"));
  task.text = std::string(text);
  WHET_ASSIGN_OR_RETURN(task.prompt, row.GetStringOr("prompt", ""));
  WHET_ASSIGN_OR_RETURN(std::string target, row.GetStringOr("target", ""));
  if (target.empty()) target = DominantLanguage(task.prompt).value_or("en");
  task.target = NormalizedLanguage(target);
  if (IsLanguage(task.target)) return task;
  return absl::InvalidArgumentError(
      absl::StrCat("target: \"", target, "\" is no language; write its tag, as \"en\""));
}

absl::StatusOr<Json> JudgeLanguage(const Json& row) {
  WHET_ASSIGN_OR_RETURN(const LanguageTask task, ReadLanguageTask(row));
  const LanguageCount count =
      CountLanguage(task.text, task.target, ReadPromptLanguage(task.prompt));
  const std::optional<double> ratio = count.Ratio();
  return Json::Object({{"id", IdOf(row)},
                       {"target", task.target},
                       {"ratio", ratio.has_value() ? Json(*ratio) : Json()},
                       {"message", count.Message()}});
}

// A band that begins at -1 takes "absent" too.
absl::StatusOr<std::string> DifferenceOfLanguage(const Json& row) {
  WHET_ASSIGN_OR_RETURN(const LanguageTask task, ReadLanguageTask(row));
  WHET_ASSIGN_OR_RETURN(const double least, row.GetDouble("lc_min"));
  WHET_ASSIGN_OR_RETURN(const double most, row.GetDouble("lc_max"));
  const LanguageCount count =
      CountLanguage(task.text, task.target, ReadPromptLanguage(task.prompt));
  const double value = count.Ratio().value_or(-1);
  if (value >= least && value <= most) return "";
  return absl::StrCat(task.target, ": ", count.Message(), ", not in [", least, ", ", most,
                      "]: ", task.text);
}

}  // namespace

void AddVerifyFormat(CLI::App* verify, absl::Status* result) {
  CLI::App* command = verify->add_subcommand("format", "Judge the format of completions");
  const auto files = std::make_shared<FileArguments>();
  const auto options = std::make_shared<FormatRuleOptions>(FormatRuleOptions{.answer_tags = true});
  AddFileOptions(command, "Lines of {\"id\", \"completion\", \"finish\"}", files.get());
  command->add_flag("!--no-answer-tags", options->answer_tags, "<think> alone, without <answer>");
  command->add_flag("--needs-box", options->needs_box, "Ask for a \\boxed{} in the answer");
  command->callback([files, options, result] {
    *result = files->cases.empty()
                  ? JudgeLines(files->answers,
                               [&](const Json& row) { return JudgeFormat(row, *options); })
                  : TryLines(files->cases, "format",
                             [&](const Json& row) { return DifferenceOfFormat(row, *options); });
  });
}

void AddVerifyLanguage(CLI::App* verify, absl::Status* result) {
  CLI::App* command =
      verify->add_subcommand("language", "Tell how much of a text is in its language");
  const auto files = std::make_shared<FileArguments>();
  AddFileOptions(command, "Lines of {\"id\", \"text\", \"target\", \"prompt\"}", files.get());
  command->callback([files, result] {
    *result = files->cases.empty() ? JudgeLines(files->answers, JudgeLanguage)
                                   : TryLines(files->cases, "language", DifferenceOfLanguage);
  });
}

}  // namespace whet
