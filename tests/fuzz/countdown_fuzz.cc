// Whatever the bytes, arithmetic is worked out within its limits; and a completion that makes a
// number is right where that number was asked for, of the numbers that it uses.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/check.h"
#include "rewards/completion.h"
#include "rewards/match/arithmetic.h"
#include "rewards/match/countdown_rule.h"
#include "rollout/prompt.h"
#include "rollout/rollout.h"
#include "tests/fuzz/pieces.h"

namespace {

using Outcome = whet::ArithmeticResult::Outcome;

whet::Verdict VerdictOn(const std::string& text, const std::string& gold) {
  whet::Prompt prompt = {};
  prompt.ground_truth = gold;
  const whet::Rollout rollout = {};
  const whet::Completion completion = whet::ParseCompletion(text, {});
  whet::CountdownRule rule({});
  return *rule.Score(
                  {{.prompt = prompt, .rollout = rollout, .completion = completion, .earlier = {}}})
              ->at(0)
              .verdict;
}

std::string GoldOf(int64_t target, const std::vector<int64_t>& numbers) {
  return absl::StrCat("{\"target\": ", target, ", \"numbers\": [", absl::StrJoin(numbers, ","),
                      "]}");
}

void CheckValue(const std::string& text, const whet::ArithmeticResult& result) {
  const whet::Fraction value = result.value;
  WHET_CHECK(value.denominator > 0 && !result.numbers.empty());
  WHET_CHECK(std::gcd(value.numerator, value.denominator) == 1);
  const whet::ArithmeticResult added = whet::EvaluateArithmetic(absl::StrCat("0 + ", text));
  WHET_CHECK(added.outcome == Outcome::kValue && added.value == value);
  WHET_CHECK(added.numbers.size() == result.numbers.size() + 1);
  const std::string bracketed = absl::StrCat("(", text, ")");
  const whet::ArithmeticResult inside = whet::EvaluateArithmetic(bracketed);
  if (inside.outcome != Outcome::kValue) {
    WHET_CHECK(inside.outcome == Outcome::kUnreadable);  // One bracket too many.
    return;
  }
  WHET_CHECK(inside.value == value);
  if (value.denominator != 1) return;
  // In brackets, for white space at an answer's ends is cut off, and "\\ " ends with it.
  const std::string answer = absl::StrCat("<answer>", bracketed, "</answer>");
  WHET_CHECK(VerdictOn(answer, GoldOf(value.numerator, result.numbers)) == whet::Verdict::kCorrect);
  const int64_t other = value.numerator == 7 ? 8 : 7;
  WHET_CHECK(VerdictOn(answer, GoldOf(other, result.numbers)) == whet::Verdict::kWrong);
}

constexpr std::array<const char*, 11> kPieces = {
    "\\times ", "\\div ", "\\frac{", "}{",       "9223372036854775807", "\\left(", "×",
    "÷",        "−",      "24)",     "8/(3-8/3)"};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text = whet::TextOfPieces(data, size, kPieces);
  const whet::ArithmeticResult result = whet::EvaluateArithmetic(text);
  if (result.outcome == Outcome::kValue) CheckValue(text, result);
  VerdictOn(text, R"({"target": 24, "nums": [3, 8, 3, 8]})");
  VerdictOn("1", text);
  return 0;
}
