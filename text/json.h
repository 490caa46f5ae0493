// JSON (RFC 8259): parse, look at with types, build, write.
#ifndef WHET_TEXT_JSON_H_
#define WHET_TEXT_JSON_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace whet {

// A value: null, boolean, integer, double, string, array or object. Copied deeply, moved cheaply,
// compared by content (1 and 1.0 differ). Objects keep the order of their keys and find a key in
// constant time. Const access is thread-safe.
class Json {
 public:
  enum class Kind { kNull, kBool, kInt, kDouble, kString, kArray, kObject };
  struct Member;

  // Arrays and objects may lie in each other this deep.
  static constexpr int kDepthMax = 200;

  Json() = default;  // null
  Json(std::nullptr_t) {}
  Json(bool value) : value_(value) {}
  Json(int value) : value_(int64_t{value}) {}
  Json(int64_t value) : value_(value) {}
  Json(double value) : value_(value) {}
  Json(const char* value) : value_(std::string(value)) {}
  Json(absl::string_view value) : value_(std::string(value)) {}
  Json(std::string value) : value_(std::move(value)) {}

  static Json Array(std::vector<Json> elements = {});
  // Keys must differ.
  static Json Object(std::initializer_list<std::pair<absl::string_view, Json>> members = {});

  // Strict: no comments, no NaN, nothing after the value, valid UTF-8, no key twice in an object,
  // no number beyond double. Integers beyond int64 are doubles that keep their digits. Returns
  // InvalidArgument: "line L, column C: " and what is wrong there, or the key that occurs twice.
  static absl::StatusOr<Json> Parse(absl::string_view text);

  // Compact, UTF-8 as it is, doubles with the fewest digits that read back the same. NaN and
  // infinities become null, invalid UTF-8 U+FFFD: the result always parses.
  std::string Dump() const;

  Kind kind() const { return is_wide() ? Kind::kDouble : static_cast<Kind>(value_.index()); }
  bool is_null() const { return kind() == Kind::kNull; }
  bool is_string() const { return kind() == Kind::kString; }
  bool is_array() const { return kind() == Kind::kArray; }
  bool is_object() const { return kind() == Kind::kObject; }

  // The value as a type, or InvalidArgument: "expected a number, found string "abc"". A double that
  // is a whole number is an integer too; an integer is a double too. Views live as long as this.
  absl::StatusOr<bool> Bool() const;
  absl::StatusOr<int64_t> Int() const;
  absl::StatusOr<double> Double() const;
  absl::StatusOr<absl::string_view> String() const;
  absl::StatusOr<absl::Span<const Json>> Elements() const;
  absl::StatusOr<absl::Span<const Member>> Members() const;

  // The member `key`; nullptr if there is none or this is no object.
  const Json* Find(absl::string_view key) const;

  // The member `key` as a type. NotFound if it is missing; InvalidArgument, with the key, if it is
  // of another kind or this is no object.
  absl::StatusOr<const Json*> Get(absl::string_view key) const;
  absl::StatusOr<bool> GetBool(absl::string_view key) const;
  absl::StatusOr<int64_t> GetInt(absl::string_view key) const;
  absl::StatusOr<double> GetDouble(absl::string_view key) const;
  absl::StatusOr<absl::string_view> GetString(absl::string_view key) const;
  absl::StatusOr<absl::Span<const Json>> GetElements(absl::string_view key) const;
  absl::StatusOr<absl::Span<const Member>> GetMembers(absl::string_view key) const;

  // The same, but `fallback` if the member is missing or null.
  absl::StatusOr<bool> GetBoolOr(absl::string_view key, bool fallback) const;
  absl::StatusOr<int64_t> GetIntOr(absl::string_view key, int64_t fallback) const;
  absl::StatusOr<double> GetDoubleOr(absl::string_view key, double fallback) const;
  absl::StatusOr<std::string> GetStringOr(absl::string_view key, std::string fallback) const;

  // Replaces the member `key` in its place, or appends it. This must be an object.
  void Set(absl::string_view key, Json value);
  // This must be an array.
  void Append(Json value);

  friend bool operator==(const Json& a, const Json& b);

 private:
  friend class JsonBuilder;
  struct ObjectValue;

  // An object on the heap that is copied and compared by content.
  class Boxed {
   public:
    Boxed();
    Boxed(const Boxed& other);
    Boxed& operator=(const Boxed& other);
    Boxed(Boxed&& other) noexcept;
    Boxed& operator=(Boxed&& other) noexcept;
    ~Boxed();

    ObjectValue& operator*() const { return *value_; }
    ObjectValue* operator->() const { return value_.get(); }
    bool operator==(const Boxed& other) const;

   private:
    std::unique_ptr<ObjectValue> value_;
  };

  // An integer beyond int64, as it was written.
  struct WideInt {
    std::string digits;
    friend bool operator==(const WideInt& a, const WideInt& b) = default;
  };

  bool is_wide() const { return std::holds_alternative<WideInt>(value_); }
  void AppendTo(std::string* out) const;

  // In the order of Kind, but for the last.
  std::variant<std::monostate, bool, int64_t, double, std::string, std::vector<Json>, Boxed,
               WideInt>
      value_;
};

struct Json::Member {
  std::string key;
  Json value;

  friend bool operator==(const Member& a, const Member& b) = default;
};

}  // namespace whet

#endif  // WHET_TEXT_JSON_H_
