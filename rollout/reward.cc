#include "rollout/reward.h"

#include <utility>

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

RewardPart PartOf(Verdict verdict, std::string message) {
  RewardPart part = {.value = std::nullopt, .verdict = verdict, .message = std::move(message)};
  if (!IsExcluded(verdict)) part.value = verdict == Verdict::kCorrect ? 1.0 : 0.0;
  return part;
}

}  // namespace whet
