#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "cli/commands.h"
#include "cli/config_reader.h"
#include "cli/config_table.h"
#include "cli/output.h"
#include "cli/run_config.h"

namespace whet {
namespace {

struct ConfigArguments {
  std::string command;
  std::string file;
  std::vector<std::string> sets;
  bool as_text = false;
};

absl::Status RunConfig(const ConfigArguments& arguments) {
  const std::unique_ptr<google::protobuf::Message> config = EmptyConfig(arguments.command);
  if (arguments.file.empty()) {
    if (arguments.as_text || !arguments.sets.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--set and --textproto need a file; write whet config ", arguments.command, " FILE …"));
    }
    return Print(ConfigReference(*config));
  }
  ConfigPlaces places(arguments.file);
  WHET_RETURN_IF_ERROR(ReadConfig(arguments.file, arguments.sets, config.get(), &places));
  return Print(arguments.as_text ? FullConfigText(*config) : ConfigTable(*config, places));
}

}  // namespace

void AddConfigCommand(CLI::App* app, absl::Status* result) {
  CLI::App* command =
      app->add_subcommand("config", "Check a configuration and show it, or list all settings");
  const auto arguments = std::make_shared<ConfigArguments>();
  command->add_option("command", arguments->command, "Whose configuration it is")
      ->required()
      ->check(CLI::IsMember({"train", "sample", "eval", "sft"}));
  command->add_option("file", arguments->file,
                      "The configuration; without it, all settings are listed");
  command->add_option("--set", arguments->sets, "Change a setting: --set optimizer.lr=1e-5")
      ->allow_extra_args(false);
  command->add_flag("--textproto", arguments->as_text, "Print it as a file with all defaults");
  command->callback([arguments, result] { *result = RunConfig(*arguments); });
}

}  // namespace whet
