#include "cli/config_words.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cli/config_schema.h"
#include "google/protobuf/descriptor.h"

namespace whet {
namespace {

namespace pb = ::google::protobuf;
using pb::FieldDescriptor;

// "AUTO_DEVICE, CPU or CUDA"
std::string ValuesText(const pb::EnumDescriptor& type) {
  std::string text = type.value(0)->name();
  for (int i = 1; i < type.value_count(); ++i) {
    absl::StrAppend(&text, i + 1 < type.value_count() ? ", " : " or ", type.value(i)->name());
  }
  return text;
}

}  // namespace

std::string Shown(absl::string_view word) {
  if (word.empty()) return "nothing";
  const bool is_quoted = word[0] == '"' || word[0] == '\'';
  return is_quoted ? std::string(word) : absl::StrCat("\"", word, "\"");
}

std::string UnknownSetting(const pb::Descriptor& root, const pb::Descriptor& part,
                           absl::string_view path, absl::string_view name) {
  return absl::StrCat("no setting \"", name, "\"", path.empty() ? "" : " in ", path,
                      Suggestion(root, part, name));
}

std::string WrongValue(const FieldDescriptor& field, absl::string_view path, absl::string_view word,
                       absl::string_view message) {
  if (field.enum_type() != nullptr) {
    return absl::StrCat("no value ", Shown(word), " for ", path, "; it may be ",
                        ValuesText(*field.enum_type()),
                        Shown(word) == word ? ", without quotes" : "");
  }
  if (absl::StartsWith(message, "Integer out of range")) {
    return absl::StrCat(path, " is ", word, "; it must fit into ",
                        field.cpp_type() == FieldDescriptor::CPPTYPE_INT32 ? 32 : 64, " bits");
  }
  const bool is_unsigned = field.cpp_type() == FieldDescriptor::CPPTYPE_UINT64;
  return absl::StrCat("expected ", is_unsigned ? "an integer from 0 on" : TypeText(field), ", got ",
                      Shown(word));
}

}  // namespace whet
