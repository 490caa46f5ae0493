#include "cli/config_places.h"

#include "absl/strings/str_cat.h"

namespace whet {

void ConfigPlaces::AddInFile(const std::string& path, int line, int column) {
  places_[path] = absl::StrCat(file_, ":", line, ":", column);
}

void ConfigPlaces::AddSet(const std::string& path, absl::string_view set) {
  places_[path] = absl::StrCat("--set ", set);
}

void ConfigPlaces::AddSetList(const std::string& path, int first, int end, absl::string_view set) {
  for (int i = first; i < end; ++i) AddSet(absl::StrCat(path, "[", i, "]"), set);
  for (int i = end; places_.erase(absl::StrCat(path, "[", i, "]")) > 0;) ++i;
}

std::string ConfigPlaces::Of(absl::string_view path) const {
  while (!path.empty()) {
    // A list is where its first element is.
    for (const std::string& key : {std::string(path), absl::StrCat(path, "[0]")}) {
      const auto place = places_.find(key);
      if (place != places_.end()) return place->second;
    }
    const size_t end = path.find_last_of(".[");
    path = end == absl::string_view::npos ? absl::string_view() : path.substr(0, end);
  }
  return file_;
}

}  // namespace whet
