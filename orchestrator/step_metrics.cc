#include "orchestrator/step_metrics.h"

namespace whet {

Json MetricsJson(const StepReport& report, int64_t tokens_before) {
  const StepStats& stats = report.stats;
  Json json = Json::Object(
      {{"step", stats.step},
       {"loss", stats.loss},
       {"grad_norm", stats.gradient_norm},
       {"learning_rate", stats.lr},
       {"num_tokens", tokens_before + report.batch.prompt_tokens + report.batch.completion_tokens},
       {"entropy", stats.entropy},
       {"kl", stats.kl},
       {"clip_ratio/low_mean", stats.clip_low_share},
       {"clip_ratio/high_mean", stats.clip_high_share},
       {"clip_ratio/region_mean", stats.clip_low_share + stats.clip_high_share},
       {"sampling/sampling_logp_difference/mean", stats.logprob_difference_mean},
       {"sampling/sampling_logp_difference/max", stats.logprob_difference_max},
       {"sampling/importance_sampling_ratio/max", stats.ratio_max},
       {"loss_tokens", stats.tokens},
       {"skipped", stats.skipped},
       {"dropped_groups", report.dropped_groups}});
  AddTo(report.batch, &json);
  return json;
}

Json TimingsJson(const StepReport& report) {
  const double generating = absl::ToDoubleSeconds(report.generating);
  return Json::Object(
      {{"step_time", absl::ToDoubleSeconds(report.step)},
       {"time/generate", generating},
       {"time/reward", absl::ToDoubleSeconds(report.judging)},
       {"time/reward_threads", absl::ToDoubleSeconds(report.judging_threads)},
       {"time/train", absl::ToDoubleSeconds(report.training)},
       {"sampled_tokens", report.sampled_tokens},
       {"tokens_per_second/generate",
        generating > 0 ? static_cast<double>(report.sampled_tokens) / generating : 0.0}});
}

}  // namespace whet
