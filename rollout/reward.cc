#include "rollout/reward.h"

namespace whet {

absl::string_view VerdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::kCorrect:
      return "CORRECT";
    case Verdict::kWrong:
      return "WRONG";
    case Verdict::kNoAnswer:
      return "NO_ANSWER";
    case Verdict::kUnparseableAnswer:
      return "UNPARSEABLE_ANSWER";
    case Verdict::kUnparseableGold:
      return "UNPARSEABLE_GOLD";
    case Verdict::kTimeout:
      return "TIMEOUT";
    case Verdict::kUnsupported:
      return "UNSUPPORTED";
    case Verdict::kFault:
      return "FAULT";
  }
  return "UNKNOWN";
}

bool IsExcluded(Verdict verdict) {
  return verdict == Verdict::kUnparseableGold || verdict == Verdict::kFault;
}

}  // namespace whet
