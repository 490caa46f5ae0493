// Where the settings of a configuration come from: for errors, and for the table of a run.
#ifndef WHET_CLI_CONFIG_PLACES_H_
#define WHET_CLI_CONFIG_PLACES_H_

#include <map>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace whet {

class ConfigPlaces {
 public:
  explicit ConfigPlaces(std::string file) : file_(std::move(file)) {}

  // The setting at `path` stands at `line` and `column` (from 1) of the file.
  void AddInFile(const std::string& path, int line, int column);
  // It was set by the argument `set`; that wins.
  void AddSet(const std::string& path, absl::string_view set);
  // `path` is a list whose elements from `first` to before `end` were set by it; the others behind
  // are gone.
  void AddSetList(const std::string& path, int first, int end, absl::string_view set);

  // "FILE:LINE:COLUMN" or "--set ARGUMENT" of the setting at `path` ("rewards[0].weight"), of the
  // nearest part around it that is set, or "FILE".
  std::string Of(absl::string_view path) const;

  // Whether it is set in the file or by an argument.
  bool Has(absl::string_view path) const { return places_.count(std::string(path)) > 0; }

 private:
  std::string file_;
  std::map<std::string, std::string> places_;
};

}  // namespace whet

#endif  // WHET_CLI_CONFIG_PLACES_H_
