#include "rewards/verify/math_rule.h"

#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace whet {
namespace {

// A solution's answer is in its box.
std::string MathGoldOf(absl::string_view ground_truth) {
  const absl::string_view gold = GoldOf(ground_truth);
  const Completion solution = ParseCompletion(gold, {});
  return solution.boxes.empty() ? std::string(gold) : absl::StrJoin(solution.boxes, ", ");
}

}  // namespace

MathRule::MathRule(std::shared_ptr<MathPool> pool, MathRuleOptions options)
    : pool_(std::move(pool)), options_(std::move(options)) {}

GivenAnswer MathRule::Find(const Completion& completion) const {
  if (!options_.math.extraction.has_value()) return AnswerIn(completion, options_.needs_box);
  if (completion.rest.empty()) return {"", Verdict::kNoAnswer, "nothing after the thought"};
  return {std::string(completion.rest), std::nullopt, ""};
}

MathRequest MathRule::RequestOf(absl::string_view ground_truth, std::string answer) const {
  const bool extracts = options_.math.extraction.has_value();
  return {.gold = extracts ? std::string(ground_truth) : MathGoldOf(ground_truth),
          .answer = std::move(answer),
          .options = options_.math};
}

absl::StatusOr<std::vector<RewardPart>> MathRule::Score(absl::Span<const ScoreInput> inputs) {
  std::vector<RewardPart> parts(inputs.size());
  std::vector<MathRequest> requests;
  std::vector<size_t> asked;  // For each request its input.
  for (size_t i = 0; i < inputs.size(); ++i) {
    GivenAnswer given = Find(inputs[i].completion);
    if (given.verdict.has_value()) {
      parts[i] = PartOf(*given.verdict, std::move(given.message));
      continue;
    }
    requests.push_back(RequestOf(inputs[i].prompt.ground_truth, std::move(given.text)));
    asked.push_back(i);
  }
  std::vector<MathReply> replies = pool_->Ask(requests);
  for (size_t k = 0; k < asked.size(); ++k) {
    math::MathJudgement& judgement = replies[k].judgement;
    parts[asked[k]] = PartOf(judgement.verdict, std::move(judgement.why));
  }
  return parts;
}

absl::StatusOr<std::vector<std::string>> MathRule::GoldFaults(
    absl::Span<const absl::string_view> ground_truths) const {
  std::vector<MathRequest> requests;
  requests.reserve(ground_truths.size());
  for (const absl::string_view truth : ground_truths) {
    MathRequest request = RequestOf(truth, "");
    request.answer = request.gold;
    requests.push_back(std::move(request));
  }
  std::vector<std::string> faults;
  faults.reserve(requests.size());
  for (const MathReply& reply : pool_->Ask(requests)) {
    const math::MathJudgement& judgement = reply.judgement;
    if (judgement.verdict == Verdict::kFault) {
      return absl::UnavailableError(absl::StrCat("ground truths were not tried: ", judgement.why));
    }
    // Whether time ran out depends on the machine, not on the ground truth.
    const bool good =
        judgement.verdict == Verdict::kCorrect || judgement.verdict == Verdict::kTimeout;
    faults.push_back(good ? "" : absl::StrCat(VerdictName(judgement.verdict), ": ", judgement.why));
  }
  return faults;
}

std::optional<std::string> MathRule::AnswerKey(const ScoreInput& input) {
  GivenAnswer given = Find(input.completion);
  if (given.verdict.has_value()) return std::nullopt;
  const MathRequest request = {.kind = MathRequest::Kind::kKey,
                               .gold = "",
                               .answer = std::move(given.text),
                               .options = options_.math};
  std::vector<MathReply> replies = pool_->Ask({request});
  if (replies[0].key.has_value()) return std::move(replies[0].key);
  // What cannot be read is at least equal to what is written alike.
  return request.answer;
}

}  // namespace whet
