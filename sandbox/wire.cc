#include "sandbox/wire.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "base/byte_codec.h"

namespace whet::sandbox {
namespace {

void WriteFiles(const std::vector<File>& files, ByteWriter* writer) {
  writer->Number(static_cast<int64_t>(files.size()));
  for (const File& file : files) {
    writer->Text(file.name);
    writer->Text(file.bytes);
    writer->Flag(file.executable);
  }
}

std::vector<File> ReadFiles(ByteReader* reader) {
  std::vector<File> files;
  for (int64_t count = reader->Count(); count > 0 && !reader->failed(); --count) {
    File file;
    file.name = reader->Text();
    file.bytes = reader->Text();
    file.executable = reader->Flag();
    files.push_back(std::move(file));
  }
  return files;
}

void WriteLimits(const Limits& limits, ByteWriter* writer) {
  writer->Time(limits.cpu);
  writer->Time(limits.wall);
  writer->Number(limits.memory_bytes);
  writer->Number(limits.stack_bytes);
  writer->Number(limits.processes);
  writer->Number(limits.output_bytes);
  writer->Number(limits.file_bytes);
  writer->Number(limits.scratch_bytes);
  writer->Number(limits.scratch_files);
}

Limits ReadLimits(ByteReader* reader) {
  Limits limits;
  limits.cpu = reader->Time();
  limits.wall = reader->Time();
  limits.memory_bytes = reader->Number();
  limits.stack_bytes = reader->Number();
  limits.processes = reader->Number();
  limits.output_bytes = reader->Number();
  limits.file_bytes = reader->Number();
  limits.scratch_bytes = reader->Number();
  limits.scratch_files = reader->Number();
  return limits;
}

void WriteReport(const Report& report, ByteWriter* writer) {
  writer->Number(static_cast<int64_t>(report.ending));
  writer->Number(report.exit_status);
  writer->Number(report.signal);
  writer->Time(report.cpu);
  writer->Time(report.wall);
  writer->Time(report.stalled);
  writer->Number(report.peak_bytes);
  writer->Text(report.output);
  writer->Text(report.error_output);
  WriteFiles(report.collected, writer);
  writer->Number(static_cast<int64_t>(report.compile_ending));
  writer->Number(static_cast<int64_t>(report.isolation.control));
  writer->Flag(report.isolation.namespaces);
  writer->Number(report.isolation.landlock);
  writer->Flag(report.isolation.zygote);
}

Report ReadReport(ByteReader* reader) {
  Report report;
  report.ending = reader->OneOf(Ending::kOk);
  report.exit_status = static_cast<int>(reader->Number());
  report.signal = static_cast<int>(reader->Number());
  report.cpu = reader->Time();
  report.wall = reader->Time();
  report.stalled = reader->Time();
  report.peak_bytes = reader->Number();
  report.output = reader->Text();
  report.error_output = reader->Text();
  report.collected = ReadFiles(reader);
  report.compile_ending = reader->OneOf(Ending::kOk);
  report.isolation.control = reader->OneOf(ResourceControl::kPolling);
  report.isolation.namespaces = reader->Flag();
  report.isolation.landlock = static_cast<int>(reader->Number());
  report.isolation.zygote = reader->Flag();
  return report;
}

}  // namespace

std::string EncodeCommand(const Command& command) {
  ByteWriter writer;
  writer.Texts(command.argv);
  writer.Texts(command.environment);
  WriteFiles(command.files, &writer);
  writer.Text(command.input);
  writer.Texts(command.collected);
  WriteLimits(command.limits, &writer);
  return writer.Take();
}

absl::StatusOr<Command> DecodeCommand(absl::string_view bytes) {
  ByteReader reader(bytes);
  Command command;
  command.argv = reader.Texts();
  command.environment = reader.Texts();
  command.files = ReadFiles(&reader);
  command.input = reader.Text();
  command.collected = reader.Texts();
  command.limits = ReadLimits(&reader);
  if (!reader.valid()) return absl::InvalidArgumentError("these bytes are no command");
  return command;
}

std::string EncodeAnswer(const absl::StatusOr<Report>& answer) {
  ByteWriter writer;
  writer.Number(static_cast<int64_t>(answer.status().code()));
  if (answer.ok()) {
    WriteReport(*answer, &writer);
  } else {
    writer.Text(answer.status().message());
  }
  return writer.Take();
}

absl::StatusOr<Report> DecodeAnswer(absl::string_view bytes) {
  ByteReader reader(bytes);
  const auto code = reader.OneOf(absl::StatusCode::kUnauthenticated);
  Report report;
  std::string message;
  if (code == absl::StatusCode::kOk) {
    report = ReadReport(&reader);
  } else {
    message = reader.Text();
  }
  if (!reader.valid()) return absl::DataLossError("whet-jail answered with garbage");
  if (code != absl::StatusCode::kOk) return absl::Status(code, message);
  return report;
}

}  // namespace whet::sandbox
