// For tests that compare with the reference values beside the project (docs/architecture.md).
#ifndef WHET_TESTS_GOLDEN_GOLDEN_H_
#define WHET_TESTS_GOLDEN_GOLDEN_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "text/json.h"

namespace whet {

// The directory that WHET_SHARED names; empty if it is unset, and the test is to be skipped.
std::string SharedDirectory();

// The rows of a file of JSON lines, or the value in a file of JSON. A file that cannot be read
// fails the test and gives nothing.
std::vector<Json> ReadJsonLines(const std::string& path);
Json ReadJsonFile(const std::string& path);

// The elements of a list, or of the list at `key`; none if it is no list.
std::vector<Json> ElementsOf(const Json& list);
std::vector<Json> ElementsOf(const Json& json, absl::string_view key);

// The directories in a directory, sorted.
std::vector<std::string> DirectoriesIn(const std::string& path);

// Numbers of a list nested to any depth, in order; null is NaN, "inf" and "-inf" are infinities.
std::vector<double> NumbersIn(const Json& json);
std::vector<float> FloatsIn(const Json& json);
std::vector<int64_t> IntegersIn(const Json& json);

// Counts the cases of a file and prints "NAME: A of N agree" when it goes.
class Tally {
 public:
  explicit Tally(std::string name) : name_(std::move(name)) {}
  ~Tally();
  Tally(const Tally&) = delete;

  // Counts a case; a difference fails the test with its id.
  void Count(absl::string_view id, bool agrees, absl::string_view difference = "");

 private:
  std::string name_;
  int total_ = 0;
  int agreed_ = 0;
};

// The largest absolute difference; infinite where the sizes or the places of NaN differ.
double LargestDifference(const std::vector<float>& a, const std::vector<float>& b);

}  // namespace whet

#endif  // WHET_TESTS_GOLDEN_GOLDEN_H_
