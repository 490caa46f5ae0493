#include "rewards/code/code_rule.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"

namespace whet {
namespace {

// Judging is waiting for jails: threads are only so many as keep those busy.
constexpr size_t kThreadsMax = 16;

}  // namespace

CodeRule::CodeRule(std::shared_ptr<sandbox::Executor> executor, CodeRuleOptions options)
    : executor_(std::move(executor)),
      options_(std::move(options)),
      verifier_(executor_.get(), options_.verifier) {}

RewardPart CodeRule::Judge(const ScoreInput& input) const {
  const absl::StatusOr<CodeTask> task = ParseCodeTask(input.prompt.ground_truth);
  if (!task.ok()) return PartOf(Verdict::kUnparseableGold, std::string(task.status().message()));
  const Completion& completion = input.completion;
  if (!completion.answer_region.has_value()) {
    return PartOf(Verdict::kNoAnswer, std::string(completion.no_answer));
  }
  if (!completion.code.has_value()) return PartOf(Verdict::kNoAnswer, "no fenced block of code");
  CodeJudgement judgement =
      verifier_.Judge(*task, LanguageOf(*task, completion.code->language, options_.languages),
                      SourceOf(*completion.code));
  RewardPart part = PartOf(judgement.verdict, std::move(judgement.message));
  if (part.value.has_value()) part.value = judgement.reward;
  return part;
}

absl::StatusOr<std::vector<std::string>> CodeRule::GoldFaults(
    absl::Span<const absl::string_view> ground_truths) const {
  std::vector<std::string> faults;
  faults.reserve(ground_truths.size());
  for (const absl::string_view truth : ground_truths) {
    faults.emplace_back(ParseCodeTask(truth).status().message());
  }
  return faults;
}

absl::StatusOr<std::vector<RewardPart>> CodeRule::Score(absl::Span<const ScoreInput> inputs) {
  std::vector<RewardPart> parts(inputs.size());
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t i = next++; i < inputs.size(); i = next++) parts[i] = Judge(inputs[i]);
  };
  std::vector<std::thread> threads;
  for (size_t i = 1; i < std::min(inputs.size(), kThreadsMax); ++i) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
  return parts;
}

}  // namespace whet
