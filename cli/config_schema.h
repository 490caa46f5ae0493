// What proto/config.proto says of its settings, for reading, checking and showing configurations.
#ifndef WHET_CLI_CONFIG_SCHEMA_H_
#define WHET_CLI_CONFIG_SCHEMA_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace google::protobuf {
class Descriptor;
class EnumValueDescriptor;
class FieldDescriptor;
class Message;
}  // namespace google::protobuf

namespace whet {

// What a setting may be: "an integer", "a number", "true or false", "a text in quotes", or "one of
// A, B".
std::string TypeText(const google::protobuf::FieldDescriptor& field);

// A range in interval notation: "(0, 1]".
struct Range {
  double min;
  double max;
  bool includes_min;
  bool includes_max;

  bool Contains(double value) const;
};

// Stops the process for text that is no interval: the schema is ours.
Range ParseRange(absl::string_view text);

// The setting's value, or that of element `index` of a repeated one, as it would stand in a file.
std::string ValueText(const google::protobuf::Message& message,
                      const google::protobuf::FieldDescriptor& field, int index);

// What to say of a setting `name` that `part` does not have: the nearest name that it has, or where
// in `root` the setting belongs, or all that it has. "; did you mean "clip_low"?"
std::string Suggestion(const google::protobuf::Descriptor& root,
                       const google::protobuf::Descriptor& part, absl::string_view name);

// How the path to `field` goes on from `prefix`: "loss.clip_low"; with an index from 0 on,
// "rewards[1]".
std::string PathOf(absl::string_view prefix, const google::protobuf::FieldDescriptor& field,
                   int index = -1);

// What an element of a list is called: its `name`, or the kind that was chosen for it ("answer"),
// or
// "" if it has neither.
std::string ElementName(const google::protobuf::Message& element);

// The comment beside a setting or a value of one in proto/config.proto, as one line; empty if there
// is none.
std::string CommentOf(const google::protobuf::FieldDescriptor& field);
std::string CommentOf(const google::protobuf::EnumValueDescriptor& value);

}  // namespace whet

#endif  // WHET_CLI_CONFIG_SCHEMA_H_
