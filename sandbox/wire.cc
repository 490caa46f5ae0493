#include "sandbox/wire.h"

#include <cstdint>
#include <vector>

#include "absl/time/time.h"

namespace whet::sandbox {
namespace {

// Numbers are 8 bytes, little-endian; texts and lists begin with their length.
class Writer {
 public:
  void Number(int64_t value) {
    const auto bits = static_cast<uint64_t>(value);
    for (int shift = 0; shift < 64; shift += 8) {
      bytes_.push_back(static_cast<char>((bits >> shift) & 0xff));
    }
  }
  void Time(absl::Duration value) { Number(absl::ToInt64Nanoseconds(value)); }
  void Text(absl::string_view text) {
    Number(static_cast<int64_t>(text.size()));
    bytes_.append(text.data(), text.size());
  }
  void Texts(const std::vector<std::string>& texts) {
    Number(static_cast<int64_t>(texts.size()));
    for (const std::string& text : texts) Text(text);
  }
  void Files(const std::vector<File>& files) {
    Number(static_cast<int64_t>(files.size()));
    for (const File& file : files) {
      Text(file.name);
      Text(file.bytes);
      Number(file.executable ? 1 : 0);
    }
  }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// After the first thing that is not there, all reads give 0 and failed() is true.
class Reader {
 public:
  explicit Reader(absl::string_view bytes) : bytes_(bytes) {}

  int64_t Number() {
    if (bytes_.size() < 8) return Fail();
    uint64_t bits = 0;
    for (int i = 7; i >= 0; --i) {
      bits = (bits << 8) | static_cast<unsigned char>(bytes_[static_cast<size_t>(i)]);
    }
    bytes_.remove_prefix(8);
    return static_cast<int64_t>(bits);
  }
  absl::Duration Time() { return absl::Nanoseconds(Number()); }
  std::string Text() {
    const int64_t size = Number();
    if (size < 0 || static_cast<uint64_t>(size) > bytes_.size()) {
      Fail();
      return "";
    }
    std::string text(bytes_.substr(0, static_cast<size_t>(size)));
    bytes_.remove_prefix(static_cast<size_t>(size));
    return text;
  }
  // The length of a list; each element takes at least 8 bytes.
  int64_t Count() {
    const int64_t count = Number();
    return count < 0 || static_cast<uint64_t>(count) > bytes_.size() / 8 ? Fail() : count;
  }
  std::vector<std::string> Texts() {
    std::vector<std::string> texts;
    for (int64_t count = Count(); count > 0 && !failed_; --count) texts.push_back(Text());
    return texts;
  }
  std::vector<File> Files() {
    std::vector<File> files;
    for (int64_t count = Count(); count > 0 && !failed_; --count) {
      File file;
      file.name = Text();
      file.bytes = Text();
      file.executable = Number() != 0;
      files.push_back(std::move(file));
    }
    return files;
  }
  // One of the values 0 … last of an enumeration.
  template <typename Enum>
  Enum OneOf(Enum last) {
    const int64_t value = Number();
    return value < 0 || value > static_cast<int64_t>(last) ? static_cast<Enum>(Fail())
                                                           : static_cast<Enum>(value);
  }
  bool failed() const { return failed_; }
  // That all was read, and nothing was missing.
  bool valid() const { return !failed_ && bytes_.empty(); }

 private:
  int64_t Fail() {
    failed_ = true;
    bytes_ = {};
    return 0;
  }

  absl::string_view bytes_;
  bool failed_ = false;
};

void WriteLimits(const Limits& limits, Writer* writer) {
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

Limits ReadLimits(Reader* reader) {
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

void WriteReport(const Report& report, Writer* writer) {
  writer->Number(static_cast<int64_t>(report.ending));
  writer->Number(report.exit_status);
  writer->Number(report.signal);
  writer->Time(report.cpu);
  writer->Time(report.wall);
  writer->Time(report.stalled);
  writer->Number(report.peak_bytes);
  writer->Text(report.output);
  writer->Text(report.error_output);
  writer->Files(report.collected);
  writer->Number(static_cast<int64_t>(report.compile_ending));
  writer->Number(static_cast<int64_t>(report.isolation.control));
  writer->Number(report.isolation.namespaces ? 1 : 0);
  writer->Number(report.isolation.landlock);
  writer->Number(report.isolation.zygote ? 1 : 0);
}

Report ReadReport(Reader* reader) {
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
  report.collected = reader->Files();
  report.compile_ending = reader->OneOf(Ending::kOk);
  report.isolation.control = reader->OneOf(ResourceControl::kPolling);
  report.isolation.namespaces = reader->Number() != 0;
  report.isolation.landlock = static_cast<int>(reader->Number());
  report.isolation.zygote = reader->Number() != 0;
  return report;
}

}  // namespace

std::string EncodeCommand(const Command& command) {
  Writer writer;
  writer.Texts(command.argv);
  writer.Texts(command.environment);
  writer.Files(command.files);
  writer.Text(command.input);
  writer.Texts(command.collected);
  WriteLimits(command.limits, &writer);
  return writer.Take();
}

absl::StatusOr<Command> DecodeCommand(absl::string_view bytes) {
  Reader reader(bytes);
  Command command;
  command.argv = reader.Texts();
  command.environment = reader.Texts();
  command.files = reader.Files();
  command.input = reader.Text();
  command.collected = reader.Texts();
  command.limits = ReadLimits(&reader);
  if (!reader.valid()) return absl::InvalidArgumentError("these bytes are no command");
  return command;
}

std::string EncodeAnswer(const absl::StatusOr<Report>& answer) {
  Writer writer;
  writer.Number(static_cast<int64_t>(answer.status().code()));
  if (answer.ok()) {
    WriteReport(*answer, &writer);
  } else {
    writer.Text(answer.status().message());
  }
  return writer.Take();
}

absl::StatusOr<Report> DecodeAnswer(absl::string_view bytes) {
  Reader reader(bytes);
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
