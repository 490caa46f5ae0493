// Whatever the text and the options, candidates are few, not empty and always the same, and
// accepting one ends the search.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "base/check.h"
#include "rewards/math/extraction.h"
#include "tests/fuzz/pieces.h"

namespace {

using whet::math::Candidate;
using whet::math::ExtractionOptions;
using whet::math::ForEachCandidate;
using whet::math::kCandidatesMax;

constexpr std::array<const char*, 11> kPieces = {"\\boxed{", "\\frac{1}{2}", "\\[",    "\\]",
                                                 "\\(",      "\\)",          "answer", "final ",
                                                 " is ",     "I hope",       "percent"};

ExtractionOptions OptionsOf(uint8_t bits) {
  constexpr std::array<int, 4> kPriorities = {50, 0, -1, 300};
  ExtractionOptions options;
  options.latex = (bits & 1) == 0;
  options.expression = (bits & 2) == 0;
  if ((bits & 4) != 0) options.strings = {"A", "B", "", "answer", "1"};
  options.without_anchor = (bits & 8) == 0;
  options.boxed_priority = kPriorities[(bits >> 4) % kPriorities.size()];
  return options;
}

// The candidates up to the one that is accepted, which has `accepted` before it.
std::vector<std::string> Visited(const std::string& text, const ExtractionOptions& options,
                                 size_t accepted) {
  std::vector<std::string> visited;
  bool done = false;
  const bool found = ForEachCandidate(text, options, [&](const Candidate& candidate) {
    WHET_CHECK(!done && !candidate.text.empty());
    // What is added are commas and percent signs.
    WHET_CHECK(candidate.text.size() <= 3 * text.size());
    visited.push_back(candidate.text);
    done = visited.size() > accepted;
    return done;
  });
  WHET_CHECK(found == done);
  WHET_CHECK(visited.size() <= kCandidatesMax);
  return visited;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string text = whet::TextOfPieces(data + 1, size - 1, kPieces);
  const ExtractionOptions options = OptionsOf(data[0]);
  std::vector<std::string> all = Visited(text, options, kCandidatesMax);
  const size_t accepted = all.size() / 2;
  if (accepted < all.size()) all.resize(accepted + 1);
  WHET_CHECK(Visited(text, options, accepted) == all);
  return 0;
}
