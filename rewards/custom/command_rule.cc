#include "rewards/custom/command_rule.h"

#include <cstddef>
#include <utility>

#include "absl/synchronization/blocking_counter.h"
#include "base/status.h"
#include "rewards/custom/json_lines_codec.h"
#include "rewards/custom/sample_json.h"

namespace whet {
namespace {

// A line of an answer.
constexpr size_t kAnswerBytesMax = size_t{16} << 20;
constexpr int kFruitlessMax = 5;

ChildOptions ChildOptionsOf(const CommandRuleOptions& options) {
  ChildOptions child;
  child.name = options.name;
  child.command = {.argv = options.argv,
                   .environment = options.environment,
                   .working_directory = options.working_directory,
                   .channel = ChildChannel::kStdio};
  child.codec = std::make_shared<JsonLinesCodec>();
  child.order = AnswerOrder::kAnyOrder;
  child.in_flight_max = options.in_flight_max;
  child.start_timeout = options.start_timeout;
  child.fruitless_max = kFruitlessMax;
  child.answer_bytes_max = kAnswerBytesMax;
  return child;
}

RewardPart PartOfReply(const absl::StatusOr<std::string>& answer) {
  if (answer.ok()) return PartOfAnswer(*answer);
  return PartOf(Verdict::kFault, std::string(answer.status().message()));
}

}  // namespace

CommandRule::CommandRule(const CommandRuleOptions& options)
    : timeout_(options.timeout),
      send_tokens_(options.send_tokens),
      pool_(ChildOptionsOf(options), options.processes) {}

absl::StatusOr<std::unique_ptr<CommandRule>> CommandRule::Create(
    const CommandRuleOptions& options) {
  auto rule = std::unique_ptr<CommandRule>(new CommandRule(options));
  WHET_RETURN_IF_ERROR(rule->pool_.WaitUntilReady());
  return rule;
}

absl::StatusOr<std::vector<RewardPart>> CommandRule::Score(absl::Span<const ScoreInput> inputs) {
  std::vector<RewardPart> parts(inputs.size());
  absl::BlockingCounter open(static_cast<int>(inputs.size()));
  for (size_t i = 0; i < inputs.size(); ++i) {
    pool_.Submit(SampleJson(inputs[i], send_tokens_), timeout_,
                 [&parts, &open, i](const absl::StatusOr<std::string>& answer) {
                   parts[i] = PartOfReply(answer);
                   open.DecrementCount();
                 });
  }
  open.Wait();
  return parts;
}

}  // namespace whet
