#include "sandbox/command.h"

#include <algorithm>
#include <cstdint>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "base/status.h"

namespace whet::sandbox {
namespace {

constexpr size_t kNameBytesMax = 255;
constexpr size_t kWordsMax = 1024;
constexpr size_t kFilesMax = 256;

bool HasNul(absl::string_view text) { return text.find('\0') != absl::string_view::npos; }

absl::Status CheckName(absl::string_view name) {
  bool valid = !name.empty() && name.size() <= kNameBytesMax && !HasNul(name);
  for (const absl::string_view part : absl::StrSplit(name, '/')) {
    if (part.empty() || part == "." || part == "..") valid = false;
  }
  if (valid) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("the file name \"",
                                                 absl::CHexEscape(name.substr(0, 100)),
                                                 "\" is no path below the working directory"));
}

absl::Status CheckWords(absl::string_view what, const std::vector<std::string>& words) {
  if (words.size() > kWordsMax) {
    return absl::InvalidArgumentError(
        absl::StrCat(what, " has ", words.size(), " words; at most ", kWordsMax));
  }
  for (const std::string& word : words) {
    if (HasNul(word)) {
      return absl::InvalidArgumentError(absl::StrCat("a word of ", what, " contains a zero byte"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckCommand(const Command& command) {
  WHET_RETURN_IF_ERROR(CheckLimits(command.limits));
  if (command.argv.empty() || command.argv[0].find('/') == std::string::npos) {
    return absl::InvalidArgumentError("a command begins with the path of a program");
  }
  WHET_RETURN_IF_ERROR(CheckWords("the command", command.argv));
  WHET_RETURN_IF_ERROR(CheckWords("the environment", command.environment));
  for (const std::string& name : command.collected) WHET_RETURN_IF_ERROR(CheckName(name));
  const size_t files = std::max(command.files.size(), command.collected.size());
  if (files > kFilesMax) {
    return absl::InvalidArgumentError(absl::StrCat(files, " files; at most ", kFilesMax));
  }
  int64_t bytes = static_cast<int64_t>(command.input.size());
  absl::flat_hash_set<absl::string_view> names;
  for (const File& file : command.files) {
    WHET_RETURN_IF_ERROR(CheckName(file.name));
    if (!names.insert(file.name).second) {
      return absl::InvalidArgumentError(absl::StrCat("two files are called ", file.name));
    }
    bytes += static_cast<int64_t>(file.bytes.size());
  }
  if (bytes > kCommandBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("files and input have ", bytes, " bytes; at most ", kCommandBytesMax));
  }
  return absl::OkStatus();
}

}  // namespace whet::sandbox
