// How errors of configurations are worded, wherever they are found.
#ifndef WHET_CLI_CONFIG_WORDS_H_
#define WHET_CLI_CONFIG_WORDS_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/io/tokenizer.h"

namespace google::protobuf {
class Descriptor;
class FieldDescriptor;
}  // namespace google::protobuf

namespace whet {

// Keeps the first error of a parser; protobuf then prints none itself. It counts lines and columns
// from 0.
struct FirstError final : public google::protobuf::io::ErrorCollector {
  void AddError(int error_line, int error_column, const std::string& error_message) override {
    if (message.has_value()) return;
    line = error_line;
    column = error_column;
    message = error_message;
  }
  void AddWarning(int, int, const std::string&) override {}

  std::optional<std::string> message;
  int line = 0;
  int column = 0;
};

// "abc" in quotes, once, whether or not it has them.
std::string Shown(absl::string_view word);

// What to say of `name`, which the part at `path` does not have. `root` is the whole configuration.
std::string UnknownSetting(const google::protobuf::Descriptor& root,
                           const google::protobuf::Descriptor& part, absl::string_view path,
                           absl::string_view name);

// What to say of `word`, which is no value of the setting at `path`. protobuf calls the reason
// `message`.
std::string WrongValue(const google::protobuf::FieldDescriptor& field, absl::string_view path,
                       absl::string_view word, absl::string_view message);

}  // namespace whet

#endif  // WHET_CLI_CONFIG_WORDS_H_
