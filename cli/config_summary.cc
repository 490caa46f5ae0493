#include "cli/config_summary.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cli/config_schema.h"
#include "google/protobuf/message.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "proto/config.pb.h"

namespace whet {
namespace {

namespace pb = ::google::protobuf;

std::string RewardText(const pb::RepeatedPtrField<config::RewardRule>& rules) {
  std::vector<std::string> texts;
  for (const config::RewardRule& rule : rules) {
    texts.push_back(absl::StrFormat("%s × %g%s", ElementName(rule), rule.weight(),
                                    rule.gate() ? " (gate)" : ""));
  }
  return absl::StrJoin(texts, " + ");
}

std::string OptimizerText(const config::OptimizerConfig& optimizer) {
  return absl::StrFormat("AdamW, learning rate %g, %s", optimizer.lr(),
                         config::Schedule_Name(optimizer.schedule()));
}

std::string LossText(const config::LossConfig& loss) {
  return absl::StrFormat(
      "%s, clip %g/%g, %s", config::LossAggregation_Name(loss.aggregation()), loss.clip_low(),
      loss.clip_high(),
      loss.kl_coefficient() > 0 ? absl::StrFormat("KL × %g", loss.kl_coefficient()) : "no KL");
}

std::string SftSummary(const config::SftConfig& sft) {
  return absl::StrCat(SummaryLine("texts", absl::StrJoin(sft.file(), ", ")),
                      SummaryLine("loss", config::SftLoss_Name(sft.loss_on())),
                      SummaryLine("optimizer", OptimizerText(sft.optimizer())),
                      SummaryLine("steps", absl::StrFormat("%d, %d rows each, seed %d", sft.steps(),
                                                           sft.rows_per_step(), sft.seed())));
}

std::string PromptsText(const config::PromptsConfig& prompts) {
  return absl::StrJoin(prompts.file(), ", ");
}

}  // namespace

std::string SummaryLine(absl::string_view name, absl::string_view text) {
  return absl::StrFormat("%-10s %s\n", std::string(name), std::string(text));
}

std::string ConfigSummary(const config::TrainConfig& train) {
  const config::RolloutConfig& rollout = train.rollout();
  return absl::StrCat(
      SummaryLine("rollouts",
                  absl::StrFormat("%d groups of %d a batch, up to %d tokens, "
                                  "temperature %g",
                                  rollout.groups_per_batch(), rollout.group_size(),
                                  train.sampling().tokens_max(), train.sampling().temperature())),
      SummaryLine("reward", RewardText(train.rewards())),
      SummaryLine("loss", LossText(train.loss())),
      SummaryLine("optimizer", OptimizerText(train.optimizer())),
      SummaryLine("steps",
                  absl::StrFormat("%d, %d a rollout batch, seed %d", train.steps(),
                                  rollout.minibatches() * rollout.inner_epochs(), train.seed())));
}

std::string ConfigSummary(const config::EvalConfig& eval) {
  const config::EvaluationConfig& evaluation = eval.evaluation();
  const double temperature = evaluation.has_sampling() ? evaluation.sampling().temperature() : 0.0;
  return absl::StrCat(
      SummaryLine("rollouts",
                  absl::StrFormat("%d of each prompt, up to %d tokens, %s", evaluation.samples(),
                                  evaluation.sampling().tokens_max(),
                                  temperature > 0 ? absl::StrFormat("temperature %g, seed %d",
                                                                    temperature, eval.seed())
                                                  : "greedy")),
      SummaryLine("reward", RewardText(eval.rewards())));
}

std::string ConfigSummary(const config::RulesConfig& rescore) {
  return SummaryLine("reward", RewardText(rescore.rewards()));
}

std::string WholeSummary(const pb::Message& message) {
  if (const auto* train = pb::DynamicCastToGenerated<config::TrainConfig>(&message)) {
    const std::string held_out =
        train->has_evaluation()
            ? absl::StrCat("; held out ", PromptsText(train->evaluation().prompts()))
            : "; none held out";
    return absl::StrCat(SummaryLine("model", train->model().checkpoint()),
                        SummaryLine("prompts", PromptsText(train->prompts()) + held_out),
                        ConfigSummary(*train));
  }
  if (const auto* eval = pb::DynamicCastToGenerated<config::EvalConfig>(&message)) {
    return absl::StrCat(SummaryLine("model", eval->model().checkpoint()),
                        SummaryLine("prompts", PromptsText(eval->evaluation().prompts())),
                        ConfigSummary(*eval));
  }
  if (const auto* sft = pb::DynamicCastToGenerated<config::SftConfig>(&message)) {
    return absl::StrCat(
        SummaryLine("model", absl::StrCat(sft->model().checkpoint(),
                                          sft->random_weights() ? ", random weights" : "")),
        SftSummary(*sft));
  }
  return "";
}

}  // namespace whet
