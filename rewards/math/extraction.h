// Where in a text an answer may stand, by the rules of Math-Verify 0.9: to score old data as it was
// scored, and to be compared with it. Rewards do not use it; they look where rewards/completion.h
// says.
#ifndef WHET_REWARDS_MATH_EXTRACTION_H_
#define WHET_REWARDS_MATH_EXTRACTION_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

namespace whet::math {

// What to look for; the defaults are Math-Verify's.
struct ExtractionOptions {
  bool latex = true;       // $…$, $$…$$, \(…\), \[…\], [ … ], \boxed{…}, and \frac of numbers.
  bool expression = true;  // Numbers and arithmetic that stand in the text as such.
  // Words to look for, as "A", "B", "C", "D"; none by default. Letter by letter, capitals too.
  std::vector<std::string> strings = {};
  // Boxes are looked for where the group of this priority is: 0 before all else, 50 after "final
  // answer is …", -1 not at all.
  int boxed_priority = 50;
  // Also what stands anywhere, without "answer" before it.
  bool without_anchor = true;
};

struct Candidate {
  enum class Kind { kLatex, kExpression, kString };
  Kind kind;
  // To be parsed. Environments that are joined by commas, "and" or "or" are one candidate, with
  // ", " between, and so are boxes; "%" is appended where percent stands behind the environment or
  // the number. Numbers are without thousands separators, and with a point: "1 234.5" is "1234.5",
  // "1,5" is "1.5". LaTeX is without dollar signs, and its doubled backslashes before letters are
  // single ones, but in matrices.
  std::string text;
};

// Calls `visit` with the candidates of `text` in Math-Verify's order until it returns true, which
// says that this one could be parsed; returns whether it did. By priority, then from the last to
// the first by where they end, the longer first:
//     0  "final answer is X. I hope"
//    50  "final answer … is X"; and boxes, at boxed_priority
//   100  "answer: … X"
//   200  "answer … X"
//   250  X at the beginning, of strings
//   300  X anywhere
// Where an environment has two "=" or more and neither "," nor ";", what stands behind the last "="
// is a candidate of its own, after the whole. Of joined environments the first is, after all.
//
// Differs from Math-Verify, where that is nonsense, in this only:
//   - Numbers, and fractions of numbers, in LaTeX that was visited in vain are none.
//   - What looks like arithmetic and is none, as 73** and 12 (3, is the number that begins it;
//     arithmetic ends without ** and brackets that nothing opens; and × and ÷ are operators.
//   - A number before "=" is not cut short so that no "=" is behind it.
//   - Groups of three digits end where the number does: 1,2345 is 1.2345. Digits are ASCII's.
//
// Takes time linear in the text but for a factor that is bounded by the anchors' reach (100
// characters), and for a logarithm; visits at most kCandidatesMax.
bool ForEachCandidate(absl::string_view text, const ExtractionOptions& options,
                      absl::FunctionRef<bool(const Candidate&)> visit);

inline constexpr int kCandidatesMax = 256;

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_EXTRACTION_H_
