#include "cli/run_config.h"

#include <google/protobuf/text_format.h>

#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/check.h"
#include "cli/config_words.h"
#include "proto/config.pb.h"

namespace whet {
namespace {

// Whether `text`, which we wrote, is a configuration of this type. protobuf prints nothing.
bool Parse(const std::string& text, google::protobuf::Message* config) {
  FirstError error;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  return parser.ParseFromString(text, config);
}

}  // namespace

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
  if (!Parse(*run->stored_config(), before.get())) {
    return absl::DataLossError(absl::StrCat(run->paths().config(),
                                            " is no configuration of this command; give --run "
                                            "another directory"));
  }
  const std::string begun_by = ReadStoredConfig(*run->stored_config()).command;
  const std::string command = ReadStoredConfig(text).command;
  if (begun_by != command) {
    return absl::FailedPreconditionError(absl::StrCat("the run ", run->paths().directory(),
                                                      " is one of ./whet ", begun_by,
                                                      "; give --run another directory"));
  }
  const std::vector<std::string> differences = ConfigDifferences(*before, config);
  if (differences.empty()) return absl::OkStatus();
  if (goes_on) return run->StoreConfig(text);
  return absl::FailedPreconditionError(
      absl::StrCat("the run ", run->paths().directory(), " was begun with other settings (",
                   absl::StrJoin(differences, "; "),
                   "); give --run another directory, or --continue to go on with the new ones"));
}

std::unique_ptr<google::protobuf::Message> EmptyConfig(absl::string_view command) {
  if (command == "train") return std::make_unique<config::TrainConfig>();
  if (command == "sample") return std::make_unique<config::SampleConfig>();
  if (command == "eval") return std::make_unique<config::EvalConfig>();
  WHET_CHECK(command == "sft");
  return std::make_unique<config::SftConfig>();
}

StoredConfig ReadStoredConfig(const std::string& text) {
  // Every default is written out, so only its own command's configuration has all its settings; but
  // all those of an evaluation are settings of training too.
  for (const absl::string_view command : {"eval", "sft", "train"}) {
    std::unique_ptr<google::protobuf::Message> config = EmptyConfig(command);
    if (Parse(text, config.get())) return {std::string(command), std::move(config)};
  }
  return {"", nullptr};
}

}  // namespace whet
