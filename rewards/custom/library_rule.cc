#include "rewards/custom/library_rule.h"

#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "base/child_process.h"
#include "base/status.h"
#include "rewards/custom/library_wire.h"
#include "rewards/custom/verifier_sample.h"

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
  child.start_timeout = options.start_timeout;
  child.fruitless_max = 5;
  // What it is refused for now it will be refused for later.
  child.first_start_attempts_max = 1;
  return child;
}

BatchParts PartsOf(const absl::StatusOr<std::string>& answer, size_t count) {
  if (!answer.ok()) return answer.status();
  WHET_ASSIGN_OR_RETURN(std::vector<RewardPart> parts, DecodeParts(*answer));
  if (parts.size() == count) return parts;
  return absl::DataLossError("another number of results than of samples");
}

std::string EncodeBatch(InputBatch batch) {
  std::vector<VerifierSample> samples;
  for (const ScoreInput& input : batch) samples.push_back(SampleOf(input));
  return EncodeSamples(samples);
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

std::vector<BatchParts> LibraryRule::ScoreBatches(const std::vector<InputBatch>& batches) {
  std::vector<BatchParts> parts(batches.size());
  absl::BlockingCounter open(static_cast<int>(batches.size()));
  for (size_t i = 0; i < batches.size(); ++i) {
    pool_.Submit(EncodeBatch(batches[i]), options_.timeout,
                 [&, i](const absl::StatusOr<std::string>& answer) {
                   parts[i] = PartsOf(answer, batches[i].size());
                   open.DecrementCount();
                 });
  }
  open.Wait();
  return parts;
}

absl::StatusOr<std::vector<RewardPart>> LibraryRule::Score(absl::Span<const ScoreInput> inputs) {
  return ScoreInBatches(
      inputs, static_cast<size_t>(options_.batch),
      [this](const std::vector<InputBatch>& batches) { return ScoreBatches(batches); });
}

}  // namespace whet
