#include "text/json.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/check.h"
#include "base/status.h"
#include "text/utf8.h"

namespace whet {

// The index is made when an object outgrows a walk through its members. It holds positions and not
// views of the keys, which move when `members` grows.
struct Json::ObjectValue {
  static constexpr size_t kWalkMax = 16;

  std::vector<Member> members;
  absl::flat_hash_map<std::string, size_t> index;

  std::optional<size_t> Find(absl::string_view key) const {
    if (members.size() > kWalkMax) {
      const auto found = index.find(key);
      return found == index.end() ? std::nullopt : std::optional<size_t>(found->second);
    }
    for (size_t i = 0; i < members.size(); ++i) {
      if (members[i].key == key) return i;
    }
    return std::nullopt;
  }

  void Append(std::string key, Json value) {
    members.push_back({std::move(key), std::move(value)});
    if (members.size() <= kWalkMax) return;
    const size_t first_new = index.empty() ? 0 : members.size() - 1;
    for (size_t i = first_new; i < members.size(); ++i) index.emplace(members[i].key, i);
  }
};

namespace {

constexpr absl::string_view kKindNames[] = {"null",   "boolean", "integer", "number",
                                            "string", "array",   "object"};

// A value in a message: short.
std::string Describe(const Json& json) {
  constexpr size_t kCharactersMax = 40;
  const absl::string_view kind = kKindNames[static_cast<size_t>(json.kind())];
  if (json.is_null() || json.is_array() || json.is_object()) return std::string(kind);
  std::string text = json.Dump();
  if (text.size() > kCharactersMax) text = absl::StrCat(Utf8Prefix(text, kCharactersMax), "…");
  return absl::StrCat(kind, " ", text);
}

absl::Status WrongKind(absl::string_view expected, const Json& found) {
  return absl::InvalidArgumentError(
      absl::StrCat("expected ", expected, ", found ", Describe(found)));
}

// `get` of the member `key`, with the key in its error.
template <typename Get>
auto GetMember(const Json& json, absl::string_view key, Get get) -> decltype(get(json)) {
  WHET_ASSIGN_OR_RETURN(const Json* member, json.Get(key));
  auto result = get(*member);
  if (!result.ok()) return Annotate(result.status(), absl::StrCat("\"", key, "\""));
  return result;
}

bool IsMissing(const Json& json, absl::string_view key) {
  if (!json.is_object()) return false;  // An error, and Get says which.
  const Json* member = json.Find(key);
  return member == nullptr || member->is_null();
}

void AppendEscaped(absl::string_view text, std::string* out) {
  out->push_back('"');
  for (const char c : text) {
    switch (c) {
      case '"':
        *out += "\\\"";
        break;
      case '\\':
        *out += "\\\\";
        break;
      case '\n':
        *out += "\\n";
        break;
      case '\r':
        *out += "\\r";
        break;
      case '\t':
        *out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          absl::StrAppendFormat(out, "\\u%04x", c);
        } else {
          out->push_back(c);
        }
    }
  }
  out->push_back('"');
}

void AppendString(absl::string_view text, std::string* out) {
  if (IsUtf8(text)) {
    AppendEscaped(text, out);
  } else {
    AppendEscaped(ReplaceInvalidUtf8(text), out);
  }
}

void AppendDouble(double value, std::string* out) {
  if (!std::isfinite(value)) {
    *out += "null";
    return;
  }
  char digits[32];
  const std::to_chars_result end = std::to_chars(digits, digits + sizeof(digits), value);
  const absl::string_view text(digits, static_cast<size_t>(end.ptr - digits));
  absl::StrAppend(out, text);
  // Reads back as a double, not as an integer.
  if (text.find_first_of(".e") == absl::string_view::npos) *out += ".0";
}

std::string PlaceOf(absl::string_view text, size_t position) {
  const absl::string_view before = text.substr(0, position);
  const size_t last_newline = before.rfind('\n');
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const size_t column =
      1 +
      (last_newline == absl::string_view::npos ? before.size() : before.size() - last_newline - 1);
  return absl::StrCat("line ", line, ", column ", column, ": ");
}

}  // namespace

// Takes nlohmann's events. The members are those that its SAX interface asks for.
class JsonBuilder {
 public:
  bool null() { return Put(Json()); }
  bool boolean(bool value) { return Put(value); }
  bool number_integer(int64_t value) { return Put(value); }
  bool number_unsigned(uint64_t value) {
    if (value <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
      return Put(static_cast<int64_t>(value));
    }
    return PutWide(absl::StrCat(value));
  }
  bool number_float(double value, const std::string& text) {
    const bool whole = text.find_first_of(".eE") == std::string::npos;
    return whole ? PutWide(text) : Put(value);
  }
  bool string(std::string& value) { return Put(std::move(value)); }
  bool binary(std::vector<uint8_t>&) { return Fail("binary data"); }

  bool start_object(size_t) { return Open(Json::Object()); }
  bool start_array(size_t) { return Open(Json::Array()); }
  bool end_object() { return Close(); }
  bool end_array() { return Close(); }

