#include "tests/golden/golden.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/atomic_file.h"
#include "gtest/gtest.h"

namespace whet {
namespace {

std::string ReadAll(const std::string& path) {
  absl::StatusOr<std::string> text = ReadFile(path);
  EXPECT_TRUE(text.ok()) << text.status();
  return text.ok() ? *std::move(text) : "";
}

void AppendNumbers(const Json& json, std::vector<double>* out) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (json.is_array()) {
    for (const Json& element : ElementsOf(json)) AppendNumbers(element, out);
  } else if (json.is_null()) {
    out->push_back(std::numeric_limits<double>::quiet_NaN());
  } else if (json.is_string()) {
    out->push_back(*json.String() == "-inf" ? -kInfinity : kInfinity);
  } else if (json.kind() == Json::Kind::kBool) {
    out->push_back(*json.Bool() ? 1 : 0);
  } else {
    out->push_back(*json.Double());
  }
}

template <typename To>
std::vector<To> ListOf(const Json& json) {
  std::vector<To> out;
  for (const double number : NumbersIn(json)) out.push_back(static_cast<To>(number));
  return out;
}

}  // namespace

std::string SharedDirectory() {
  const char* const directory = std::getenv("WHET_SHARED");
  return directory == nullptr ? "" : directory;
}

std::vector<Json> ReadJsonLines(const std::string& path) {
  const std::string text = ReadAll(path);
  std::vector<Json> rows;
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipWhitespace())) {
    absl::StatusOr<Json> row = Json::Parse(line);
    EXPECT_TRUE(row.ok()) << path << ": " << row.status();
    if (row.ok()) rows.push_back(*std::move(row));
  }
  EXPECT_FALSE(rows.empty()) << path;
  return rows;
}

Json ReadJsonFile(const std::string& path) {
  absl::StatusOr<Json> json = Json::Parse(ReadAll(path));
  EXPECT_TRUE(json.ok()) << path << ": " << json.status();
  return json.ok() ? *std::move(json) : Json();
}

std::vector<Json> ElementsOf(const Json& list) {
  const absl::StatusOr<absl::Span<const Json>> elements = list.Elements();
  EXPECT_TRUE(elements.ok()) << elements.status();
  if (!elements.ok()) return {};
  return std::vector<Json>(elements->begin(), elements->end());
}

std::vector<Json> ElementsOf(const Json& json, absl::string_view key) {
  const Json* const list = json.Find(key);
  EXPECT_NE(list, nullptr) << key;
  return list == nullptr ? std::vector<Json>() : ElementsOf(*list);
}

std::vector<std::string> DirectoriesIn(const std::string& path) {
  std::vector<std::string> names;
  const absl::StatusOr<std::vector<std::string>> entries = ListDirectory(path);
  EXPECT_TRUE(entries.ok()) << entries.status();
  if (!entries.ok()) return names;
  for (const std::string& entry : *entries) {
    if (ListDirectory(absl::StrCat(path, "/", entry)).ok()) names.push_back(entry);
  }
  return names;
}

std::vector<double> NumbersIn(const Json& json) {
  std::vector<double> out;
  AppendNumbers(json, &out);
  return out;
}
std::vector<float> FloatsIn(const Json& json) { return ListOf<float>(json); }
std::vector<int64_t> IntegersIn(const Json& json) { return ListOf<int64_t>(json); }

Tally::~Tally() {
  std::printf("%s: %d of %d agree\n", name_.c_str(), agreed_, total_);
  EXPECT_GT(total_, 0) << name_;
}

void Tally::Count(absl::string_view id, bool agrees, absl::string_view difference) {
  ++total_;
  if (agrees) ++agreed_;
  EXPECT_TRUE(agrees) << name_ << ": " << id << ": " << difference;
}

double LargestDifference(const std::vector<float>& a, const std::vector<float>& b) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (a.size() != b.size()) return kInfinity;
  double largest = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    if (std::isnan(a[i]) != std::isnan(b[i])) return kInfinity;
    if (std::isnan(a[i]) || a[i] == b[i]) continue;
    largest = std::max(largest, std::abs(static_cast<double>(a[i]) - b[i]));
  }
  return largest;
}

}  // namespace whet
