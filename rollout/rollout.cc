#include "rollout/rollout.h"

#include "absl/strings/str_format.h"

namespace whet {
namespace {

absl::string_view PurposeName(RandomPurpose purpose) {
  switch (purpose) {
    case RandomPurpose::kTrain:
      return "train";
    case RandomPurpose::kEvaluation:
      return "eval";
    case RandomPurpose::kSample:
      return "sample";
    case RandomPurpose::kOrder:
      return "order";
    case RandomPurpose::kInitialize:
      return "initialize";
  }
  return "unknown";
}

}  // namespace

std::string RolloutId::Text() const {
  return absl::StrFormat("%s/%016x/%d/%d", PurposeName(purpose), prompt, draw, sample);
}

RandomKey KeyOf(const RolloutId& id, uint64_t seed) {
  return RandomKey(seed, id.purpose)
      .Child(id.prompt)
      .Child(static_cast<uint64_t>(id.draw))
      .Child(static_cast<uint64_t>(id.sample));
}

}  // namespace whet
