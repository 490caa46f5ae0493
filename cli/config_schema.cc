#include "cli/config_schema.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "base/check.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"

// proto/config.proto as protoc writes it down with all comments; the build gives the file's name.
__asm__(
    ".pushsection .rodata\n"
    "whet_config_schema_begin:\n"
    ".incbin \"" WHET_CONFIG_SCHEMA
    "\"\n"
    "whet_config_schema_end:\n"
    ".byte 0\n"
    ".popsection\n");
extern const char kConfigSchemaBegin[] __asm__("whet_config_schema_begin");
extern const char kConfigSchemaEnd[] __asm__("whet_config_schema_end");

namespace whet {
namespace {

namespace pb = ::google::protobuf;

int EditDistance(absl::string_view a, absl::string_view b) {
  std::vector<int> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = static_cast<int>(j);
  for (size_t i = 1; i <= a.size(); ++i) {
    int diagonal = row[0];
    row[0] = static_cast<int>(i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const int replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

// Paths in `part` and its parts to settings called `name`.
void FindPaths(const pb::Descriptor& part, absl::string_view name, const std::string& prefix,
               std::vector<std::string>* paths) {
  for (int i = 0; i < part.field_count(); ++i) {
    const pb::FieldDescriptor& field = *part.field(i);
    const std::string path = PathOf(prefix, field);
    if (field.name() == name) paths->push_back(path);
    if (field.message_type() != nullptr) FindPaths(*field.message_type(), name, path, paths);
  }
}

// The file of the embedded schema, read once.
const pb::FileDescriptor& SchemaFile() {
  static const pb::FileDescriptor* const file = [] {
    pb::FileDescriptorSet files;
    WHET_CHECK(files.ParseFromArray(kConfigSchemaBegin,
                                    static_cast<int>(kConfigSchemaEnd - kConfigSchemaBegin)));
    // Lives as long as the process.
    auto* const pool = new pb::DescriptorPool();
    const pb::FileDescriptor* last = nullptr;
    for (const pb::FileDescriptorProto& one : files.file()) last = pool->BuildFile(one);
    WHET_CHECK(last != nullptr);
    return last;
  }();
  return *file;
}

// Of a descriptor with source locations, or nullptr.
template <typename Documented>
std::string CommentAt(const Documented* documented) {
  pb::SourceLocation location;
  if (documented == nullptr || !documented->GetSourceLocation(&location)) return "";
  const std::string& comment =
      location.leading_comments.empty() ? location.trailing_comments : location.leading_comments;
  const std::vector<absl::string_view> words =
      absl::StrSplit(comment, absl::ByAnyChar(" \n"), absl::SkipEmpty());
  return absl::StrJoin(words, " ");
}

double ParseBound(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  if (text == "inf") return std::numeric_limits<double>::infinity();
  if (text == "-inf") return -std::numeric_limits<double>::infinity();
  double bound = 0;
  WHET_CHECK(absl::SimpleAtod(text, &bound));
  return bound;
}

}  // namespace

std::string TypeText(const pb::FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_INT32:
    case pb::FieldDescriptor::CPPTYPE_INT64:
    case pb::FieldDescriptor::CPPTYPE_UINT64:
      return "an integer";
    case pb::FieldDescriptor::CPPTYPE_DOUBLE:
      return "a number";
    case pb::FieldDescriptor::CPPTYPE_BOOL:
      return "true or false";
    case pb::FieldDescriptor::CPPTYPE_STRING:
      return "a text in quotes";
    case pb::FieldDescriptor::CPPTYPE_ENUM: {
      std::vector<std::string> names;
      names.reserve(static_cast<size_t>(field.enum_type()->value_count()));
      for (int i = 0; i < field.enum_type()->value_count(); ++i) {
        names.push_back(field.enum_type()->value(i)->name());
      }
      return absl::StrCat("one of ", absl::StrJoin(names, ", "));
    }
    case pb::FieldDescriptor::CPPTYPE_MESSAGE:
      return "a part in braces";
    default:
      break;
  }
  WHET_CHECK(false);  // The schema uses no other type.
}

bool Range::Contains(double value) const {
  const bool above = includes_min ? value >= min : value > min;
  const bool below = includes_max ? value <= max : value < max;
  return above && below;
}

Range ParseRange(absl::string_view text) {
  WHET_CHECK(text.size() > 2);
  const std::pair<std::string, std::string> bounds =
      absl::StrSplit(text.substr(1, text.size() - 2), ',');
  return {.min = ParseBound(bounds.first),
          .max = ParseBound(bounds.second),
          .includes_min = text.front() == '[',
          .includes_max = text.back() == ']'};
}

std::string ValueText(const pb::Message& message, const pb::FieldDescriptor& field, int index) {
  pb::TextFormat::Printer printer;
  printer.SetUseUtf8StringEscaping(true);
  std::string text;
  printer.PrintFieldValueToString(message, &field, index, &text);
  return text;
}

std::string Suggestion(const pb::Descriptor& root, const pb::Descriptor& part,
                       absl::string_view name) {
  std::vector<std::string> names;
  names.reserve(static_cast<size_t>(part.field_count()));
  std::string nearest;
  int nearest_distance = std::max<int>(2, static_cast<int>(name.size()) / 3) + 1;
  for (int i = 0; i < part.field_count(); ++i) {
    names.push_back(part.field(i)->name());
    const int distance = EditDistance(name, names.back());
    if (distance < nearest_distance && distance < static_cast<int>(name.size())) {
      nearest = names.back();
      nearest_distance = distance;
    }
  }
  std::vector<std::string> elsewhere;
  FindPaths(root, name, "", &elsewhere);
  if (!elsewhere.empty()) {
    return absl::StrCat("; it belongs in ", absl::StrJoin(elsewhere, " or "));
  }
  if (!nearest.empty()) return absl::StrCat("; did you mean \"", nearest, "\"?");
  return absl::StrCat("; there are ", absl::StrJoin(names, ", "));
}

std::string PathOf(absl::string_view prefix, const pb::FieldDescriptor& field, int index) {
  std::string path = absl::StrCat(prefix, prefix.empty() ? "" : ".", field.name());
  if (index >= 0) absl::StrAppend(&path, "[", index, "]");
  return path;
}

std::string ElementName(const pb::Message& element) {
  const pb::Reflection* reflection = element.GetReflection();
  const pb::Descriptor* type = element.GetDescriptor();
  const pb::FieldDescriptor* name = type->FindFieldByName("name");
  if (name != nullptr && reflection->HasField(element, name)) {
    return reflection->GetString(element, name);
  }
  if (type->oneof_decl_count() == 0) return "";
  const pb::FieldDescriptor* kind =
      reflection->GetOneofFieldDescriptor(element, type->oneof_decl(0));
  return kind == nullptr ? "" : kind->name();
}

std::string CommentOf(const pb::FieldDescriptor& field) {
  return CommentAt(SchemaFile().pool()->FindFieldByName(field.full_name()));
}

std::string CommentOf(const pb::EnumValueDescriptor& value) {
  return CommentAt(SchemaFile().pool()->FindEnumValueByName(value.full_name()));
}

}  // namespace whet
