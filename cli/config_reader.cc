#include "cli/config_reader.h"

#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/atomic_file.h"
#include "base/status.h"
#include "cli/config_checks.h"
#include "cli/config_schema.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"

namespace whet {
namespace {

namespace pb = ::google::protobuf;
using pb::FieldDescriptor;

// Keeps the first error; protobuf then prints none itself.
class FirstError final : public pb::io::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string& message) override {
    if (message_.has_value()) return;
    line_ = line + 1;
    column_ = column + 1;
    message_ = message;
  }
  void AddWarning(int, int, const std::string&) override {}

  bool any() const { return message_.has_value(); }
  int line() const { return line_; }
  int column() const { return column_; }
  const std::string& message() const { return *message_; }

 private:
  std::optional<std::string> message_;
  int line_ = 0;
  int column_ = 0;
};

// The texts between quotes: 'a "b" c "d"' gives b, d.
std::vector<std::string> Quoted(absl::string_view text) {
  std::vector<std::string> parts = absl::StrSplit(text, '"');
  std::vector<std::string> quoted;
  for (size_t i = 1; i < parts.size(); i += 2) quoted.push_back(std::move(parts[i]));
  return quoted;
}

// A field of this name and kind anywhere in `part`.
const FieldDescriptor* FindField(const pb::Descriptor& part, absl::string_view name,
                                 FieldDescriptor::CppType type) {
  for (int i = 0; i < part.field_count(); ++i) {
    const FieldDescriptor* field = part.field(i);
    if (field->name() == name && field->cpp_type() == type) return field;
    if (field->message_type() == nullptr) continue;
    if (const auto* found = FindField(*field->message_type(), name, type)) return found;
  }
  return nullptr;
}

// Where in `part` a message of `type` goes: "evaluation.sampling"; empty for `part` itself.
std::string PathOfType(const pb::Descriptor& part, const pb::Descriptor& type) {
  for (int i = 0; i < part.field_count(); ++i) {
    const FieldDescriptor& field = *part.field(i);
    if (field.message_type() == &type) return field.name();
    if (field.message_type() == nullptr) continue;
    const std::string rest = PathOfType(*field.message_type(), type);
    if (!rest.empty()) return absl::StrCat(field.name(), ".", rest);
  }
  return "";
}

std::string UnknownSetting(const pb::Descriptor& root, const pb::Descriptor& part,
                           absl::string_view name) {
  const std::string path = PathOfType(root, part);
  return absl::StrCat("no setting \"", name, "\"", path.empty() ? "" : " in ", path,
                      Suggestion(root, part, name));
}

// A message of protobuf's parser in our words, and the word of the file that it is about; empty if
// it is the one at the place that protobuf names. (Else that place is the word behind it.)
struct Translation {
  std::string text;
  std::string word;
};

Translation Translate(const pb::Descriptor& root, absl::string_view message) {
  const std::vector<std::string> quoted = Quoted(message);
  if (quoted.size() >= 2) {
    const std::string& first = quoted[0];
    const std::string& second = quoted[1];
    const pb::Descriptor* part = root.file()->pool()->FindMessageTypeByName(first);
    if (absl::StrContains(message, "has no field named") && part != nullptr) {
      return {UnknownSetting(root, *part, second), second};
    }
    const auto* field = FindField(root, second, FieldDescriptor::CPPTYPE_ENUM);
    if (absl::StartsWith(message, "Unknown enumeration value") && field != nullptr) {
      return {absl::StrCat("no value ", first, " for ", second, "; it is ", TypeText(*field)),
              first};
    }
    if (absl::StartsWith(message, "Invalid value for boolean")) {
      return {absl::StrCat(first, " is ", second, "; it must be true or false"), second};
    }
    if (absl::StrContains(message, "another member of oneof")) {
      return {absl::StrCat(first, " stands beside ", second, "; give each a rule of its own"),
              first};
    }
  }
  if (absl::StartsWith(message, "Non-repeated field") && !quoted.empty()) {
    return {absl::StrCat(quoted[0], " is set twice; keep one of them"), quoted[0]};
  }
  std::string text(absl::StripSuffix(message, "."));
  if (!text.empty()) text[0] = absl::ascii_tolower(text[0]);
  return {text, ""};
}

