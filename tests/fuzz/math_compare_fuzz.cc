// Whatever two texts are, they are compared within bounds, an answer is judged against itself with
// a reason, and a judgement is the same the second time.
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "base/check.h"
#include "rewards/math/math_verifier.h"

namespace {

using absl::string_view;
using whet::Verdict;
using whet::math::JudgeMath;
using whet::math::MathJudgement;
using whet::math::MathKey;
using whet::math::MathOptions;

void CheckPair(string_view gold, string_view answer, const MathOptions& options) {
  const MathJudgement first = JudgeMath(gold, answer, options);
  const MathJudgement second = JudgeMath(gold, answer, options);
  WHET_CHECK(first.verdict == second.verdict);
  WHET_CHECK(first.why == second.why);
  if (first.verdict == Verdict::kCorrect) WHET_CHECK(!first.gold_parsed.empty());
  // That 1/0 equals nothing, and that an inequality echoed back is no answer, are told so.
  WHET_CHECK(!JudgeMath(gold, gold, options).why.empty());
}

}  // namespace

// Gold and answer, with a line end between.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const string_view text(reinterpret_cast<const char*>(data), size);
  const size_t end = text.find('\n');
  const string_view gold = text.substr(0, end);
  const string_view answer = end == string_view::npos ? gold : text.substr(end + 1);
  MathOptions options;
  CheckPair(gold, answer, options);
  const absl::StatusOr<std::string> key = MathKey(answer, options);
  WHET_CHECK(!key.ok() || *key == MathKey(answer, options).value_or(""));
  options.compare.any_symbols = true;
  options.compare.relation_for_set = true;
  options.compare.scalar.float_rounding = 3;
  CheckPair(gold, answer, options);
  return 0;
}
