// What every command that makes or continues a run takes on its command line.
#ifndef WHET_CLI_RUN_ARGUMENTS_H_
#define WHET_CLI_RUN_ARGUMENTS_H_

#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): not ours.
class App;
}  // namespace CLI

namespace whet {

struct RunArguments {
  std::string file;               // The configuration.
  std::string run;                // --run; empty: DefaultRunDirectory.
  std::vector<std::string> sets;  // --set
  bool goes_on = false;           // --continue
};

// Adds them to `command`, which fills `*arguments`; it must outlive the parsing.
void AddRunOptions(CLI::App* command, RunArguments* arguments);

// The directory that they name.
std::string RunDirectoryOf(const RunArguments& arguments);

}  // namespace whet

#endif  // WHET_CLI_RUN_ARGUMENTS_H_
