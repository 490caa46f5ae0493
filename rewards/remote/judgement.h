// What a judge says of an answer.
#ifndef WHET_REWARDS_REMOTE_JUDGEMENT_H_
#define WHET_REWARDS_REMOTE_JUDGEMENT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "text/json.h"

namespace whet {

struct Judgement {
  bool correct;
  std::string reason;  // In the judge's words: their beginning if they are many; may be empty.

  friend bool operator==(const Judgement& a, const Judgement& b) = default;
};

// Of the object {"verdict": "correct", "wrong" or "incorrect", "reason": text}. The verdict's case
// does not matter, the reason may be missing. InvalidArgument if it is anything else.
absl::StatusOr<Judgement> ReadVerdict(const Json& object);

// Of the answer of a service to /chat/completions, in choices[0].message.content: the object, alone
// or in a fence (```json), after a thought that ends with </think> or without one. InvalidArgument,
// with what it said instead, if it is anything else: prose around the object, two objects, a text
// that was cut off. A verdict that is only mentioned is none.
absl::StatusOr<Judgement> ReadJudgement(absl::string_view answer);

}  // namespace whet

#endif  // WHET_REWARDS_REMOTE_JUDGEMENT_H_
