#include "policy/engine_sequence.h"

#include "absl/algorithm/container.h"

namespace whet {

void Sequence::Append(int32_t token, float logprob, SpanKind kind, PolicyVersion version) {
  const int64_t at = completion_length();
  tokens.push_back(token);
  logprobs.push_back(logprob);
  if (!spans.empty() && spans.back().kind == kind && spans.back().version == version) {
    ++spans.back().end;
  } else {
    spans.push_back({at, at + 1, kind, version});
  }
}

std::optional<Finish> Sequence::FinishOf(const std::vector<int64_t>& eos_ids) const {
  if (spans.empty()) return std::nullopt;
  if (spans.back().kind == SpanKind::kSampled && absl::c_linear_search(eos_ids, tokens.back())) {
    return Finish::kStop;
  }
  if (completion_length() >= request.sampling.tokens_max) return Finish::kLength;
  return std::nullopt;
}

}  // namespace whet
