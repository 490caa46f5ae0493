#include "cli/config_file.h"

#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/atomic_file.h"
#include "base/check.h"
#include "base/status.h"
#include "cli/config_schema.h"
#include "cli/config_words.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"

namespace whet {
namespace {

namespace pb = ::google::protobuf;
using pb::FieldDescriptor;

// A file's text and how places in it are told. A column counts characters; protobuf's counts bytes,
// and a tab as up to eight.
struct FileText {
  // Of the place that protobuf calls `line` and `column`, from 0; the result counts from 1.
  int Column(int line, int column) const {
    WHET_CHECK(line >= 0 && static_cast<size_t>(line) < lines.size());
    int characters = 0;
    int width = 0;
    for (const char byte : lines[static_cast<size_t>(line)]) {
      if (width >= column) break;
      width += byte == '\t' ? 8 - width % 8 : 1;
      const bool continues_character = (byte & 0xc0) == 0x80;
      if (!continues_character) ++characters;
    }
    return characters + 1;
  }

  // "FILE:LINE:COLUMN"
  std::string Place(int line, int column) const {
    return absl::StrCat(path, ":", line + 1, ":", Column(line, column));
  }

  const std::string path;
  const absl::string_view text;
  const std::vector<absl::string_view> lines;
};

// What stands around the place of an error: the part that is open there, the setting that was begun
// last, the word before it and the word at it. All before it is well-formed.
class Surroundings {
 public:
  using Token = pb::io::Tokenizer::Token;

  Surroundings(const pb::Descriptor& root, absl::string_view text, int line, int column)
      : parts_({{.type = &root, .path = "", .setting = ""}}) {
    pb::io::ArrayInputStream stream(text.data(), static_cast<int>(text.size()));
    FirstError ignored;
    pb::io::Tokenizer tokenizer(&stream, &ignored);
    tokenizer.set_comment_style(pb::io::Tokenizer::SH_COMMENT_STYLE);
    tokenizer.set_allow_f_after_float(true);
    while (tokenizer.Next()) {
      const Token& token = tokenizer.current();
      if (token.line > line || (token.line == line && token.column >= column)) break;
      Pass(token);
    }
    at_ = tokenizer.current().text;
    if (at_ == "-" && tokenizer.Next()) absl::StrAppend(&at_, tokenizer.current().text);
  }

  const pb::Descriptor& part() const { return *parts_.back().type; }
  // "rewards[1].answer"; empty if no part is open.
  const std::string& path() const { return parts_.back().path; }
  // nullptr if there is none of this name, or none was begun.
  const FieldDescriptor* setting() const { return part().FindFieldByName(parts_.back().setting); }
  const Token& before() const { return before_; }
  // Empty at the end of the file.
  const std::string& at() const { return at_; }

 private:
  struct Part {
    const pb::Descriptor* type;
    std::string path;
    std::string setting;
  };

  void Pass(const Token& token) {
    const bool is_value = before_.text == ":" || before_.text == "-";
    if (token.type == pb::io::Tokenizer::TYPE_IDENTIFIER && !is_value) {
      parts_.back().setting = token.text;
    }
    if (token.text == "{" || token.text == "<") Open();
    if ((token.text == "}" || token.text == ">") && parts_.size() > 1) parts_.pop_back();
    before_ = token;
  }

  void Open() {
    const FieldDescriptor* field = setting();
    if (field == nullptr || field->message_type() == nullptr) return;
    std::string path = PathOf(this->path(), *field);
    if (field->is_repeated()) path = PathOf(this->path(), *field, counts_[path]++);
    parts_.push_back({.type = field->message_type(), .path = std::move(path), .setting = ""});
  }

