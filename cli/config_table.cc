#include "cli/config_table.h"

#include <algorithm>
#include <map>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "cli/config_schema.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"
#include "proto/setting.pb.h"

namespace whet {
namespace {

namespace pb = ::google::protobuf;
using pb::FieldDescriptor;

struct Row {
  std::string path;
  std::string value;
};

bool MeansSomethingUnset(const FieldDescriptor& field) {
  return field.options().HasExtension(config::unset);
}

// Whether a single part counts: it is there, or it is as if it were.
bool Counts(const pb::Message& part, const FieldDescriptor& field) {
  if (part.GetReflection()->HasField(part, &field)) return true;
  return field.containing_oneof() == nullptr && !MeansSomethingUnset(field);
}

void AddRows(const pb::Message& part, const std::string& prefix, std::vector<Row>* rows);

void AddRow(const pb::Message& part, const FieldDescriptor& field, const std::string& prefix,
            std::vector<Row>* rows) {
  const std::string path = PathOf(prefix, field);
  const pb::Reflection* reflection = part.GetReflection();
  if (field.message_type() != nullptr && Counts(part, field)) {
    const size_t before = rows->size();
    AddRows(reflection->GetMessage(part, &field), path, rows);
    // A rule without parameters.
    if (rows->size() == before) rows->push_back({path, "{}"});
  } else if (!reflection->HasField(part, &field) && MeansSomethingUnset(field)) {
    rows->push_back({path, absl::StrCat("(", field.options().GetExtension(config::unset), ")")});
  } else if (field.message_type() == nullptr) {
    rows->push_back({path, ValueText(part, field, -1)});
  }
}

void AddRows(const pb::Message& part, const std::string& prefix, std::vector<Row>* rows) {
  for (int i = 0; i < part.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& field = *part.GetDescriptor()->field(i);
    if (!field.is_repeated()) {
      AddRow(part, field, prefix, rows);
      continue;
    }
    const int count = part.GetReflection()->FieldSize(part, &field);
    for (int index = 0; index < count; ++index) {
      const std::string path = PathOf(prefix, field, index);
      if (field.message_type() == nullptr) {
        rows->push_back({path, ValueText(part, field, index)});
      } else {
        AddRows(part.GetReflection()->GetRepeatedMessage(part, &field, index), path, rows);
      }
    }
  }
}

std::vector<Row> RowsOf(const pb::Message& config) {
  std::vector<Row> rows;
  AddRows(config, "", &rows);
  return rows;
}

// Writes the default of a single value into it.
void SetToDefault(pb::Message* part, const FieldDescriptor& field) {
  pb::TextFormat::Parser parser;
  parser.ParseFieldValueFromString(ValueText(*part, field, -1), &field, part);
}

void WriteDefaultsOut(pb::Message* part) {
  const pb::Reflection* reflection = part->GetReflection();
  for (int i = 0; i < part->GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& field = *part->GetDescriptor()->field(i);
    if (field.message_type() != nullptr && field.is_repeated()) {
      for (int index = 0; index < reflection->FieldSize(*part, &field); ++index) {
        WriteDefaultsOut(reflection->MutableRepeatedMessage(part, &field, index));
      }
    } else if (field.message_type() != nullptr && Counts(*part, field)) {
      WriteDefaultsOut(reflection->MutableMessage(part, &field));
    } else if (!field.is_repeated() && field.has_default_value() &&
               !reflection->HasField(*part, &field)) {
      SetToDefault(part, field);
    }
  }
}

// A comment, in lines of 100 columns, each `indent` deep.
void AddWrapped(absl::string_view comment, size_t indent, std::string* text) {
  constexpr size_t kColumns = 100;
  size_t column = kColumns;
  for (const absl::string_view word : absl::StrSplit(comment, ' ', absl::SkipEmpty())) {
    if (column + 1 + word.size() > kColumns) {
      if (column != kColumns) absl::StrAppend(text, "\n");
      absl::StrAppend(text, std::string(indent, ' '), word);
      column = indent + word.size();
    } else {
      absl::StrAppend(text, " ", word);
      column += 1 + word.size();
    }
  }
  if (column != kColumns) absl::StrAppend(text, "\n");
}

// "lr  a number in (0, inf); default 1e-06"
std::string Headline(const pb::Descriptor& part, const FieldDescriptor& field) {
  std::string line = TypeText(field);
  if (field.options().HasExtension(config::range)) {
    absl::StrAppend(&line, " in ", field.options().GetExtension(config::range));
  }
  if (field.options().GetExtension(config::needed)) {
    absl::StrAppend(&line, "; needed");
  } else if (MeansSomethingUnset(field)) {
    absl::StrAppend(&line, "; unset: ", field.options().GetExtension(config::unset));
  } else if (field.has_default_value()) {
    const pb::Message* prototype = pb::MessageFactory::generated_factory()->GetPrototype(&part);
    absl::StrAppend(&line, "; default ", ValueText(*prototype, field, -1));
  }
  return line;
}

void AddReference(const pb::Descriptor& part, const std::string& prefix, std::string* text) {
  for (int i = 0; i < part.field_count(); ++i) {
    const FieldDescriptor& field = *part.field(i);
    const std::string path = absl::StrCat(PathOf(prefix, field), field.is_repeated() ? "[]" : "");
    const bool is_part = field.message_type() != nullptr;
    const std::string comment = CommentOf(field);
    if (!is_part || !comment.empty()) {
      absl::StrAppend(text, path, is_part ? "" : "  ", is_part ? "" : Headline(part, field), "\n");
      AddWrapped(comment, 4, text);
    }
    for (int v = 0; field.enum_type() != nullptr && v < field.enum_type()->value_count(); ++v) {
      const pb::EnumValueDescriptor& value = *field.enum_type()->value(v);
      const std::string meaning = CommentOf(value);
      if (!meaning.empty()) AddWrapped(absl::StrCat(value.name(), ": ", meaning), 6, text);
    }
    if (is_part) AddReference(*field.message_type(), path, text);
  }
}

std::string SourceOf(const ConfigPlaces& places, const std::string& path) {
  if (!places.Has(path)) return "default";
  const std::string place = places.Of(path);
  return absl::StartsWith(place, "--set ") ? "--set" : place;
}

}  // namespace

std::string ConfigTable(const pb::Message& config, const ConfigPlaces& places) {
  const std::vector<Row> rows = RowsOf(config);
  size_t path_width = 0;
  size_t value_width = 0;
  for (const Row& row : rows) {
    path_width = std::max(path_width, row.path.size());
    value_width = std::max(value_width, std::min<size_t>(row.value.size(), 40));
  }
  std::string table;
  for (const Row& row : rows) {
    absl::StrAppendFormat(&table, "%-*s  %-*s  %s\n", static_cast<int>(path_width), row.path,
                          static_cast<int>(value_width), row.value, SourceOf(places, row.path));
  }
  return table;
}

std::string FullConfigText(const pb::Message& config) {
  const std::unique_ptr<pb::Message> full(config.New());
  full->CopyFrom(config);
  WriteDefaultsOut(full.get());
  pb::TextFormat::Printer printer;
  printer.SetUseUtf8StringEscaping(true);
  std::string text;
  printer.PrintToString(*full, &text);
  return text;
}

std::vector<std::string> ConfigDifferences(const pb::Message& before, const pb::Message& after) {
  std::map<std::string, std::pair<std::string, std::string>> values;
  for (Row& row : RowsOf(before)) values[row.path].first = std::move(row.value);
  for (Row& row : RowsOf(after)) values[row.path].second = std::move(row.value);
  std::vector<std::string> lines;
  for (const auto& [path, pair] : values) {
    if (pair.first == pair.second) continue;
    const auto shown = [](const std::string& value) { return value.empty() ? "(none)" : value; };
    lines.push_back(absl::StrCat(path, ": ", shown(pair.first), " -> ", shown(pair.second)));
  }
  return lines;
}

std::string ConfigReference(const pb::Message& config) {
  std::string text;
  AddReference(*config.GetDescriptor(), "", &text);
  return text;
}

}  // namespace whet
