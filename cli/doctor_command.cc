#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "cli/commands.h"
#include "cli/doctor.h"
#include "cli/output.h"

namespace whet {
namespace {

absl::Status RunDoctor(bool as_json) {
  const std::vector<Finding> findings = Examine();
  WHET_RETURN_IF_ERROR(
      Print(as_json ? absl::StrCat(FindingsJson(findings).Dump(), "\n") : FindingsTable(findings)));
  std::vector<std::string> broken;
  for (const Finding& finding : findings) {
    if (finding.health == Health::kBroken) broken.push_back(finding.name);
  }
  if (broken.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "this machine cannot run whet until this is mended: ", absl::StrJoin(broken, ", ")));
}

}  // namespace

void AddDoctorCommand(CLI::App* app, absl::Status* result) {
  CLI::App* command = app->add_subcommand("doctor", "Tell what this machine can do");
  const auto as_json = std::make_shared<bool>(false);
  command->add_flag("--json", *as_json, "Print JSON instead of a table");
  command->callback([as_json, result] { *result = RunDoctor(*as_json); });
}

}  // namespace whet