  std::vector<Part> parts_;            // The innermost is the last; the first is the file.
  std::map<std::string, int> counts_;  // Elements of the list at a path.
  Token before_;
  std::string at_;
};

// A message of protobuf's parser in our words; where it is about the word before the place that
// protobuf gives, `is_before`.
struct Translation {
  std::string text;
  bool is_before;
};

// Errors of structure, and what is left.
std::string TranslateRest(absl::string_view message, const Surroundings& around) {
  if (absl::StartsWith(message, "String literals cannot cross")) {
    return "a text ends with its line; close its quotes, and write a line break as \\n";
  }
  if (absl::StartsWith(message, "Interpreting non ascii")) {
    return "a character beyond ASCII stands outside of quotes; put the text in quotes";
  }
  if (around.at().empty() && !around.path().empty()) {
    return absl::StrCat("the file ends within ", around.path(), "; write the missing \"}\"");
  }
  if (absl::StartsWith(message, "Expected identifier,")) {
    return around.at() == "}" ? "nothing is open that this \"}\" could close; leave it out"
                              : absl::StrCat("expected a setting, got ", Shown(around.at()));
  }
  if (const FieldDescriptor* field = around.setting(); field != nullptr) {
    const std::string& name = field->name();
    if (absl::StartsWith(message, "Expected \"{\"")) {
      return absl::StrCat(name, " is a part; write ", name, " { … }");
    }
    if (absl::StartsWith(message, "Expected \":\"")) {
      return absl::StrCat("expected \":\", got ", Shown(around.at()), "; write ", name, ": …");
    }
  }
  std::string text = absl::StrReplaceAll(absl::StripSuffix(message, "."), {{", found ", ", got "}});
  if (!text.empty()) text[0] = absl::ascii_tolower(text[0]);
  return text;
}

Translation Translate(const pb::Descriptor& root, absl::string_view message,
                      const Surroundings& around) {
  const std::string& word = around.before().text;
  if (absl::StrContains(message, "has no field named")) {
    return {UnknownSetting(root, around.part(), around.path(), word), true};
  }
  const FieldDescriptor* field = around.setting();
  if (field == nullptr) return {TranslateRest(message, around), false};
  const std::string path = PathOf(around.path(), *field);
  if (absl::StartsWith(message, "Non-repeated field")) {
    return {absl::StrCat(path, " is set twice; keep one of them"), true};
  }
  if (absl::StrContains(message, "another member of oneof")) {
    const std::vector<absl::string_view> quoted = absl::StrSplit(message, '"');
    const absl::string_view other = quoted.size() > 3 ? quoted[3] : "another";
    return {absl::StrCat(word, " stands beside ", other, "; give each a rule of its own"), true};
  }
  if (absl::StartsWith(message, "Unknown enumeration value") ||
      absl::StartsWith(message, "Invalid value for boolean")) {
    return {WrongValue(*field, path, word, message), true};
  }
  const bool is_value =
      absl::StrContains(message, ", got: ") && !absl::StartsWith(message, "Expected identifier");
  if (is_value || absl::StartsWith(message, "Integer out of range")) {
    return {WrongValue(*field, path, around.at(), message), false};
  }
  return {TranslateRest(message, around), false};
}

// "FILE:LINE:COLUMN: what is wrong"
std::string ErrorLine(const FileText& file, const pb::Descriptor& root, const FirstError& error) {
  const Surroundings around(root, file.text, error.line, error.column);
  const auto [text, is_before] =
      Translate(root, error.message.value_or("not in text format"), around);
  return absl::StrCat(is_before ? file.Place(around.before().line, around.before().column)
                                : file.Place(error.line, error.column),
                      ": ", text);
}

// Enters the place of every setting and part of `message`.
void AddPlaces(const pb::Message& message, pb::TextFormat::ParseInfoTree* tree,
               const FileText& file, const std::string& prefix, ConfigPlaces* places) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int count = field->is_repeated() ? message.GetReflection()->FieldSize(message, field) : 1;
    // Elements in brackets, file: ["a", "b"], have one place together.
    const bool has_each = !field->is_repeated() || tree->GetLocation(field, count - 1).line >= 0;
    for (int i = 0; i < count; ++i) {
      const int index = field->is_repeated() ? i : -1;
      const pb::TextFormat::ParseLocation location = tree->GetLocation(field, has_each ? index : 0);
      const std::string path = PathOf(prefix, *field, index);
      places->AddInFile(path, location.line + 1, file.Column(location.line, location.column));
      if (field->message_type() == nullptr) continue;
      const pb::Message& part = field->is_repeated()
                                    ? message.GetReflection()->GetRepeatedMessage(message, field, i)
                                    : message.GetReflection()->GetMessage(message, field);
      AddPlaces(part, tree->GetTreeForNested(field, index), file, path, places);
    }
  }
}

absl::StatusOr<std::string> ReadText(const std::string& path) {
  absl::StatusOr<std::string> text = ReadFile(path);
  if (text.ok() && text->size() > 1 << 20) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": ", text->size(), " bytes are no configuration; name another file"));
  }
  constexpr absl::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.ok() && absl::StartsWith(*text, kByteOrderMark)) text->erase(0, kByteOrderMark.size());
  if (text.ok() || absl::IsDataLoss(text.status()) || absl::IsResourceExhausted(text.status())) {
    return text;
  }
  absl::string_view reason = text.status().message();
  reason.remove_prefix(reason.rfind(": ") + 2);
  return absl::NotFoundError(
      absl::StrCat(path, ": ", reason, "; name a .textproto file that can be read"));
}

}  // namespace

absl::Status ReadConfigFile(const std::string& path, pb::Message* config, ConfigPlaces* places) {
  WHET_ASSIGN_OR_RETURN(const std::string text, ReadText(path));
  const FileText file{.path = path, .text = text, .lines = absl::StrSplit(text, '\n')};
  FirstError error;
  pb::TextFormat::ParseInfoTree tree;
  pb::TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  parser.WriteLocationsTo(&tree);
  pb::io::ArrayInputStream stream(text.data(), static_cast<int>(text.size()));
  if (!parser.Parse(&stream, config) || error.message.has_value()) {
    return absl::InvalidArgumentError(ErrorLine(file, *config->GetDescriptor(), error));
  }
  AddPlaces(*config, &tree, file, "", places);
  return absl::OkStatus();
}

}  // namespace whet