// "FILE:LINE:COLUMN: what is wrong"
std::string ErrorLine(const std::string& path, absl::string_view file, const FirstError& error,
                      const Translation& translation) {
  int column = error.column();
  const std::vector<absl::string_view> lines = absl::StrSplit(file, '\n');
  if (!translation.word.empty() && error.line() <= static_cast<int>(lines.size())) {
    const absl::string_view before =
        lines[static_cast<size_t>(error.line() - 1)].substr(0, static_cast<size_t>(column - 1));
    const size_t found = before.rfind(translation.word);
    if (found != absl::string_view::npos) column = static_cast<int>(found) + 1;
  }
  return absl::StrCat(path, ":", error.line(), ":", column, ": ", translation.text);
}

// Enters the place of every setting and part of `message`.
void AddPlaces(const pb::Message& message, pb::TextFormat::ParseInfoTree* tree,
               const std::string& prefix, ConfigPlaces* places) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int count = field->is_repeated() ? message.GetReflection()->FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      const int index = field->is_repeated() ? i : -1;
      const pb::TextFormat::ParseLocation location = tree->GetLocation(field, index);
      const std::string path = PathOf(prefix, *field, index);
      places->AddInFile(path, location.line + 1, location.column + 1);
      if (field->message_type() == nullptr) continue;
      const pb::Message& part = field->is_repeated()
                                    ? message.GetReflection()->GetRepeatedMessage(message, field, i)
                                    : message.GetReflection()->GetMessage(message, field);
      AddPlaces(part, tree->GetTreeForNested(field, index), path, places);
    }
  }
}

absl::Status ParseFile(const std::string& path, pb::Message* config, ConfigPlaces* places) {
  WHET_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  FirstError error;
  pb::TextFormat::ParseInfoTree tree;
  pb::TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  parser.WriteLocationsTo(&tree);
  pb::io::ArrayInputStream stream(text.data(), static_cast<int>(text.size()));
  if (!parser.Parse(&stream, config) || error.any()) {
    return absl::InvalidArgumentError(
        ErrorLine(path, text, error, Translate(*config->GetDescriptor(), error.message())));
  }
  AddPlaces(*config, &tree, "", places);
  return absl::OkStatus();
}

