#include "cli/config_options.h"

#include <memory>
#include <string>
#include <utility>

#include "proto/config.pb.h"

namespace whet {
namespace {

PromptTemplate TemplateOf(config::PromptTemplate prompt_template) {
  switch (prompt_template) {
    case config::R1_ZERO:
      return PromptTemplate::kR1Zero;
    case config::CUSTOM:
      return PromptTemplate::kCustom;
    default:
      return PromptTemplate::kAsIs;
  }
}

LossAggregation AggregationOf(config::LossAggregation aggregation) {
  switch (aggregation) {
    case config::GRPO:
      return LossAggregation::kGrpo;
    case config::DR_GRPO:
      return LossAggregation::kDrGrpo;
    default:
      return LossAggregation::kDapo;
  }
}

LrSchedule ScheduleOf(config::Schedule schedule) {
  switch (schedule) {
    case config::LINEAR:
      return LrSchedule::kLinear;
    case config::COSINE:
      return LrSchedule::kCosine;
    default:
      return LrSchedule::kConstant;
  }
}

}  // namespace

DeviceChoice DeviceOf(const config::ModelConfig& model) {
  if (model.device() == config::CPU) return DeviceChoice::kCpu;
  return model.device() == config::CUDA ? DeviceChoice::kCuda : DeviceChoice::kAuto;
}

ComputeTypeChoice ComputeTypeOf(const config::ModelConfig& model) {
  if (model.compute_type() == config::F32) return ComputeTypeChoice::kF32;
  return model.compute_type() == config::BF16 ? ComputeTypeChoice::kBf16 : ComputeTypeChoice::kAuto;
}

PromptSetOptions PromptsOf(const config::PromptsConfig& prompts, bool needs_answers) {
  return {.files = {prompts.file().begin(), prompts.file().end()},
          .prompt_template = TemplateOf(prompts.prompt_template()),
          .custom_template = prompts.custom_template(),
          .tokens_max = prompts.tokens_max(),
          .prompts_max = prompts.prompts_max(),
          .needs_answers = needs_answers};
}

SamplingParams SamplingOf(const config::SamplingConfig& sampling) {
  return {.tokens_max = sampling.tokens_max(),
          .temperature = sampling.temperature(),
          .top_k = sampling.top_k(),
          .top_p = sampling.top_p(),
          .min_p = sampling.min_p()};
}

SamplingParams GreedyOf(const config::SamplingConfig& sampling) {
  SamplingParams params = SamplingOf(sampling);
  params.temperature = 0;
  return params;
}

CompletionOptions CompletionOf(const config::PromptsConfig& prompts) {
  CompletionOptions options;
  options.thought_prefilled = prompts.thought_prefilled();
  return options;
}

UpdaterOptions OptimizerOf(const config::OptimizerConfig& optimizer, int64_t steps) {
  UpdaterOptions options;
  options.lr = {.lr = optimizer.lr(),
                .schedule = ScheduleOf(optimizer.schedule()),
                .warmup_steps = optimizer.warmup_steps(),
                .steps = steps,
                .lr_min_ratio = optimizer.lr_min_ratio()};
  options.beta1 = optimizer.beta1();
  options.beta2 = optimizer.beta2();
  options.epsilon = optimizer.epsilon();
  options.weight_decay = optimizer.weight_decay();
  options.gradient_norm_max = optimizer.gradient_norm_max();
  options.micro_batch_tokens = optimizer.micro_batch_tokens();
  return options;
}

UpdaterOptions UpdaterOf(const config::TrainConfig& train) {
  UpdaterOptions options = OptimizerOf(train.optimizer(), train.steps());
  const config::LossConfig& loss = train.loss();
  options.loss = {.aggregation = AggregationOf(loss.aggregation()),
                  .clip_low = loss.clip_low(),
                  .clip_high = loss.clip_high(),
                  .kl_coefficient = loss.kl_coefficient(),
                  .kl_unbiased = loss.kl_unbiased(),
                  .tokens_max = train.sampling().tokens_max()};
  options.temperature = train.sampling().temperature();
  options.reference_steps = loss.reference_steps();
  return options;
}

RolloutBatchOptions RolloutBatchOf(const config::TrainConfig& train) {
  const config::RolloutConfig& rollout = train.rollout();
  const bool scaled = train.loss().advantage_scale() == config::GROUP_DEVIATION;
  return {.seed = train.seed(),
          .sampling = SamplingOf(train.sampling()),
          .group_size = rollout.group_size(),
          .groups_per_batch = rollout.groups_per_batch(),
          .drop_equal_groups = rollout.drop_equal_groups(),
          .draws_max_ratio = rollout.draws_max_ratio(),
          .mask_truncated = rollout.mask_truncated(),
          .excluded_share_max = rollout.excluded_share_max(),
          .advantage = {.scale = scaled ? AdvantageScale::kGroupDeviation : AdvantageScale::kNone},
          .normalize_then_sum = train.loss().reward_aggregation() == config::NORMALIZE_THEN_SUM,
          .steps_per_batch = int64_t{rollout.minibatches()} * rollout.inner_epochs()};
}

void ApplyEngine(const config::EngineConfig& engine, EngineOptions* options) {
  if (engine.kv_cache_bytes() > 0) options->kv_cache_bytes = engine.kv_cache_bytes();
  options->sequences_max = engine.sequences_max();
}

}  // namespace whet
