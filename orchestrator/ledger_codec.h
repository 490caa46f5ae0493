// How the tokens, log-probabilities and spans of a rollout lie in the ledger: small, and exactly
// what they were. docs/formats.md has the bytes.
#ifndef WHET_ORCHESTRATOR_LEDGER_CODEC_H_
#define WHET_ORCHESTRATOR_LEDGER_CODEC_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rollout/rollout.h"

struct ZSTD_CCtx_s;

namespace whet {

// Keeps the compressor's memory from one call to the next. Not thread-safe.
class LedgerEncoder {
 public:
  LedgerEncoder();
  ~LedgerEncoder();
  LedgerEncoder(const LedgerEncoder&) = delete;
  LedgerEncoder& operator=(const LedgerEncoder&) = delete;

  std::string Tokens(absl::Span<const int32_t> tokens);
  std::string Logprobs(absl::Span<const float> logprobs);
  // They must adjoin, begin at 0, and none be empty.
  std::string Spans(absl::Span<const Span> spans);

 private:
  std::string Pack(std::string body);

  ZSTD_CCtx_s* const context_;
};

// The way back, for a completion of `count` tokens. DataLoss for what LedgerEncoder does not write,
// or not for so many tokens. Memory is bounded by `count`, whatever the bytes are.
absl::StatusOr<std::vector<int32_t>> DecodeTokens(absl::string_view blob, int64_t count);
absl::StatusOr<std::vector<float>> DecodeLogprobs(absl::string_view blob, int64_t count);
absl::StatusOr<std::vector<Span>> DecodeSpans(absl::string_view blob, int64_t count);

}  // namespace whet

#endif  // WHET_ORCHESTRATOR_LEDGER_CODEC_H_
