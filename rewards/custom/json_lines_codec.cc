#include "rewards/custom/json_lines_codec.h"

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/check.h"
#include "base/status.h"
#include "text/json.h"
#include "text/utf8.h"

namespace whet {
namespace {

constexpr char kHandshake[] = "whet_verifier";

absl::Status WrongLine(absl::string_view line, absl::string_view why) {
  constexpr size_t kShown = 200;
  const absl::string_view shown = Utf8Prefix(line, kShown);
  return absl::InvalidArgumentError(absl::StrCat("it wrote the line \"", absl::CHexEscape(shown),
                                                 shown.size() < line.size() ? "…" : "",
                                                 "\": ", why));
}

// The id of a line that looks like an answer but is no JSON, as one with NaN in it.
std::optional<uint64_t> IdOf(absl::string_view line) {
  if (!absl::StartsWith(line, "{") || !absl::EndsWith(line, "}")) return std::nullopt;
  const size_t at = line.find("\"id\"");
  if (at == absl::string_view::npos) return std::nullopt;
  line = absl::StripLeadingAsciiWhitespace(line.substr(at + 4));
  if (!absl::ConsumePrefix(&line, ":")) return std::nullopt;
  line = absl::StripLeadingAsciiWhitespace(line);
  uint64_t id = 0;
  if (!absl::SimpleAtoi(line.substr(0, line.find_first_not_of("0123456789")), &id) || id == 0) {
    return std::nullopt;
  }
  return id;
}

absl::StatusOr<ChildMessage> ReadLine(absl::string_view line) {
  const absl::StatusOr<Json> json = Json::Parse(line);
  if (!json.ok()) {
    // What is wrong with it is told to whoever reads the answer.
    if (const std::optional<uint64_t> id = IdOf(line)) return ChildMessage{*id, std::string(line)};
    return WrongLine(line, json.status().message());
  }
  if (const Json* const version = json->Find(kHandshake)) {
    if (*version == Json(JsonLinesCodec::kVersion)) return ChildMessage{kGreetingId, ""};
    return WrongLine(line, absl::StrCat("version ", JsonLinesCodec::kVersion,
                                        " of the protocol is spoken here"));
  }
  const absl::StatusOr<int64_t> id = json->GetInt("id");
  if (!id.ok()) return WrongLine(line, id.status().message());
  if (*id <= 0) return WrongLine(line, "ids are positive");
  return ChildMessage{static_cast<uint64_t>(*id), std::string(line)};
}

}  // namespace

std::string JsonLinesCodec::Encode(const ChildMessage& message) const {
  const absl::string_view payload = message.payload;
  WHET_CHECK(payload.size() >= 2 && payload.front() == '{');
  const absl::string_view members = payload.substr(1);
  return absl::StrCat("{\"id\":", message.id, members.front() == '}' ? "" : ",", members, "\n");
}

absl::StatusOr<std::optional<ChildMessage>> JsonLinesCodec::Decode(absl::string_view received,
                                                                   size_t bytes_max,
                                                                   size_t* consumed) const {
  const size_t end = received.find('\n');
  if (end == absl::string_view::npos || end > bytes_max) {
    if (received.size() <= bytes_max) return std::nullopt;
    return absl::InvalidArgumentError(
        absl::StrCat("it wrote a line of more than ", bytes_max, " bytes"));
  }
  WHET_ASSIGN_OR_RETURN(ChildMessage message, ReadLine(received.substr(0, end)));
  *consumed = end + 1;
  return message;
}

}  // namespace whet
