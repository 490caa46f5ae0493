#include "rewards/custom/library_rule.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "base/child_process.h"
#include "base/status.h"

namespace whet {
namespace {

ChildOptions ChildOptionsOf(const LibraryRuleOptions& options) {
  ChildOptions child;
  child.name = options.name;
  child.command.argv = {
      options.program.empty() ? ProgramBesideUs("whet-verify") : options.program,
      absl::StrCat("--library=", options.path),
      absl::StrCat("--config=", options.config),
  };
  // What it is refused for now it will be refused for later.
  child.start_attempts_max = 1;
  return child;
}

LibrarySample SampleOf(const ScoreInput& input) {
  return {.prompt = input.prompt.question,
          .completion = std::string(input.completion.text),
          .ground_truth = input.prompt.ground_truth,
          .data_source = input.prompt.data_source,
          .extra = input.prompt.extra,
          .completion_tokens = static_cast<int64_t>(input.rollout.tokens.size()),
          .finished = input.rollout.finish == Finish::kStop};
}

std::vector<RewardPart> PartsOf(const absl::StatusOr<std::string>& answer, size_t count) {
  absl::Status status = answer.status();
  if (answer.ok()) {
    absl::StatusOr<std::vector<RewardPart>> parts = DecodeParts(*answer);
    if (parts.ok() && parts->size() == count) return *std::move(parts);
    status = parts.ok() ? absl::DataLossError("another number of results than of samples")
                        : parts.status();
  }
  return std::vector<RewardPart>(count, PartOf(Verdict::kFault, std::string(status.message())));
}

bool AllFailed(const std::vector<RewardPart>& parts) {
  return std::all_of(parts.begin(), parts.end(),
                     [](const RewardPart& part) { return part.verdict == Verdict::kFault; });
}

}  // namespace

LibraryRule::LibraryRule(const LibraryRuleOptions& options)
    : options_(options), pool_(ChildOptionsOf(options), options.processes) {}

absl::StatusOr<std::unique_ptr<LibraryRule>> LibraryRule::Create(
    const LibraryRuleOptions& options) {
  auto rule = std::unique_ptr<LibraryRule>(new LibraryRule(options));
  WHET_RETURN_IF_ERROR(rule->pool_.WaitUntilReady());
  return rule;
}

std::vector<std::vector<RewardPart>> LibraryRule::ScoreBatches(
    absl::Span<const std::vector<LibrarySample>> batches) {
  std::vector<std::vector<RewardPart>> parts(batches.size());
  absl::BlockingCounter open(static_cast<int>(batches.size()));
  for (size_t i = 0; i < batches.size(); ++i) {
    pool_.Submit(EncodeSamples(batches[i]), options_.timeout,
                 [&, i](const absl::StatusOr<std::string>& answer) {
                   parts[i] = PartsOf(answer, batches[i].size());
                   open.DecrementCount();
                 });
  }
  open.Wait();
  return parts;
}

absl::StatusOr<std::vector<RewardPart>> LibraryRule::Score(absl::Span<const ScoreInput> inputs) {
  std::vector<std::vector<LibrarySample>> batches;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (i % static_cast<size_t>(options_.batch) == 0) batches.emplace_back();
    batches.back().push_back(SampleOf(inputs[i]));
  }
  std::vector<std::vector<RewardPart>> parts = ScoreBatches(batches);
  std::vector<RewardPart> all;
  for (size_t b = 0; b < batches.size(); ++b) {
    if (batches[b].size() > 1 && AllFailed(parts[b])) {
      std::vector<std::vector<LibrarySample>> single;
      single.reserve(batches[b].size());
      for (LibrarySample& sample : batches[b]) single.push_back({std::move(sample)});
      for (std::vector<RewardPart>& part : ScoreBatches(single)) {
        all.push_back(std::move(part.front()));
      }
    } else {
      std::move(parts[b].begin(), parts[b].end(), std::back_inserter(all));
    }
  }
  return all;
}

}  // namespace whet
