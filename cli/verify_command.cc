#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/sandbox_cases.h"
#include "cli/sandbox_options.h"
#include "text/json.h"
#include "text/json_lines.h"

namespace whet {
namespace {

// Of the mathematics verifier's cases in the same file: they hold no program.
constexpr absl::string_view kTextRows = "text_hack";

struct CasesArguments {
  std::string file;
  std::string only;
  SandboxArguments sandbox;
};

absl::Status VerifySandbox(const CasesArguments& arguments) {
  WHET_ASSIGN_OR_RETURN(const std::unique_ptr<sandbox::Executor> executor,
                        OpenSandbox(arguments.sandbox));
  int64_t rows = 0;
  int64_t agreed = 0;
  WHET_RETURN_IF_ERROR(ForEachJsonLine(arguments.file, [&](const Json& json) -> absl::Status {
    WHET_ASSIGN_OR_RETURN(const std::string category, json.GetStringOr("category", ""));
    if (category == kTextRows) return absl::OkStatus();
    WHET_ASSIGN_OR_RETURN(const std::string name, json.GetStringOr("name", ""));
    if (!arguments.only.empty() && name != arguments.only) return absl::OkStatus();
    WHET_ASSIGN_OR_RETURN(const SandboxCase row, ReadSandboxCase(json, executor.get()));
    const std::string why = CheckSandboxCase(row, executor.get());
    ++rows;
    if (why.empty()) {
      ++agreed;
      return absl::OkStatus();
    }
    return Print(absl::StrCat(row.name, ": ", why, "\n"));
  }));
  WHET_RETURN_IF_ERROR(Print(absl::StrCat("sandbox cases: ", agreed, " of ", rows, " agree\n")));
  if (agreed == rows) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(rows - agreed, " cases went otherwise"));
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
  AddSandboxOptions(cases, &arguments->sandbox);
  cases->callback([arguments, result] { *result = VerifySandbox(*arguments); });
}

}  // namespace whet
