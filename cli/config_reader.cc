#include "cli/config_reader.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "cli/config_checks.h"
#include "cli/config_file.h"
#include "cli/config_set.h"
#include "google/protobuf/message.h"
#include "proto/config.pb.h"

namespace whet {

namespace pb = ::google::protobuf;

namespace {

absl::Status ApplyAndCheck(absl::Span<const std::string> sets, pb::Message* config,
                           ConfigPlaces* places) {
  std::vector<std::string> lines;
  for (const std::string& set : sets) {
    const absl::Status status = ApplySet(set, config, places);
    if (!status.ok()) lines.emplace_back(status.message());
  }
  // What the rest would mean without them is not worth a word.
  if (!lines.empty()) return absl::InvalidArgumentError(absl::StrJoin(lines, "\n"));
  for (const ConfigError& error : CheckConfig(*config)) {
    lines.push_back(absl::StrCat(places->Of(error.path), ": ", error.text));
  }
  if (lines.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrJoin(lines, "\n"));
}

}  // namespace

absl::Status ReadConfig(const std::string& path, absl::Span<const std::string> sets,
                        pb::Message* config, ConfigPlaces* places) {
  WHET_RETURN_IF_ERROR(ReadConfigFile(path, config, places));
  return ApplyAndCheck(sets, config, places);
}

absl::Status ReadRules(const std::string& path, absl::Span<const std::string> sets,
                       config::RulesConfig* rules) {
  // It has all settings of the others.
  config::TrainConfig file;
  ConfigPlaces places(path);
  WHET_RETURN_IF_ERROR(ReadConfigFile(path, &file, &places));
  *rules->mutable_rewards() = file.rewards();
  if (file.has_sandbox()) *rules->mutable_sandbox() = file.sandbox();
  return ApplyAndCheck(sets, rules, &places);
}

}  // namespace whet
