// What the engine keeps of a prompt and of a completion on its way. Includes LibTorch: for files of
// policy/ only.
#ifndef WHET_POLICY_ENGINE_SEQUENCE_H_
#define WHET_POLICY_ENGINE_SEQUENCE_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <list>
#include <optional>
#include <utility>
#include <vector>

#include "base/random.h"
#include "policy/kv_pool.h"
#include "rollout/rollout.h"

namespace whet {

// A prompt that queued sequences begin with: computed once, dropped when the last of them has
// begun.
struct SharedPrompt {
  std::vector<int32_t> tokens;
  int64_t users = 0;  // Queued sequences.
  KvSequence kv;
  at::Tensor hidden;              // [1, H], of its last token, once that is computed.
  bool partly_scheduled = false;  // In its last round: it was longer than the round had room for.
};

// A completion on its way.
struct Sequence {
  Sequence(RolloutRequest request_in, const RandomKey& key_in)
      : request(std::move(request_in)), key(key_in), tokens(request.prompt) {}

  RolloutRequest request;
  RandomKey key;
  std::vector<int32_t> tokens;  // Prompt and completion.
  std::vector<float> logprobs;  // Of the completion.
  std::vector<Span> spans;
  KvSequence kv;      // Of the first kv.count tokens.
  at::Tensor hidden;  // [1, H] of the last token, between its computation and the next sample.

  int64_t length() const { return static_cast<int64_t>(tokens.size()); }
  int64_t completion_length() const {
    return length() - static_cast<int64_t>(request.prompt.size());
  }
  int64_t pending() const { return length() - kv.count; }

  void Append(int32_t token, float logprob, SpanKind kind, PolicyVersion version);
  std::optional<Finish> FinishOf(const std::vector<int64_t>& eos_ids) const;
};
using SequenceList = std::list<Sequence>;

}  // namespace whet

#endif  // WHET_POLICY_ENGINE_SEQUENCE_H_
