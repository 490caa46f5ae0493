// The nouns of sampling: what is asked of a model, and what it answered.
#ifndef WHET_ROLLOUT_ROLLOUT_H_
#define WHET_ROLLOUT_ROLLOUT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "base/random.h"
#include "rollout/sampling_params.h"

namespace whet {

// Counts publications of weights, from 0, within a run.
using PolicyVersion = int64_t;

// Names a rollout for good: a second one with the same id is the same rollout.
struct RolloutId {
  RandomPurpose purpose = RandomPurpose::kSample;
  uint64_t prompt = 0;  // A function of the prompt's content.
  int64_t draw = 0;     // How often the prompt was asked for this purpose before.
  int64_t sample = 0;   // Within its group.

  std::string Text() const;  // "train/00c0ffee00c0ffee/0/3", for messages

  friend bool operator==(const RolloutId& a, const RolloutId& b) = default;
  template <typename H>
  friend H AbslHashValue(H state, const RolloutId& id) {
    return H::combine(std::move(state), id.purpose, id.prompt, id.draw, id.sample);
  }
};

// Where a rollout's random numbers come from: its id and the run's seed say all.
RandomKey KeyOf(const RolloutId& id, uint64_t seed);

// One completion that is wanted.
struct RolloutRequest {
  RolloutId id;
  uint64_t seed = 0;            // The run's.
  std::vector<int32_t> prompt;  // At least one token.
  SamplingParams sampling;
};

// Why a completion ended.
enum class Finish {
  kStop,    // The model ended it; the token that did is the last one.
  kLength,  // It reached tokens_max: truncated.
};

enum class SpanKind {
  kSampled,   // By a policy: trained on.
  kInserted,  // By somebody else, as a tool's output.
};

// Tokens [begin, end) of a completion that came to be in the same way.
struct Span {
  int64_t begin;
  int64_t end;
  SpanKind kind;
  PolicyVersion version;  // Of the weights that sampled them, or that were current.

  friend bool operator==(const Span& a, const Span& b) = default;
};

// A finished completion.
struct Rollout {
  RolloutId id;
  std::vector<int32_t> tokens;
  // log p of each token at the sampling temperature (at 1 if that is 0) over the whole vocabulary,
  // whatever was filtered out before sampling; 0 where inserted. In nats.
  std::vector<float> logprobs;
  std::vector<Span> spans;  // Adjoining, from 0 to tokens.size().
  Finish finish;
};

}  // namespace whet

#endif  // WHET_ROLLOUT_ROLLOUT_H_