  bool key(std::string& value) {
    if (open_.back().json.Find(value) != nullptr) {
      return Fail(absl::StrCat("the key ", Describe(Json(value)), " occurs twice"));
    }
    open_.back().key = std::move(value);
    return true;
  }

  bool parse_error(size_t position, const std::string&, const nlohmann::json::exception& error) {
    error_position_ = position;
    error_ = Shorten(error.what());
    return false;
  }

  // Where nlohmann met the error; nullopt for errors of ours.
  std::optional<size_t> error_position() const { return error_position_; }
  const std::string& error() const { return error_; }
  Json Take() { return std::move(root_); }

 private:
  struct Container {
    Json json;
    std::string key;  // Of the member that comes next.
  };

  // "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while parsing
  // value - unexpected …; expected …" becomes "unexpected …; expected …".
  static std::string Shorten(absl::string_view what) {
    for (const absl::string_view mark : {" - ", ": ", "] "}) {
      const size_t found = what.find(mark);
      if (found != absl::string_view::npos) return std::string(what.substr(found + mark.size()));
    }
    return std::string(what);
  }

  bool Fail(std::string why) {
    error_ = std::move(why);
    return false;
  }

  bool PutWide(std::string digits) {
    Json value;
    value.value_ = Json::WideInt{std::move(digits)};
    return Put(std::move(value));
  }

  bool Put(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (open_.back().json.is_array()) {
      std::get<std::vector<Json>>(open_.back().json.value_).push_back(std::move(value));
    } else {
      // key() has seen that it is new.
      std::get<Json::Boxed>(open_.back().json.value_)
          ->Append(std::move(open_.back().key), std::move(value));
    }
    return true;
  }

  bool Open(Json container) {
    if (open_.size() == Json::kDepthMax) {
      return Fail(absl::StrCat("nested deeper than ", Json::kDepthMax));
    }
    open_.push_back({std::move(container), ""});
    return true;
  }

  bool Close() {
    Json closed = std::move(open_.back().json);
    open_.pop_back();
    return Put(std::move(closed));
  }

  Json root_;
  std::vector<Container> open_;
  std::optional<size_t> error_position_;
  std::string error_;
};

absl::StatusOr<Json> Json::Parse(absl::string_view text) {
  JsonBuilder builder;
  if (nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) return builder.Take();
  const std::string place =
      builder.error_position().has_value()
          ? PlaceOf(text, std::clamp<size_t>(*builder.error_position(), 1, text.size() + 1) - 1)
          : "";
  return absl::InvalidArgumentError(absl::StrCat("not JSON: ", place, builder.error()));
}

Json Json::Array(std::vector<Json> elements) {
  Json json;
  json.value_ = std::move(elements);
  return json;
}

Json Json::Object(std::initializer_list<std::pair<absl::string_view, Json>> members) {
  Json json;
  Boxed& object = json.value_.emplace<Boxed>();
  for (const auto& [key, value] : members) {
    WHET_CHECK(!object->Find(key).has_value());
    object->Append(std::string(key), value);
  }
  return json;
}

Json::Boxed::Boxed() : value_(std::make_unique<ObjectValue>()) {}
Json::Boxed::Boxed(const Boxed& other) : value_(std::make_unique<ObjectValue>(*other)) {}
Json::Boxed& Json::Boxed::operator=(const Boxed& other) {
  // The copy first: `other` may lie in what goes.
  value_ = std::make_unique<ObjectValue>(*other);
  return *this;
}
Json::Boxed::Boxed(Boxed&& other) noexcept = default;
Json::Boxed& Json::Boxed::operator=(Boxed&& other) noexcept = default;
Json::Boxed::~Boxed() = default;

bool Json::Boxed::operator==(const Boxed& other) const { return value_->members == other->members; }

bool operator==(const Json& a, const Json& b) { return a.value_ == b.value_; }

std::string Json::Dump() const {
  std::string out;
  AppendTo(&out);
  return out;
}

void Json::AppendTo(std::string* out) const {
  if (is_null()) {
    *out += "null";
  } else if (const bool* boolean = std::get_if<bool>(&value_)) {
    *out += *boolean ? "true" : "false";
  } else if (const int64_t* integer = std::get_if<int64_t>(&value_)) {
    absl::StrAppend(out, *integer);
  } else if (const double* number = std::get_if<double>(&value_)) {
    AppendDouble(*number, out);
  } else if (const WideInt* wide = std::get_if<WideInt>(&value_)) {
    *out += wide->digits;
  } else if (const std::string* text = std::get_if<std::string>(&value_)) {
    AppendString(*text, out);
  } else if (const auto* elements = std::get_if<std::vector<Json>>(&value_)) {
    absl::string_view separator = "[";
    for (const Json& element : *elements) {
      absl::StrAppend(out, separator);
      element.AppendTo(out);
      separator = ",";
    }
    *out += elements->empty() ? "[]" : "]";
  } else {
    const std::vector<Member>& members = std::get<Boxed>(value_)->members;
    absl::string_view separator = "{";
    for (const Member& member : members) {
      absl::StrAppend(out, separator);
      AppendString(member.key, out);
      out->push_back(':');
      member.value.AppendTo(out);
      separator = ",";
    }
    *out += members.empty() ? "{}" : "}";
  }
}

