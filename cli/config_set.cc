#include "cli/config_set.h"

#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/status.h"
#include "cli/config_schema.h"
#include "cli/config_words.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"

namespace whet {
namespace {

namespace pb = ::google::protobuf;
using pb::FieldDescriptor;

// "path=value" or "path+=value", and what it does to a configuration. Used once.
class SetArgument {
 public:
  SetArgument(absl::string_view argument, pb::Message* config, ConfigPlaces* places)
      : argument_(argument), root_(*config->GetDescriptor()), part_(config), places_(places) {}

  absl::Status Apply() {
    const size_t equals = argument_.find('=');
    if (equals == 0 || equals == std::string::npos) return Error("write it as SETTING=VALUE");
    absl::string_view path(argument_.data(), equals);
    const bool appends = absl::ConsumeSuffix(&path, "+");
    const std::vector<absl::string_view> steps = absl::StrSplit(path, '.');
    for (size_t i = 0; i < steps.size(); ++i) {
      WHET_ASSIGN_OR_RETURN(const Step step, StepOf(steps[i]));
      const bool is_last = i + 1 == steps.size();
      WHET_RETURN_IF_ERROR(is_last ? Assign(step, argument_.substr(equals + 1), appends)
                                   : Enter(step));
    }
    return absl::OkStatus();
  }

 private:
  // "rewards[0]": a name and what stands in brackets behind it.
  struct Step {
    std::string name;
    std::optional<std::string> element;
  };

  absl::Status Error(absl::string_view what) const {
    return absl::InvalidArgumentError(absl::StrCat("--set ", argument_, ": ", what));
  }

  absl::StatusOr<Step> StepOf(absl::string_view text) const {
    const size_t bracket = text.find('[');
    if (bracket == absl::string_view::npos) return Step{std::string(text), std::nullopt};
    absl::string_view element = text.substr(bracket + 1);
    if (!absl::ConsumeSuffix(&element, "]")) return Error(absl::StrCat(text, " lacks its \"]\""));
    return Step{std::string(text.substr(0, bracket)), std::string(element)};
  }

  absl::StatusOr<const FieldDescriptor*> FieldOf(const Step& step) const {
    const pb::Descriptor& type = *part_->GetDescriptor();
    const FieldDescriptor* field = type.FindFieldByName(step.name);
    if (field == nullptr) return Error(UnknownSetting(root_, type, path_, step.name));
    if (step.element.has_value() && !field->is_repeated()) {
      return Error(absl::StrCat(step.name, " is no list; leave out [", *step.element, "]"));
    }
    if (field->containing_oneof() != nullptr) {
      const FieldDescriptor* chosen =
          part_->GetReflection()->GetOneofFieldDescriptor(*part_, field->containing_oneof());
      if (chosen != nullptr && chosen != field) {
        return Error(absl::StrCat(path_, " is of the kind ", chosen->name(),
                                  "; change the file to make it ", field->name()));
      }
    }
    return field;
  }

  // Goes on to a part of `part_`; makes it if it is a single one and not there.
  absl::Status Enter(const Step& step) {
    WHET_ASSIGN_OR_RETURN(const FieldDescriptor* field, FieldOf(step));
    const std::string path = PathOf(path_, *field);
    if (field->message_type() == nullptr) {
      return Error(absl::StrCat(path, " is a single setting; write ", path, "=…"));
    }
    const pb::Reflection* reflection = part_->GetReflection();
    if (!field->is_repeated()) {
      if (!reflection->HasField(*part_, field)) places_->AddSet(path, argument_);
      path_ = path;
      part_ = reflection->MutableMessage(part_, field);
      return absl::OkStatus();
    }
    WHET_ASSIGN_OR_RETURN(const int index, IndexOf(*field, step.element.value_or("")));
    path_ = PathOf(path_, *field, index);
    part_ = reflection->MutableRepeatedMessage(part_, field, index);
    return absl::OkStatus();
  }

  // Of an element by its number or by its name.
  absl::StatusOr<int> IndexOf(const FieldDescriptor& list, const std::string& element) const {
    std::vector<std::string> elements;
    const int count = part_->GetReflection()->FieldSize(*part_, &list);
    for (int i = 0; i < count; ++i) {
      const std::string name =
          ElementName(part_->GetReflection()->GetRepeatedMessage(*part_, &list, i));
      if (element == name || element == absl::StrCat(i)) return i;
      elements.push_back(absl::StrCat(list.name(), "[", i, "] (", name, ")"));
    }
    if (count == 0) return Error(absl::StrCat("the file has no ", list.name(), " to change"));
    return Error(absl::StrCat("write which of ", list.name(), ": ", absl::StrJoin(elements, ", ")));
  }

  absl::Status Assign(const Step& step, const std::string& value, bool appends) {
    WHET_ASSIGN_OR_RETURN(const FieldDescriptor* field, FieldOf(step));
    const std::string path = PathOf(path_, *field);
    if (field->message_type() != nullptr) {
      return Error(absl::StrCat(path, " is a part; set one of its settings, as in ", path,
                                field->is_repeated() ? "[0]." : ".",
                                field->message_type()->field(0)->name(), "=…"));
    }
    if (step.element.has_value()) {
      return Error(absl::StrCat("a list of values is set as a whole; write ", path, "=… or ", path,
                                "+=… to append"));
    }
    if (appends && !field->is_repeated()) {
      return Error(absl::StrCat(path, " is a single value; write ", path, "=…"));
    }
    const std::unique_ptr<pb::Message> parsed(part_->New());
    const std::string wrong = ParseValue(*field, path, value, parsed.get());
    if (!wrong.empty()) return Error(wrong);
    const pb::Reflection* reflection = part_->GetReflection();
    const int first = appends ? reflection->FieldSize(*part_, field) : 0;
    if (!appends) reflection->ClearField(part_, field);
    part_->MergeFrom(*parsed);
    if (field->is_repeated()) {
      places_->AddSetList(path, first, reflection->FieldSize(*part_, field), argument_);
    } else {
      places_->AddSet(path, argument_);
    }
    return absl::OkStatus();
  }

  // Returns what is wrong with it; empty if nothing is.
  static std::string ParseValue(const FieldDescriptor& field, const std::string& path,
                                const std::string& value, pb::Message* parsed) {
    const bool is_text = field.cpp_type() == FieldDescriptor::CPPTYPE_STRING;
    const bool is_quoted = absl::StartsWith(value, "\"") || absl::StartsWith(value, "'");
    const std::string text =
        is_text && !is_quoted ? absl::StrCat("\"", absl::CEscape(value), "\"") : value;
    // What protobuf would let pass: enums by number, and comments.
    int number = 0;
    const bool is_number = field.enum_type() != nullptr && absl::SimpleAtoi(value, &number);
    const bool has_comment = !is_text && absl::StrContains(value, "#");
    FirstError error;
    pb::TextFormat::Parser parser;
    parser.RecordErrorsTo(&error);
    if (!is_number && !has_comment && parser.ParseFieldValueFromString(text, &field, parsed) &&
        !error.message.has_value()) {
      return "";
    }
    return WrongValue(field, path, value, error.message.value_or(""));
  }

  const std::string argument_;
  const pb::Descriptor& root_;
  pb::Message* part_;  // Where the path has come to,
  std::string path_;   // and how that is written.
  ConfigPlaces* const places_;
};

}  // namespace

absl::Status ApplySet(absl::string_view argument, pb::Message* config, ConfigPlaces* places) {
  return SetArgument(argument, config, places).Apply();
}

}  // namespace whet
