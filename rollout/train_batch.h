// The nouns of training: what a policy learns from, and what came of a step.
#ifndef WHET_ROLLOUT_TRAIN_BATCH_H_
#define WHET_ROLLOUT_TRAIN_BATCH_H_

#include <cstdint>
#include <vector>

namespace whet {

// One sequence that is learnt from.
struct TrainSample {
  std::vector<int32_t> tokens;  // [L] prompt and completion; at least two.
  // [L] Which tokens count: their log-probability is in the loss. The first cannot.
  std::vector<bool> loss_mask;
  // [L] log p of each token when it was sampled, at the same temperature; read where loss_mask is
  // set. Empty for supervised samples.
  std::vector<float> behavior_logprobs;
  float advantage;  // Of every token; 1 for supervised samples.
};

// What one optimizer step is made from.
struct TrainBatch {
  std::vector<TrainSample> samples;
  // What sums over tokens are divided by where the loss is a mean over tokens: the tokens of the
  // whole batch that this is a part of, divided by its parts. So cutting a batch does not change
  // the weight of a token.
  double normalizer_tokens;
  // The same for losses that are means over samples.
  double normalizer_samples;
};

// The tokens that count.
int64_t LossTokens(const std::vector<TrainSample>& samples);

// A whole batch: its own tokens and samples are the normalizers.
TrainBatch WholeBatch(std::vector<TrainSample> samples);

// A step that was made, or skipped. Means are over the tokens that count, logs in nats.
struct StepStats {
  int64_t step;  // From 1, skipped ones included.
  double lr;     // Used in this step.
  double loss;
  double gradient_norm;     // Before clipping.
  bool skipped;             // Loss or gradient was not finite; the weights are as before.
  int64_t tokens;           // That counted.
  int64_t tokens_computed;  // Rows that went through the model; prompts shared by samples once.
  double entropy;
  double kl;               // From the reference (k3); 0 without one.
  double clip_low_share;   // Of tokens at the lower bound of the ratio, with negative advantage.
  double clip_high_share;  // At the upper bound, with positive advantage.
  double ratio_max;        // Largest p / p_behavior.
  double logprob_difference_mean;  // |log p - behavior log p|.
  double logprob_difference_max;
  double accuracy;  // Share of tokens that were the most probable (supervised training's measure).
};

}  // namespace whet

#endif  // WHET_ROLLOUT_TRAIN_BATCH_H_