// "path=value" or "path+=value", and what it does to a configuration.
class SetArgument {
 public:
  explicit SetArgument(absl::string_view argument) : argument_(argument) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(argument, absl::MaxSplits('=', 1));
    absl::string_view path = parts.first;
    appends_ = absl::ConsumeSuffix(&path, "+");
    path_ = std::string(path);
    value_ = std::string(parts.second);
  }

  absl::Status Apply(pb::Message* config, ConfigPlaces* places) const {
    if (!absl::StrContains(argument_, '=')) return Error("write it as SETTING=VALUE");
    pb::Message* part = config;
    const std::vector<std::string> names = absl::StrSplit(path_, '.');
    for (size_t i = 0; i + 1 < names.size(); ++i) {
      WHET_ASSIGN_OR_RETURN(part, Enter(*config->GetDescriptor(), part, names[i]));
    }
    return Assign(*config->GetDescriptor(), part, names.back(), places);
  }

 private:
  absl::Status Error(absl::string_view what) const {
    return absl::InvalidArgumentError(absl::StrCat("--set ", argument_, ": ", what));
  }

  absl::StatusOr<const FieldDescriptor*> FieldOf(const pb::Descriptor& root,
                                                 const pb::Message& part,
                                                 const std::string& name) const {
    const FieldDescriptor* field = part.GetDescriptor()->FindFieldByName(name);
    if (field == nullptr) return Error(UnknownSetting(root, *part.GetDescriptor(), name));
    return field;
  }

  // The part `step` ("loss", "rewards[0]") of `part`; made if it is a single one and not there.
  absl::StatusOr<pb::Message*> Enter(const pb::Descriptor& root, pb::Message* part,
                                     absl::string_view step) const {
    const std::string name(step.substr(0, step.find('[')));
    WHET_ASSIGN_OR_RETURN(const FieldDescriptor* field, FieldOf(root, *part, name));
    if (field->message_type() == nullptr) return Error(absl::StrCat(name, " has no parts"));
    const pb::Reflection* reflection = part->GetReflection();
    if (!field->is_repeated()) {
      if (name != step) return Error(absl::StrCat(name, " is one part, without an index"));
      return reflection->MutableMessage(part, field);
    }
    const int count = reflection->FieldSize(*part, field);
    absl::string_view digits = step.substr(name.size());
    int index = -1;
    if (!absl::ConsumePrefix(&digits, "[") || !absl::ConsumeSuffix(&digits, "]") ||
        !absl::SimpleAtoi(digits, &index) || index < 0 || index >= count) {
      return Error(
          absl::StrCat(name, " has ", count, " elements; write ", name, "[0] for the ", "first"));
    }
    return reflection->MutableRepeatedMessage(part, field, index);
  }

  absl::Status Assign(const pb::Descriptor& root, pb::Message* part, const std::string& name,
                      ConfigPlaces* places) const {
    WHET_ASSIGN_OR_RETURN(const FieldDescriptor* field, FieldOf(root, *part, name));
    if (field->message_type() != nullptr) {
      return Error(absl::StrCat(name, " is a part; set one of its settings"));
    }
    if (appends_ && !field->is_repeated()) {
      return Error(absl::StrCat(name, " is a single value; write ", name, "=…"));
    }
    if (!appends_) part->GetReflection()->ClearField(part, field);
    const int first = field->is_repeated() ? part->GetReflection()->FieldSize(*part, field) : 0;
    std::string text(value_);
    const bool is_text = field->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
    if (is_text && !absl::StartsWith(text, "\"")) {
      text = absl::StrCat("\"", absl::CEscape(text), "\"");
    }
    FirstError ignored;
    pb::TextFormat::Parser parser;
    parser.RecordErrorsTo(&ignored);
    if (!parser.ParseFieldValueFromString(text, field, part)) {
      return Error(absl::StrCat("expected ", TypeText(*field), ", got ", value_));
    }
    if (field->is_repeated()) {
      places->AddSetList(path_, first, part->GetReflection()->FieldSize(*part, field), argument_);
    } else {
      places->AddSet(path_, argument_);
    }
    return absl::OkStatus();
  }

  std::string argument_;
  std::string path_;
  std::string value_;
  bool appends_ = false;
};

}  // namespace

void ConfigPlaces::AddInFile(const std::string& path, int line, int column) {
  places_[path] = absl::StrCat(file_, ":", line, ":", column);
}

void ConfigPlaces::AddSet(const std::string& path, absl::string_view set) {
  places_[path] = absl::StrCat("--set ", set);
}

void ConfigPlaces::AddSetList(const std::string& path, int first, int end, absl::string_view set) {
  for (int i = first; i < end; ++i) AddSet(absl::StrCat(path, "[", i, "]"), set);
  for (int i = end; places_.erase(absl::StrCat(path, "[", i, "]")) > 0;) ++i;
}

std::string ConfigPlaces::Of(absl::string_view path) const {
  while (!path.empty()) {
    // A list is where its first element is.
    for (const std::string& key : {std::string(path), absl::StrCat(path, "[0]")}) {
      const auto place = places_.find(key);
      if (place != places_.end()) return place->second;
    }
    const size_t end = path.find_last_of(".[");
    path = end == absl::string_view::npos ? absl::string_view() : path.substr(0, end);
  }
  return file_;
}

absl::Status ReadConfig(const std::string& path, absl::Span<const std::string> sets,
                        pb::Message* config, ConfigPlaces* places) {
  WHET_RETURN_IF_ERROR(ParseFile(path, config, places));
  for (const std::string& set : sets) {
    WHET_RETURN_IF_ERROR(SetArgument(set).Apply(config, places));
  }
  std::vector<std::string> lines;
  for (const ConfigError& error : CheckConfig(*config)) {
    lines.push_back(absl::StrCat(places->Of(error.path), ": ", error.text));
  }
  if (lines.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrJoin(lines, "\n"));
}

}  // namespace whet
