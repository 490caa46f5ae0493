// The cases beside the project of how completions are formatted: cases/format.
#ifndef WHET_TESTS_GOLDEN_FORMAT_CASES_H_
#define WHET_TESTS_GOLDEN_FORMAT_CASES_H_

#include <string>
#include <vector>

#include "text/json.h"

namespace whet {

struct FormatCase {
  std::string name;
  std::string text;
  Json row;  // All of it: what each judge says.
};

// Needs SharedDirectory(). A case that cannot be read fails the test and is left out.
std::vector<FormatCase> FormatCases();

}  // namespace whet

#endif  // WHET_TESTS_GOLDEN_FORMAT_CASES_H_
