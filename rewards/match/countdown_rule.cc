#include "rewards/match/countdown_rule.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "base/status.h"
#include "rewards/given_answer.h"
#include "text/json.h"

namespace whet {
namespace {

using Outcome = ArithmeticResult::Outcome;

absl::string_view WithoutMathDelimiters(absl::string_view text) {
  constexpr std::pair<absl::string_view, absl::string_view> kDelimiters[] = {
      {"$$", "$$"}, {"$", "$"}, {"\\(", "\\)"}, {"\\[", "\\]"}};
  text = absl::StripAsciiWhitespace(text);
  absl::ConsumeSuffix(&text, ".");
  for (const auto& [open, close] : kDelimiters) {
    if (text.size() < open.size() + close.size()) continue;
    absl::string_view inside = text;
    if (absl::ConsumePrefix(&inside, open) && absl::ConsumeSuffix(&inside, close)) return inside;
  }
  return text;
}

// The sides of an answer; the right one is absent where there is no "=".
struct Sides {
  absl::string_view expression;
  std::optional<absl::string_view> result;
};

Sides SidesOf(absl::string_view text) {
  text = WithoutMathDelimiters(text);
  const size_t equals = text.find('=');
  if (equals == absl::string_view::npos) return {.expression = text, .result = std::nullopt};
  return {.expression = text.substr(0, equals), .result = text.substr(equals + 1)};
}

// The verdict on an expression that has no value.
RewardPart Unvalued(Outcome outcome, absl::string_view expression) {
  switch (outcome) {
    case Outcome::kDivisionByZero:
      return PartOf(Verdict::kWrong, absl::StrCat(Quoted(expression), " divides by zero"));
    case Outcome::kTooLarge:
      return PartOf(Verdict::kUnsupported, absl::StrCat(Quoted(expression), " is too large"));
    default:
      return PartOf(Verdict::kUnparseableAnswer,
                    absl::StrCat(Quoted(expression), " is no arithmetic"));
  }
}

absl::StatusOr<CountdownGold> GoldIn(absl::string_view ground_truth) {
  WHET_ASSIGN_OR_RETURN(const Json json, Json::Parse(ground_truth));
  CountdownGold gold = {};
  WHET_ASSIGN_OR_RETURN(gold.target, json.GetInt("target"));
  const bool is_short = json.Find("numbers") == nullptr && json.Find("nums") != nullptr;
  WHET_ASSIGN_OR_RETURN(const absl::Span<const Json> numbers,
                        json.GetElements(is_short ? "nums" : "numbers"));
  for (const Json& element : numbers) {
    WHET_ASSIGN_OR_RETURN(const int64_t number, element.Int());
    if (number < 0) return absl::InvalidArgumentError(absl::StrCat(number, " is below 0"));
    gold.numbers.push_back(number);
  }
  if (gold.numbers.empty()) return absl::InvalidArgumentError("there are no numbers");
  absl::c_sort(gold.numbers);
  return gold;
}

}  // namespace

absl::StatusOr<CountdownGold> CountdownRule::ReadGold(absl::string_view ground_truth) const {
  absl::StatusOr<CountdownGold> gold = GoldIn(ground_truth);
  if (!gold.ok()) return Annotate(gold.status(), "the ground truth");
  return gold;
}

std::string CountdownRule::FaultOf(const ArithmeticResult& result,
                                   const CountdownGold& gold) const {
  std::vector<int64_t> used = result.numbers;
  absl::c_sort(used);
  const bool fits = options_.needs_all ? used == gold.numbers
                                       : std::includes(gold.numbers.begin(), gold.numbers.end(),
                                                       used.begin(), used.end());
  if (!fits) {
    return absl::StrCat("it uses ", Quoted(absl::StrJoin(used, " ")), " of ",
                        Quoted(absl::StrJoin(gold.numbers, " ")));
  }
  if (result.value == Fraction{.numerator = gold.target, .denominator = 1}) return "";
  return absl::StrCat("it is ", result.value.Text(), ", not ", gold.target);
}

RewardPart CountdownRule::Judge(const CountdownGold& gold, const Completion& completion) const {
  GivenAnswer given = AnswerIn(completion, false);
  if (given.verdict) return PartOf(*given.verdict, std::move(given.message));
  const Sides sides = SidesOf(given.text);
  const ArithmeticResult result = EvaluateArithmetic(sides.expression);
  if (result.outcome != Outcome::kValue) return Unvalued(result.outcome, sides.expression);
  std::string fault = FaultOf(result, gold);
  if (sides.result) {
    const ArithmeticResult said = EvaluateArithmetic(*sides.result);
    if (said.outcome != Outcome::kValue) return Unvalued(said.outcome, *sides.result);
    if (fault.empty() && said.value != result.value) {
      fault = absl::StrCat("it says ", said.value.Text(), ", not ", gold.target);
    }
  }
  return fault.empty() ? PartOf(Verdict::kCorrect, "") : PartOf(Verdict::kWrong, std::move(fault));
}

// The expression without white space: other ways to the same value are other answers.
std::optional<std::string> CountdownRule::KeyOf(const Completion& completion) const {
  const GivenAnswer given = AnswerIn(completion, false);
  if (given.verdict) return std::nullopt;
  const Sides sides = SidesOf(given.text);
  if (EvaluateArithmetic(sides.expression).outcome != Outcome::kValue) return std::nullopt;
  std::string key(sides.expression);
  absl::StrReplaceAll({{" ", ""}, {"\n", ""}, {"\t", ""}, {"\r", ""}}, &key);
  return key;
}

}  // namespace whet
