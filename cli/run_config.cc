#include "cli/run_config.h"

#include <google/protobuf/message.h>
#include <google/protobuf/text_format.h>

#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace whet {

std::string DefaultRunDirectory(const std::string& config_file) {
  const size_t slash = config_file.rfind('/');
  const std::string name = slash == std::string::npos ? config_file : config_file.substr(slash + 1);
  return absl::StrCat("runs/", name.substr(0, name.find('.', 1)));
}

absl::Status SettleConfig(const google::protobuf::Message& config, bool goes_on,
                          RunDirectory* run) {
  const std::string text = FullConfigText(config);
  if (!run->stored_config().has_value()) return run->StoreConfig(text);
  const std::unique_ptr<google::protobuf::Message> before(config.New());
  if (!google::protobuf::TextFormat::ParseFromString(*run->stored_config(), before.get())) {
    return absl::DataLossError(absl::StrCat(run->paths().config(),
                                            " is no configuration of this command; give --run "
                                            "another directory"));
  }
  const std::vector<std::string> differences = ConfigDifferences(*before, config);
  if (differences.empty()) return absl::OkStatus();
  if (goes_on) return run->StoreConfig(text);
  return absl::FailedPreconditionError(
      absl::StrCat("the run ", run->paths().directory(), " was begun with other settings (",
                   absl::StrJoin(differences, "; "),
                   "); give --run another directory, or --continue to go on with the new ones"));
}

}  // namespace whet
