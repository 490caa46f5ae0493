#include "rewards/verify/math_wire.h"

#include <utility>

#include "absl/status/status.h"
#include "base/byte_codec.h"

namespace whet {
namespace {

void WriteOptional(const std::optional<int>& value, ByteWriter* writer) {
  writer->Flag(value.has_value());
  writer->Number(value.value_or(0));
}

std::optional<int> ReadOptional(ByteReader* reader) {
  const bool is_set = reader->Flag();
  const int64_t value = reader->Number();
  return is_set ? std::optional<int>(static_cast<int>(value)) : std::nullopt;
}

void WriteExtraction(const math::ExtractionOptions& options, ByteWriter* writer) {
  writer->Flag(options.latex);
  writer->Flag(options.expression);
  writer->Texts(options.strings);
  writer->Number(options.boxed_priority);
  writer->Flag(options.without_anchor);
}

math::ExtractionOptions ReadExtraction(ByteReader* reader) {
  math::ExtractionOptions options;
  options.latex = reader->Flag();
  options.expression = reader->Flag();
  options.strings = reader->Texts();
  options.boxed_priority = static_cast<int>(reader->Number());
  options.without_anchor = reader->Flag();
  return options;
}

void WriteOptions(const math::MathOptions& options, ByteWriter* writer) {
  const math::ParseOptions& parse = options.parse;
  writer->Number(static_cast<int64_t>(parse.bytes_max));
  writer->Number(parse.depth_max);
  writer->Number(static_cast<int64_t>(parse.nodes_max));
  writer->Number(static_cast<int64_t>(parse.digits_max));
  writer->Flag(parse.thousands_comma);
  writer->Flag(parse.decimal_comma);
  const math::CompareOptions& compare = options.compare;
  writer->Real(compare.scalar.relative_tolerance);
  WriteOptional(compare.scalar.float_rounding, writer);
  writer->Number(static_cast<int64_t>(compare.scalar.seed));
  writer->Number(compare.scalar.terms_max);
  writer->Number(compare.scalar.work_max);
  writer->Flag(compare.relation_for_set);
  writer->Flag(compare.any_symbols);
  writer->Flag(options.extraction.has_value());
  if (options.extraction.has_value()) WriteExtraction(*options.extraction, writer);
}

math::MathOptions ReadOptions(ByteReader* reader) {
  math::MathOptions options;
  math::ParseOptions& parse = options.parse;
  parse.bytes_max = static_cast<size_t>(reader->Number());
  parse.depth_max = static_cast<int>(reader->Number());
  parse.nodes_max = static_cast<size_t>(reader->Number());
  parse.digits_max = static_cast<size_t>(reader->Number());
  parse.thousands_comma = reader->Flag();
  parse.decimal_comma = reader->Flag();
  math::CompareOptions& compare = options.compare;
  compare.scalar.relative_tolerance = reader->Real();
  compare.scalar.float_rounding = ReadOptional(reader);
  compare.scalar.seed = static_cast<uint64_t>(reader->Number());
  compare.scalar.terms_max = reader->Number();
  compare.scalar.work_max = reader->Number();
  compare.relation_for_set = reader->Flag();
  compare.any_symbols = reader->Flag();
  if (reader->Flag()) options.extraction = ReadExtraction(reader);
  return options;
}

}  // namespace

std::string EncodeMathRequest(const MathRequest& request) {
  ByteWriter writer;
  writer.Number(static_cast<int64_t>(request.kind));
  writer.Text(request.gold);
  writer.Text(request.answer);
  WriteOptions(request.options, &writer);
  return writer.Take();
}

absl::StatusOr<MathRequest> DecodeMathRequest(absl::string_view bytes) {
  ByteReader reader(bytes);
  MathRequest request;
  request.kind = reader.OneOf(MathRequest::Kind::kKey);
  request.gold = reader.Text();
  request.answer = reader.Text();
  request.options = ReadOptions(&reader);
  if (!reader.valid()) return absl::InvalidArgumentError("these bytes are no request");
  return request;
}

std::string EncodeMathReply(const MathReply& reply) {
  ByteWriter writer;
  const math::MathJudgement& judgement = reply.judgement;
  writer.Number(static_cast<int64_t>(judgement.verdict));
  writer.Text(judgement.why);
  writer.Text(judgement.gold_parsed);
  writer.Text(judgement.answer_parsed);
  writer.Flag(reply.key.has_value());
  writer.Text(reply.key.value_or(""));
  writer.Time(reply.elapsed);
  return writer.Take();
}

absl::StatusOr<MathReply> DecodeMathReply(absl::string_view bytes) {
  ByteReader reader(bytes);
  MathReply reply;
  math::MathJudgement& judgement = reply.judgement;
  judgement.verdict = reader.OneOf(Verdict::kFault);
  judgement.why = reader.Text();
  judgement.gold_parsed = reader.Text();
  judgement.answer_parsed = reader.Text();
  const bool has_key = reader.Flag();
  std::string key = reader.Text();
  if (has_key) reply.key = std::move(key);
  reply.elapsed = reader.Time();
  if (!reader.valid()) return absl::DataLossError("whet-verify answered with garbage");
  return reply;
}

}  // namespace whet
