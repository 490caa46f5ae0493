#include "orchestrator/ledger_codec.h"

#include <zstd.h>

#include <bit>
#include <cstddef>
#include <cstring>
#include <limits>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/status.h"

namespace whet {
namespace {

// Numbers lie in the file as they do in memory.
static_assert(std::endian::native == std::endian::little);

// The first byte of every blob.
constexpr char kPlain = 0;
constexpr char kZstd = 1;

constexpr int kZstdLevel = 1;
// A zstd frame has 13 bytes of its own: below this it is not worth trying.
constexpr size_t kCompressedBytesMin = 64;

constexpr size_t kVarint32BytesMax = 5;
constexpr size_t kVarint64BytesMax = 10;
// No completion is longer; a larger count is damage.
constexpr int64_t kTokensMax = int64_t{1} << 28;

absl::Status Damaged(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("damaged blob: ", what));
}

// LEB128: seven bits a byte, the lowest first, the top bit set on all but the last.
void AppendVarint(uint64_t value, std::string* out) {
  while (value >= 0x80) {
    out->push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out->push_back(static_cast<char>(value));
}

// Takes a varint from the front of `bytes`. False if it is cut off or larger than `max`.
bool TakeVarint(absl::string_view* bytes, uint64_t max, uint64_t* value) {
  *value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (bytes->empty()) return false;
    const auto byte = static_cast<uint8_t>(bytes->front());
    bytes->remove_prefix(1);
    const uint64_t bits = byte & 0x7f;
    if (shift == 63 && bits > 1) return false;
    *value |= bits << shift;
    if (byte < 0x80) return *value <= max;
  }
  return false;
}

// Small for small numbers of either sign: 0, -1, 1, -2 … become 0, 1, 2, 3 …
uint64_t ZigZag(int64_t value) {
  return (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
}

int64_t UnZigZag(uint64_t value) { return static_cast<int64_t>((value >> 1) ^ (~(value & 1) + 1)); }

// What Pack was given, which was at most `bytes_max` long. Plain bodies are not copied: the view is
// into `blob` or `buffer`.
absl::StatusOr<absl::string_view> Unpack(absl::string_view blob, size_t bytes_max,
                                         std::string* buffer) {
  if (blob.empty()) return Damaged("it is empty");
  const char format = blob.front();
  blob.remove_prefix(1);
  if (format == kPlain) return blob;
  if (format != kZstd) return Damaged(absl::StrCat("unknown format ", int{format}));
  // The two values that say "unknown" and "no frame" are beyond any bytes_max.
  const uint64_t size = ZSTD_getFrameContentSize(blob.data(), blob.size());
  if (size > bytes_max) return Damaged("it holds more than its tokens need, or is no zstd frame");
  buffer->resize(size);
  const size_t written = ZSTD_decompress(buffer->data(), buffer->size(), blob.data(), blob.size());
  if (ZSTD_isError(written) != 0) return Damaged(ZSTD_getErrorName(written));
  if (written != size) return Damaged("its size is not what it says");
  return absl::string_view(*buffer);
}

absl::Status CheckCount(int64_t count) {
  if (count < 0 || count > kTokensMax) return Damaged(absl::StrCat(count, " tokens"));
  return absl::OkStatus();
}

}  // namespace

LedgerEncoder::LedgerEncoder() : context_(ZSTD_createCCtx()) {
  WHET_CHECK(context_ != nullptr);
  WHET_CHECK(ZSTD_isError(ZSTD_CCtx_setParameter(context_, ZSTD_c_compressionLevel, kZstdLevel)) ==
             0);
  // SQLite would not notice a bit that fell over in a blob.
  WHET_CHECK(ZSTD_isError(ZSTD_CCtx_setParameter(context_, ZSTD_c_checksumFlag, 1)) == 0);
}

LedgerEncoder::~LedgerEncoder() { ZSTD_freeCCtx(context_); }

std::string LedgerEncoder::Pack(std::string body) {
  if (body.size() >= kCompressedBytesMin) {
    std::string packed(1 + ZSTD_compressBound(body.size()), kZstd);
    const size_t size =
        ZSTD_compress2(context_, packed.data() + 1, packed.size() - 1, body.data(), body.size());
    WHET_CHECK(ZSTD_isError(size) == 0);
    if (size < body.size()) {
      packed.resize(1 + size);
      return packed;
    }
  }
  body.insert(body.begin(), kPlain);
  return body;
}

std::string LedgerEncoder::Tokens(absl::Span<const int32_t> tokens) {
  std::string body;
  body.reserve(1 + 3 * tokens.size());
  for (const int32_t token : tokens) AppendVarint(static_cast<uint32_t>(token), &body);
  return Pack(std::move(body));
}

std::string LedgerEncoder::Logprobs(absl::Span<const float> logprobs) {
  std::string body(sizeof(float) * logprobs.size(), 0);
  if (!body.empty()) std::memcpy(body.data(), logprobs.data(), body.size());
  return Pack(std::move(body));
}

std::string LedgerEncoder::Spans(absl::Span<const Span> spans) {
  std::string body;
  int64_t end = 0;
  for (const Span& span : spans) {
    WHET_CHECK(span.begin == end && span.end > span.begin);
    AppendVarint(static_cast<uint64_t>(span.end - span.begin), &body);
    AppendVarint(static_cast<uint64_t>(span.kind), &body);
    AppendVarint(ZigZag(span.version), &body);
    end = span.end;
  }
  return Pack(std::move(body));
}

absl::StatusOr<std::vector<int32_t>> DecodeTokens(absl::string_view blob, int64_t count) {
  WHET_RETURN_IF_ERROR(CheckCount(count));
  std::string buffer;
  WHET_ASSIGN_OR_RETURN(absl::string_view body,
                        Unpack(blob, kVarint32BytesMax * static_cast<size_t>(count), &buffer));
  if (body.size() < static_cast<size_t>(count)) return Damaged("tokens are missing");
  std::vector<int32_t> tokens(static_cast<size_t>(count));
  for (int32_t& token : tokens) {
    uint64_t value = 0;
    if (!TakeVarint(&body, std::numeric_limits<uint32_t>::max(), &value)) {
      return Damaged("a token cannot be read");
    }
    token = static_cast<int32_t>(static_cast<uint32_t>(value));
  }
  if (!body.empty()) return Damaged("it has more tokens than it should");
  return tokens;
}

absl::StatusOr<std::vector<float>> DecodeLogprobs(absl::string_view blob, int64_t count) {
  WHET_RETURN_IF_ERROR(CheckCount(count));
  const size_t size = sizeof(float) * static_cast<size_t>(count);
  std::string buffer;
  WHET_ASSIGN_OR_RETURN(const absl::string_view body, Unpack(blob, size, &buffer));
  if (body.size() != size) return Damaged("not one log-probability for each token");
  std::vector<float> logprobs(static_cast<size_t>(count));
  if (!body.empty()) std::memcpy(logprobs.data(), body.data(), body.size());
  return logprobs;
}

absl::StatusOr<std::vector<Span>> DecodeSpans(absl::string_view blob, int64_t count) {
  WHET_RETURN_IF_ERROR(CheckCount(count));
  constexpr size_t kSpanBytesMax = 2 * kVarint64BytesMax + 1;
  std::string buffer;
  WHET_ASSIGN_OR_RETURN(absl::string_view body,
                        Unpack(blob, kSpanBytesMax * static_cast<size_t>(count), &buffer));
  std::vector<Span> spans;
  int64_t begin = 0;
  while (!body.empty()) {
    uint64_t length = 0;
    uint64_t kind = 0;
    uint64_t version = 0;
    if (!TakeVarint(&body, static_cast<uint64_t>(count - begin), &length) ||
        !TakeVarint(&body, static_cast<uint64_t>(SpanKind::kInserted), &kind) ||
        !TakeVarint(&body, std::numeric_limits<uint64_t>::max(), &version) || length == 0) {
      return Damaged("a span cannot be read or goes beyond the tokens");
    }
    const int64_t end = begin + static_cast<int64_t>(length);
    spans.push_back({begin, end, static_cast<SpanKind>(kind), UnZigZag(version)});
    begin = end;
  }
  if (begin != count) return Damaged("its spans end before the tokens");
  return spans;
}

}  // namespace whet
