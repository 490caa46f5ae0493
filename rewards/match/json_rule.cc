#include "rewards/match/json_rule.h"

#include <algorithm>
#include <cstddef>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "base/status.h"
#include "rewards/given_answer.h"

namespace whet {
namespace {

// The same value in one form: whole numbers as integers where int64 has them, keys sorted. As deep
// as Json::kDepthMax at most.
Json OneForm(const Json& json) {
  if (const absl::StatusOr<absl::Span<const Json>> elements = json.Elements(); elements.ok()) {
    Json array = Json::Array();
    for (const Json& element : *elements) array.Append(OneForm(element));
    return array;
  }
  if (const absl::StatusOr<absl::Span<const Json::Member>> members = json.Members(); members.ok()) {
    std::vector<const Json::Member*> sorted;
    for (const Json::Member& member : *members) sorted.push_back(&member);
    absl::c_sort(sorted, [](const auto* a, const auto* b) { return a->key < b->key; });
    Json object = Json::Object();
    for (const Json::Member* member : sorted) object.Set(member->key, OneForm(member->value));
    return object;
  }
  if (const absl::StatusOr<int64_t> whole = json.Int(); whole.ok()) return *whole;
  return json;
}

bool HasAllOf(const Json& answer, const Json& gold);

bool HasAllElementsOf(absl::Span<const Json> answer, absl::Span<const Json> gold) {
  if (answer.size() != gold.size()) return false;
  for (size_t i = 0; i < gold.size(); ++i) {
    if (!HasAllOf(answer[i], gold[i])) return false;
  }
  return true;
}

// kSubset, of values in one form.
bool HasAllOf(const Json& answer, const Json& gold) {
  if (gold.is_array() && answer.is_array()) {
    return HasAllElementsOf(*answer.Elements(), *gold.Elements());
  }
  if (!gold.is_object() || !answer.is_object()) return answer == gold;
  const absl::StatusOr<absl::Span<const Json::Member>> members = gold.Members();
  for (const Json::Member& member : *members) {
    const Json* const value = answer.Find(member.key);
    if (value == nullptr || !HasAllOf(*value, member.value)) return false;
  }
  return true;
}

// The answer as JSON, or the verdict that there is none.
struct GivenJson {
  Json json;
  std::optional<Verdict> verdict = {};
  std::string message = {};
};

GivenJson JsonIn(const Completion& completion) {
  GivenAnswer given;
  if (completion.code) {
    given.text = SourceOf(*completion.code);
  } else {
    given = AnswerIn(completion, false);
  }
  if (given.verdict) return {nullptr, given.verdict, std::move(given.message)};
  absl::StatusOr<Json> json = Json::Parse(given.text);
  if (json.ok()) return {*std::move(json), std::nullopt, ""};
  return {nullptr, Verdict::kUnparseableAnswer,
          absl::StrCat(Quoted(given.text), " is no JSON: ", json.status().message())};
}

}  // namespace

absl::StatusOr<Json> JsonRule::ReadGold(absl::string_view ground_truth) const {
  if (options_.match == JsonMatch::kKeys) return nullptr;
  absl::StatusOr<Json> json = Json::Parse(ground_truth);
  if (!json.ok()) return Annotate(json.status(), "the ground truth is no JSON");
  return OneForm(*json);
}

RewardPart JsonRule::Compare(const Json& gold, const Json& answer) const {
  if (options_.match == JsonMatch::kKeys) {
    std::vector<std::string> missing;
    for (const std::string& key : options_.keys) {
      if (answer.Find(key) == nullptr) missing.push_back(Quoted(key));
    }
    if (missing.empty()) return PartOf(Verdict::kCorrect, "");
    return PartOf(Verdict::kWrong, absl::StrCat("without ", absl::StrJoin(missing, ", ")));
  }
  const Json given = OneForm(answer);
  const bool same = options_.match == JsonMatch::kSubset ? HasAllOf(given, gold) : given == gold;
  if (same) return PartOf(Verdict::kCorrect, "");
  return PartOf(Verdict::kWrong,
                absl::StrCat(Quoted(answer.Dump()), " is not ", Quoted(gold.Dump())));
}

RewardPart JsonRule::Judge(const Json& gold, const Completion& completion) const {
  GivenJson given = JsonIn(completion);
  if (given.verdict) return PartOf(*given.verdict, std::move(given.message));
  return Compare(gold, given.json);
}

std::optional<std::string> JsonRule::KeyOf(const Completion& completion) const {
  const GivenJson given = JsonIn(completion);
  if (given.verdict) return std::nullopt;
  return OneForm(given.json).Dump();
}

}  // namespace whet
