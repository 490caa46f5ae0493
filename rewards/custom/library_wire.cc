#include "rewards/custom/library_wire.h"

#include <utility>

#include "absl/status/status.h"
#include "base/byte_codec.h"

namespace whet {
namespace {

void WritePart(const RewardPart& part, ByteWriter* writer) {
  writer->Flag(part.value.has_value());
  writer->Real(part.value.value_or(0));
  writer->Flag(part.verdict.has_value());
  writer->Number(static_cast<int64_t>(part.verdict.value_or(Verdict::kCorrect)));
  writer->Text(part.message);
}

RewardPart ReadPart(ByteReader* reader) {
  RewardPart part;
  const bool has_value = reader->Flag();
  const double value = reader->Real();
  if (has_value) part.value = value;
  const bool has_verdict = reader->Flag();
  const auto verdict = reader->OneOf(Verdict::kFault);
  if (has_verdict) part.verdict = verdict;
  part.message = reader->Text();
  return part;
}

}  // namespace

std::string EncodeSamples(absl::Span<const VerifierSample> samples) {
  ByteWriter writer;
  writer.Number(static_cast<int64_t>(samples.size()));
  for (const VerifierSample& sample : samples) {
    writer.Text(sample.prompt);
    writer.Text(sample.completion);
    writer.Text(sample.ground_truth);
    writer.Text(sample.data_source);
    writer.Text(sample.extra);
    writer.Number(sample.completion_tokens);
    writer.Flag(sample.finished);
  }
  return writer.Take();
}

absl::StatusOr<std::vector<VerifierSample>> DecodeSamples(absl::string_view bytes) {
  ByteReader reader(bytes);
  std::vector<VerifierSample> samples;
  for (int64_t count = reader.Count(); count > 0 && !reader.failed(); --count) {
    VerifierSample sample;
    sample.prompt = reader.Text();
    sample.completion = reader.Text();
    sample.ground_truth = reader.Text();
    sample.data_source = reader.Text();
    sample.extra = reader.Text();
    sample.completion_tokens = reader.Number();
    sample.finished = reader.Flag();
    samples.push_back(std::move(sample));
  }
  if (!reader.valid()) return absl::InvalidArgumentError("these bytes are no samples");
  return samples;
}

std::string EncodeParts(const absl::StatusOr<std::vector<RewardPart>>& parts) {
  ByteWriter writer;
  writer.Number(static_cast<int64_t>(parts.status().code()));
  if (!parts.ok()) {
    writer.Text(parts.status().message());
    return writer.Take();
  }
  writer.Number(static_cast<int64_t>(parts->size()));
  for (const RewardPart& part : *parts) WritePart(part, &writer);
  return writer.Take();
}

absl::StatusOr<std::vector<RewardPart>> DecodeParts(absl::string_view bytes) {
  ByteReader reader(bytes);
  const auto code = reader.OneOf(absl::StatusCode::kUnauthenticated);
  std::vector<RewardPart> parts;
  std::string message;
  if (code == absl::StatusCode::kOk) {
    for (int64_t count = reader.Count(); count > 0 && !reader.failed(); --count) {
      parts.push_back(ReadPart(&reader));
    }
  } else {
    message = reader.Text();
  }
  if (!reader.valid()) return absl::DataLossError("whet-verify answered with garbage");
  if (code != absl::StatusCode::kOk) return absl::Status(code, message);
  return parts;
}

}  // namespace whet
