// All that is found in a completion lies in it, in order.
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "base/check.h"
#include "rewards/completion.h"
#include "rewards/exact_number.h"
#include "rewards/format_rule.h"
#include "tests/fuzz/pieces.h"

namespace {

using absl::string_view;

void CheckInside(string_view outer, string_view inner) {
  WHET_CHECK(inner.data() >= outer.data());
  WHET_CHECK(inner.data() + inner.size() <= outer.data() + outer.size());
}

void CheckParts(const whet::Completion& completion) {
  const string_view text = completion.text;
  size_t end = 0;
  for (const whet::TagPosition& tag : completion.tags) {
    WHET_CHECK(tag.begin >= end && tag.begin < tag.end && tag.end <= text.size());
    WHET_CHECK(text[tag.begin] == '<' && text[tag.end - 1] == '>');
    end = tag.end;
  }
  CheckInside(text, completion.rest);
  if (completion.thought) CheckInside(text, *completion.thought);
  WHET_CHECK(completion.answer_region.has_value() == completion.no_answer.empty());
  if (!completion.answer_region) {
    WHET_CHECK(completion.boxes.empty() && !completion.boxes_conflict && !completion.code);
    return;
  }
  const string_view region = *completion.answer_region;
  CheckInside(completion.rest, region);
  for (const string_view box : completion.boxes) CheckInside(region, box);
  if (completion.code) CheckInside(region, completion.code->code);
}

void CheckNumber(string_view text, std::optional<string_view> found) {
  if (!found) return;
  CheckInside(text, *found);
  const std::optional<whet::ExactNumber> number = whet::ParseExactNumber(*found);
  if (number) WHET_CHECK(*number == *number);
}

constexpr std::array<const char*, 11> kPieces = {"<think>",  "</think>", "<answer>", "</answer>",
                                                 "\\boxed{", "}",        "\n```",    "and",
                                                 "$1,000",   "1/2",      "####"};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string text = whet::TextOfPieces(data + 1, size - 1, kPieces);
  const bool prefilled = (data[0] & 1) != 0;
  const bool answer_tags = (data[0] & 2) != 0;
  const whet::Completion completion = whet::ParseCompletion(text, {.thought_prefilled = prefilled});
  CheckParts(completion);
  const string_view fault =
      whet::FormatFault(completion, whet::Finish::kStop, {.answer_tags = answer_tags});
  // What is right with the answer's tags has an answer.
  if (fault.empty() && answer_tags) WHET_CHECK(completion.answer_region.has_value());
  const std::optional<string_view> first = whet::FirstNumberIn(text);
  const std::optional<string_view> last = whet::LastNumberIn(text);
  WHET_CHECK(first.has_value() == last.has_value());
  CheckNumber(text, first);
  CheckNumber(text, last);
  return 0;
}
