// Any bytes are read as blobs of up to 65,535 tokens: without harm, and what can be read is written
// and read again as the same. And any tokens and log-probabilities come back.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "absl/strings/string_view.h"
#include "base/check.h"
#include "orchestrator/ledger_codec.h"

namespace whet {
namespace {

// By their bits: NaN is not equal to itself.
bool SameBits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
}

void ReadBlob(absl::string_view blob, int64_t count) {
  LedgerEncoder encoder;
  if (const auto tokens = DecodeTokens(blob, count); tokens.ok()) {
    WHET_CHECK(DecodeTokens(encoder.Tokens(*tokens), count).value() == *tokens);
  }
  if (const auto logprobs = DecodeLogprobs(blob, count); logprobs.ok()) {
    WHET_CHECK(SameBits(DecodeLogprobs(encoder.Logprobs(*logprobs), count).value(), *logprobs));
  }
  if (const auto spans = DecodeSpans(blob, count); spans.ok()) {
    WHET_CHECK(DecodeSpans(encoder.Spans(*spans), count).value() == *spans);
  }
}

void WriteNumbers(absl::string_view bytes) {
  const size_t count = bytes.size() / 4;
  std::vector<int32_t> tokens(count);
  std::vector<float> logprobs(count);
  if (count > 0) {
    std::memcpy(tokens.data(), bytes.data(), 4 * count);
    std::memcpy(logprobs.data(), bytes.data(), 4 * count);
  }
  LedgerEncoder encoder;
  const auto size = static_cast<int64_t>(count);
  WHET_CHECK(DecodeTokens(encoder.Tokens(tokens), size).value() == tokens);
  WHET_CHECK(SameBits(DecodeLogprobs(encoder.Logprobs(logprobs), size).value(), logprobs));
}

}  // namespace
}  // namespace whet

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const int64_t count = data[0] + 256 * data[1];
  const absl::string_view bytes(reinterpret_cast<const char*>(data + 2), size - 2);
  whet::ReadBlob(bytes, count);
  whet::WriteNumbers(bytes);
  return 0;
}