absl::StatusOr<bool> Json::Bool() const {
  if (const bool* value = std::get_if<bool>(&value_)) return *value;
  return WrongKind("a boolean", *this);
}

absl::StatusOr<int64_t> Json::Int() const {
  if (const int64_t* value = std::get_if<int64_t>(&value_)) return *value;
  const double* value = std::get_if<double>(&value_);
  // Below 2^53 every whole double is exactly one integer.
  if (value != nullptr && *value == std::trunc(*value) && std::abs(*value) <= 0x1p53) {
    return static_cast<int64_t>(*value);
  }
  return WrongKind("an integer", *this);
}

absl::StatusOr<double> Json::Double() const {
  if (const WideInt* value = std::get_if<WideInt>(&value_)) {
    return std::strtod(value->digits.c_str(), nullptr);
  }
  if (const double* value = std::get_if<double>(&value_)) return *value;
  if (const int64_t* value = std::get_if<int64_t>(&value_)) return static_cast<double>(*value);
  return WrongKind("a number", *this);
}

absl::StatusOr<absl::string_view> Json::String() const {
  if (const std::string* value = std::get_if<std::string>(&value_)) return *value;
  return WrongKind("a string", *this);
}

absl::StatusOr<absl::Span<const Json>> Json::Elements() const {
  if (const auto* value = std::get_if<std::vector<Json>>(&value_)) return absl::MakeSpan(*value);
  return WrongKind("an array", *this);
}

absl::StatusOr<absl::Span<const Json::Member>> Json::Members() const {
  if (const Boxed* value = std::get_if<Boxed>(&value_)) return absl::MakeSpan((*value)->members);
  return WrongKind("an object", *this);
}

const Json* Json::Find(absl::string_view key) const {
  const Boxed* object = std::get_if<Boxed>(&value_);
  if (object == nullptr) return nullptr;
  const std::optional<size_t> position = (*object)->Find(key);
  return position.has_value() ? &(*object)->members[*position].value : nullptr;
}

absl::StatusOr<const Json*> Json::Get(absl::string_view key) const {
  if (!is_object()) return WrongKind(absl::StrCat("an object with \"", key, "\""), *this);
  const Json* member = Find(key);
  if (member == nullptr) return absl::NotFoundError(absl::StrCat("\"", key, "\" is missing"));
  return member;
}

absl::StatusOr<bool> Json::GetBool(absl::string_view key) const {
  return GetMember(*this, key, [](const Json& member) { return member.Bool(); });
}

absl::StatusOr<int64_t> Json::GetInt(absl::string_view key) const {
  return GetMember(*this, key, [](const Json& member) { return member.Int(); });
}

absl::StatusOr<double> Json::GetDouble(absl::string_view key) const {
  return GetMember(*this, key, [](const Json& member) { return member.Double(); });
}

absl::StatusOr<absl::string_view> Json::GetString(absl::string_view key) const {
  return GetMember(*this, key, [](const Json& member) { return member.String(); });
}

absl::StatusOr<absl::Span<const Json>> Json::GetElements(absl::string_view key) const {
  return GetMember(*this, key, [](const Json& member) { return member.Elements(); });
}

absl::StatusOr<absl::Span<const Json::Member>> Json::GetMembers(absl::string_view key) const {
  return GetMember(*this, key, [](const Json& member) { return member.Members(); });
}

absl::StatusOr<bool> Json::GetBoolOr(absl::string_view key, bool fallback) const {
  if (IsMissing(*this, key)) return fallback;
  return GetBool(key);
}

absl::StatusOr<int64_t> Json::GetIntOr(absl::string_view key, int64_t fallback) const {
  if (IsMissing(*this, key)) return fallback;
  return GetInt(key);
}

absl::StatusOr<double> Json::GetDoubleOr(absl::string_view key, double fallback) const {
  if (IsMissing(*this, key)) return fallback;
  return GetDouble(key);
}

absl::StatusOr<std::string> Json::GetStringOr(absl::string_view key, std::string fallback) const {
  if (IsMissing(*this, key)) return fallback;
  WHET_ASSIGN_OR_RETURN(const absl::string_view value, GetString(key));
  return std::string(value);
}

void Json::Set(absl::string_view key, Json value) {
  Boxed* object = std::get_if<Boxed>(&value_);
  WHET_CHECK(object != nullptr);
  if (const std::optional<size_t> position = (*object)->Find(key); position.has_value()) {
    (*object)->members[*position].value = std::move(value);
  } else {
    (*object)->Append(std::string(key), std::move(value));
  }
}

void Json::Append(Json value) {
  auto* elements = std::get_if<std::vector<Json>>(&value_);
  WHET_CHECK(elements != nullptr);
  elements->push_back(std::move(value));
}

}  // namespace whet
