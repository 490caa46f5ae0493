#include "cli/math_rows.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"

namespace whet {
namespace {

using math::ExtractionOptions;

constexpr absl::string_view kSearching[] = {"match_types", "boxed_match_priority", "strings",
                                            "try_extract_without_anchor"};

constexpr absl::string_view kComparing[] = {"float_rounding", "strict", "allow_set_relation_comp",
                                            "lowercase"};

bool Searches(const Json& options) {
  for (const absl::string_view name : kSearching) {
    if (options.Find(name) != nullptr) return true;
  }
  return false;
}

absl::Status ReadMatchTypes(const Json& types, ExtractionOptions* extraction) {
  extraction->latex = false;
  extraction->expression = false;
  WHET_ASSIGN_OR_RETURN(const absl::Span<const Json> names, types.Elements());
  for (const Json& name : names) {
    WHET_ASSIGN_OR_RETURN(const absl::string_view text, name.String());
    if (text == "latex") {
      extraction->latex = true;
    } else if (text == "expr") {
      extraction->expression = true;
    } else {
      return absl::InvalidArgumentError(
          absl::StrCat("match_types: \"latex\" and \"expr\" are known, not \"", text, "\""));
    }
  }
  return absl::OkStatus();
}

absl::Status ReadStrings(const Json& strings, ExtractionOptions* extraction) {
  WHET_ASSIGN_OR_RETURN(const absl::Span<const Json> words, strings.Elements());
  for (const Json& word : words) {
    WHET_ASSIGN_OR_RETURN(const absl::string_view text, word.String());
    extraction->strings.emplace_back(text);
  }
  return absl::OkStatus();
}

absl::StatusOr<ExtractionOptions> ReadExtraction(const Json& options) {
  ExtractionOptions extraction;
  if (const Json* const types = options.Find("match_types")) {
    WHET_RETURN_IF_ERROR(ReadMatchTypes(*types, &extraction));
  }
  if (const Json* const strings = options.Find("strings")) {
    WHET_RETURN_IF_ERROR(ReadStrings(*strings, &extraction));
  }
  WHET_ASSIGN_OR_RETURN(const int64_t priority, options.GetIntOr("boxed_match_priority", 50));
  extraction.boxed_priority = static_cast<int>(priority);
  WHET_ASSIGN_OR_RETURN(extraction.without_anchor,
                        options.GetBoolOr("try_extract_without_anchor", true));
  return extraction;
}

absl::Status ReadOptions(const Json& options, math::MathOptions* out) {
  WHET_ASSIGN_OR_RETURN(const absl::Span<const Json::Member> members, options.Members());
  for (const Json::Member& member : members) {
    if (absl::c_linear_search(kSearching, member.key)) continue;
    if (absl::c_linear_search(kComparing, member.key)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("there is no option \"", member.key, "\"; there are ",
                     absl::StrJoin(kSearching, ", "), ", ", absl::StrJoin(kComparing, ", ")));
  }
  if (Searches(options)) {
    WHET_ASSIGN_OR_RETURN(out->extraction, ReadExtraction(options));
  }
  math::CompareOptions& compare = out->compare;
  WHET_ASSIGN_OR_RETURN(const bool strict, options.GetBoolOr("strict", true));
  compare.any_symbols = !strict;
  WHET_ASSIGN_OR_RETURN(compare.relation_for_set,
                        options.GetBoolOr("allow_set_relation_comp", false));
  if (options.Find("float_rounding") == nullptr) return absl::OkStatus();
  WHET_ASSIGN_OR_RETURN(const int64_t decimals, options.GetInt("float_rounding"));
  compare.scalar.float_rounding = static_cast<int>(decimals);
  return absl::OkStatus();
}

// Strings alone, and the default ones where the row names none.
void SearchStrings(math::MathOptions* options) {
  if (!options->extraction.has_value()) options->extraction.emplace();
  ExtractionOptions& extraction = *options->extraction;
  extraction.latex = false;
  extraction.expression = false;
  if (extraction.strings.empty()) extraction.strings = {"A", "B", "C", "D"};
}

}  // namespace

absl::StatusOr<MathRequest> ReadMathRow(const Json& row) {
  MathRequest request;
  WHET_ASSIGN_OR_RETURN(const absl::string_view gold, row.GetString("gold"));
  WHET_ASSIGN_OR_RETURN(const absl::string_view answer, row.GetString("answer"));
  request.gold = std::string(gold);
  request.answer = std::string(answer);
  const Json* const options = row.Find("options");
  if (options == nullptr || options->is_null()) return request;
  WHET_RETURN_IF_ERROR(Annotate(ReadOptions(*options, &request.options), "options"));
  return request;
}

absl::StatusOr<MathCase> ReadMathCase(const Json& row) {
  MathCase one;
  if (const Json* const id = row.Find("id")) {
    one.id = id->is_string() ? std::string(*id->String()) : id->Dump();
  }
  WHET_ASSIGN_OR_RETURN(const Json* const expected, row.Get("expected"));
  one.expected = *expected;
  WHET_ASSIGN_OR_RETURN(const std::string kind, row.GetStringOr("kind", ""));
  if (kind.empty()) {
    WHET_ASSIGN_OR_RETURN(one.request, ReadMathRow(row));
    return one;
  }
  WHET_ASSIGN_OR_RETURN(const absl::string_view text, row.GetString("text"));
  Json pair = row;
  pair.Set("gold", Json(text));
  pair.Set("answer", Json(text));
  WHET_ASSIGN_OR_RETURN(one.request, ReadMathRow(pair));
  if (kind == "must_not_parse") {
    one.kind = MathCase::Kind::kMustNotParse;
    return one;
  }
  if (kind != "string_extraction") {
    return absl::InvalidArgumentError(absl::StrCat("there is no kind \"", kind, "\""));
  }
  one.kind = MathCase::Kind::kStrings;
  SearchStrings(&one.request.options);
  if (const Json* const options = row.Find("options")) {
    WHET_ASSIGN_OR_RETURN(one.lowercase, options->GetBoolOr("lowercase", true));
  }
  return one;
}

Json OutcomeOf(const MathCase& one, const MathReply& reply) {
  const math::MathJudgement& judgement = reply.judgement;
  switch (one.kind) {
    case MathCase::Kind::kPair:
      return Json(judgement.verdict == Verdict::kCorrect);
    case MathCase::Kind::kMustNotParse:
      return judgement.gold_parsed.empty() ? Json("parse_error") : Json(judgement.gold_parsed);
    case MathCase::Kind::kStrings:
      break;
  }
  Json found = Json::Array();
  if (judgement.answer_parsed.empty()) return found;
  // It is in quotes.
  const std::string word = judgement.answer_parsed.substr(1, judgement.answer_parsed.size() - 2);
  found.Append(Json(one.lowercase ? absl::AsciiStrToLower(word) : word));
  found.Append(Json(word));
  return found;
}

}  // namespace whet
