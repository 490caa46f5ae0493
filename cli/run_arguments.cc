#include "cli/run_arguments.h"

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "cli/run_config.h"

namespace whet {

void AddRunOptions(CLI::App* command, RunArguments* arguments) {
  command
      ->add_option("config", arguments->file,
                   absl::StrCat("The configuration; whet config ", command->get_name(),
                                " lists all settings"))
      ->required();
  command->add_option("--run", arguments->run,
                      "Directory of the run, which goes on if it is there; without it runs/ and "
                      "the configuration's name");
  command->add_option("--set", arguments->sets, "Change a setting: --set model.device=CPU")
      ->allow_extra_args(false);
  command->add_flag("--continue", arguments->goes_on,
                    "Go on with a run though its configuration has changed");
}

std::string RunDirectoryOf(const RunArguments& arguments) {
  return arguments.run.empty() ? DefaultRunDirectory(arguments.file) : arguments.run;
}

}  // namespace whet
