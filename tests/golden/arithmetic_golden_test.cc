// Losses, optimizer, clipping, schedules, weight decay, head and samplers against the reference
// libraries: the files of the same names in goldens/README.md.
#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "policy/checkpoint.h"
#include "policy/head.h"
#include "policy/lr_schedule.h"
#include "policy/optimizer.h"
#include "policy/policy_loss.h"
#include "policy/sampler.h"
#include "policy/weight_layout.h"
#include "tests/golden/golden.h"

namespace whet {
namespace {

std::string FileOf(const char* name) {
  const std::string shared = SharedDirectory();
  return shared.empty() ? "" : absl::StrCat(shared, "/goldens/", name, ".jsonl");
}

std::string IdOf(const Json& row) { return std::string(row.GetString("id").value()); }

at::Tensor TensorOf(const std::vector<float>& values, at::IntArrayRef shape) {
  return at::tensor(values, at::kFloat).reshape(shape);
}
std::vector<float> FloatsOf(const at::Tensor& x) {
  const at::Tensor flat = x.to(at::kFloat).contiguous();
  return {flat.const_data_ptr<float>(), flat.const_data_ptr<float>() + flat.numel()};
}

// Only what our loss has; other keys are other algorithms.
bool IsOurLoss(const Json& row) {
  const Json& config = **row.Get("config");
  const std::string loss = config.GetStringOr("loss_type", "dapo").value();
  if (loss != "dapo" && loss != "grpo" && loss != "dr_grpo") return false;
  const absl::Span<const Json::Member> settings = config.Members().value();
  for (const Json::Member& member : settings) {
    const absl::string_view known[] = {"loss_type",
                                       "num_generations",
                                       "max_completion_length",
                                       "num_iterations",
                                       "epsilon",
                                       "epsilon_high",
                                       "beta",
                                       "use_bias_correction_kl",
                                       "scale_rewards",
                                       "mask_truncated_completions"};
    if (std::find(std::begin(known), std::end(known), member.key) == std::end(known)) return false;
  }
  const Json& inputs = **row.Get("inputs");
  const Json& state = **row.Get("state");
  const Json& advantages = (**row.Get("computed")).Find("advantages") != nullptr
                               ? **(**row.Get("computed")).Get("advantages")
                               : **inputs.Get("advantages");
  const bool per_token = !ElementsOf(advantages).empty() && ElementsOf(advantages)[0].is_array();
  return !per_token && state.GetIntOr("micro_batches", 1).value() == 1 &&
         state.GetIntOr("repeat", 1).value() == 1 &&
         state.GetStringOr("mode", "train").value() == "train" &&
         state.GetIntOr("current_gradient_accumulation_steps", 1).value() == 1;
}

class LossCase {
 public:
  explicit LossCase(const Json& row) : row_(row), inputs_(**row.Get("inputs")) {
    const Json& config = **row.Get("config");
    const std::string loss = config.GetStringOr("loss_type", "dapo").value();
    options_.aggregation = loss == "grpo"      ? LossAggregation::kGrpo
                           : loss == "dr_grpo" ? LossAggregation::kDrGrpo
                                               : LossAggregation::kDapo;
    options_.clip_low = config.GetDoubleOr("epsilon", 0.2).value();
    options_.clip_high = config.GetDoubleOr("epsilon_high", options_.clip_low).value();
    options_.kl_coefficient = config.GetDoubleOr("beta", 0.0).value();
    options_.kl_unbiased = config.GetBoolOr("use_bias_correction_kl", true).value();
    options_.tokens_max = config.GetInt("max_completion_length").value();
  }

  // Tells what differs.
  std::string Compare() {
    const Json& computed = **row_.Get("computed");
    const std::vector<float> advantages =
        FloatsIn(computed.Find("advantages") != nullptr ? **computed.Get("advantages")
                                                        : **inputs_.Get("advantages"));
    const std::vector<Json> masks = MaskRows();
    const std::vector<float> logps = FloatsIn(**inputs_.Get("logps"));
    const std::vector<float> old = ListOr("old_logps", logps);
    const std::vector<float> reference = ListOr("ref_logps", {});
    const double items =
        std::max(1.0, static_cast<double>(computed.GetInt("num_items_in_batch").value()));
    double loss = 0;
    std::vector<float> gradients;
    size_t n = 0;
    for (size_t i = 0; i < masks.size(); ++i) {
      const std::vector<float> mask = FloatsIn(masks[i]);
      const int64_t count = std::count(mask.begin(), mask.end(), 1.0F);
      for (const float counts : mask) {
        const TokenLoss token =
            LossOfToken(options_, {.logprob = logps[n],
                                   .behavior_logprob = old[n],
                                   .reference_logprob = reference.empty() ? 0 : reference[n],
                                   .advantage = advantages[i]});
        const double weight =
            counts == 0 ? 0
                        : TokenWeight(options_, items, static_cast<double>(masks.size()), count);
        loss += weight == 0 ? 0 : weight * token.loss;
        gradients.push_back(weight == 0 ? 0 : static_cast<float>(weight * token.gradient));
        ++n;
      }
    }
    const double expected = row_.GetDouble("loss").value();
    const double slack = std::max(1.0, std::abs(expected));
    std::string differences;
    if (std::abs(loss - expected) > 1e-5 * slack) {
      absl::StrAppend(&differences, "loss ", loss, ", not ", expected, "; ");
    }
    const std::vector<float> wanted = FloatsIn(**row_.Get("grad_logprobs"));
    float largest = 1.0F;
    for (const float g : wanted) largest = std::max(largest, std::abs(g));
    const double d = LargestDifference(gradients, wanted);
    if (d > 1e-5 * largest) absl::StrAppend(&differences, "gradients differ by ", d);
    return differences;
  }

 private:
  std::vector<float> ListOr(const char* key, std::vector<float> fallback) const {
    const Json* const list = inputs_.Find(key);
    return list == nullptr || list->is_null() ? std::move(fallback) : FloatsIn(*list);
  }

  // Completion mask times tool mask.
  std::vector<Json> MaskRows() const {
    std::vector<Json> masks = ElementsOf(inputs_, "completion_mask");
    const Json* const tools = inputs_.Find("tool_mask");
    if (tools == nullptr || tools->is_null()) return masks;
    const std::vector<Json> tool_rows = ElementsOf(*tools);
    for (size_t i = 0; i < masks.size(); ++i) {
      const std::vector<int64_t> a = IntegersIn(masks[i]);
      const std::vector<int64_t> b = IntegersIn(tool_rows[i]);
      Json both = Json::Array();
      for (size_t j = 0; j < a.size(); ++j) both.Append(a[j] * b[j]);
      masks[i] = std::move(both);
    }
    return masks;
  }

  const Json& row_;
  const Json& inputs_;
  PolicyLossOptions options_;
};

TEST(ArithmeticGoldenTest, LossesAndTheirGradients) {
  const std::string file = FileOf("grpo_losses");
  if (file.empty()) GTEST_SKIP() << "WHET_SHARED is unset";
  Tally tally("grpo_losses");
  for (const Json& row : ReadJsonLines(file)) {
    if (!IsOurLoss(row)) continue;
    const std::string differences = LossCase(row).Compare();
    tally.Count(IdOf(row), differences.empty(), differences);
  }
}

TEST(ArithmeticGoldenTest, LearningRates) {
  const std::string file = FileOf("schedules");
  if (file.empty()) GTEST_SKIP() << "WHET_SHARED is unset";
  Tally tally("schedules");
  for (const Json& row : ReadJsonLines(file)) {
    const std::string name = row.GetStringOr("schedule", "").value();  // Some rows are errors.
    const bool cosine = name == "cosine" || name == "cosine_with_min_lr";
    if (!cosine && name != "linear" && name != "constant_with_warmup") continue;
    const Json& more = **row.Get("kwargs");
    const double lr = row.GetDouble("base_lr").value();
    // A warm-up below 1 is a share of the steps, rounded up.
    const double warmup = row.GetDouble("warmup_steps").value();
    const int64_t steps = row.GetInt("total_steps").value();
    const LrOptions options = {
        .lr = lr,
        .schedule = cosine             ? LrSchedule::kCosine
                    : name == "linear" ? LrSchedule::kLinear
                                       : LrSchedule::kConstant,
        .warmup_steps = static_cast<int64_t>(
            std::ceil(warmup < 1 ? warmup * static_cast<double>(steps) : warmup)),
        .steps = steps,
        .lr_min_ratio =
            more.GetDoubleOr("min_lr_rate", more.GetDoubleOr("min_lr", 0).value() / lr).value()};
    double largest = 0;
    const std::vector<double> expected = NumbersIn(**row.Get("lr_used_by_step"));
    for (size_t k = 0; k < expected.size(); ++k) {
      largest = std::max(
          largest, std::abs(LearningRate(options, static_cast<int64_t>(k) + 1) - expected[k]));
    }
    tally.Count(IdOf(row), largest <= 1e-12, absl::StrCat("differs by ", largest));
  }
}

TEST(ArithmeticGoldenTest, AdamWOverOneFlatArray) {
  const std::string file = FileOf("optimizer");
  if (file.empty()) GTEST_SKIP() << "WHET_SHARED is unset";
  Tally tally("optimizer");
  for (const Json& row : ReadJsonLines(file)) {
    const Json& config = **row.Get("config");
    const std::vector<double> betas = NumbersIn(**config.Get("betas"));
    const AdamWOptions options = {.beta1 = betas[0],
                                  .beta2 = betas[1],
                                  .epsilon = config.GetDouble("eps").value(),
                                  .weight_decay = config.GetDouble("weight_decay").value()};
    const std::vector<float> init = FloatsIn(**row.Get("init"));
    FlatWeights weights = {at::tensor(init, at::kFloat), at::Tensor(),
                           static_cast<int64_t>(init.size())};
    AdamWState state = NewAdamWState(weights.values);
    const std::vector<double> lrs = NumbersIn(**row.Get("lrs"));
    double largest = 0;
    size_t k = 0;
    for (const Json& step : ElementsOf(row, "steps")) {
      weights.gradient = at::tensor(FloatsIn(**step.Get("grads")), at::kFloat);
      AdamWStep(options, lrs[k++], weights, &state);
      largest = std::max(
          largest, LargestDifference(FloatsOf(weights.values), FloatsIn(**step.Get("params"))));
    }
    tally.Count(IdOf(row), largest <= 1e-6, absl::StrCat("differs by ", largest));
  }
}

TEST(ArithmeticGoldenTest, NormsThatGradientsAreClippedBy) {
  const std::string file = FileOf("clipping");
  if (file.empty()) GTEST_SKIP() << "WHET_SHARED is unset";
  Tally tally("clipping");
  for (const Json& row : ReadJsonLines(file)) {
    const at::Tensor gradient = at::tensor(FloatsIn(**row.Get("grads")), at::kFloat);
    const double norm = NormOf(gradient);
    const double expected = NumbersIn(**row.Get("total_norm"))[0];
    // What is not finite is skipped by us: no clipped values to compare.
    if (!std::isfinite(expected)) {
      tally.Count(IdOf(row), !std::isfinite(norm), absl::StrCat("norm ", norm));
      continue;
    }
    const double factor = std::min(1.0, row.GetDouble("max_norm").value() / (norm + 1e-6));
    const double d = LargestDifference(FloatsOf(gradient * factor), FloatsIn(**row.Get("clipped")));
    tally.Count(IdOf(row), std::abs(norm - expected) <= 1e-5 * std::max(1.0, expected) && d <= 1e-6,
                absl::StrCat("norm ", norm, ", not ", expected, "; clipped differs by ", d));
  }
}

TEST(ArithmeticGoldenTest, WhichWeightsDecay) {
  const std::string file = FileOf("weight_decay");
  if (file.empty()) GTEST_SKIP() << "WHET_SHARED is unset";
  Tally tally("weight_decay");
  for (const Json& row : ReadJsonLines(file)) {
    const std::string model(row.GetString("model").value());
    const absl::StatusOr<Checkpoint> checkpoint =
        Checkpoint::Open(SharedDirectory() + "/goldens/models/" + model);
    if (!checkpoint.ok()) continue;  // Of a family that is not supported yet.
    const WeightLayout layout = LayoutOf(checkpoint->config());
    const auto decays = [&](const WeightSlot& slot) { return slot.offset < layout.decay_end; };
    std::vector<std::string> own[2];
    for (const WeightSlot& slot : layout.slots) own[decays(slot) ? 1 : 0].push_back(slot.name);
    bool agrees = true;
    for (const auto& [key, names] :
         {std::pair("no_weight_decay", &own[0]), std::pair("weight_decay", &own[1])}) {
      std::vector<std::string> expected;
      for (const Json& name : ElementsOf(row, key)) expected.emplace_back(name.String().value());
      std::sort(names->begin(), names->end());
      std::sort(expected.begin(), expected.end());
      agrees = agrees && *names == expected;
    }
    tally.Count(model, agrees);
  }
}

TEST(ArithmeticGoldenTest, HeadLogprobsEntropiesAndGradients) {
  const std::string file = FileOf("logprob_head");
  if (file.empty()) GTEST_SKIP() << "WHET_SHARED is unset";
  Tally tally("logprob_head");
  for (const Json& row : ReadJsonLines(file)) {
    const Json& config = **row.Get("config");
    const Json& inputs = **row.Get("inputs");
    const std::vector<Json> hidden_rows = ElementsOf(inputs, "hidden");
    const std::vector<Json> weight_rows = ElementsOf(inputs, "weight");
    const int64_t n = static_cast<int64_t>(hidden_rows.size());
    const int64_t v = static_cast<int64_t>(weight_rows.size());
    const at::Tensor hidden = TensorOf(FloatsIn(**inputs.Get("hidden")), {n, -1});
    Parameter weight = {TensorOf(FloatsIn(**inputs.Get("weight")), {v, -1}), at::Tensor()};
    weight.gradient = at::zeros_like(weight.value);
    HeadOptions options;
    options.temperature = config.GetDoubleOr("temperature", 1.0).value();
    options.logit_scale = config.GetDoubleOr("logit_scale", 1.0).value();
    options.softcap = config.GetDoubleOr("final_logit_softcapping", 0.0).value();
    const Json* const bias = inputs.Find("bias");
    if (bias != nullptr && !bias->is_null()) {
      options.bias = {at::tensor(FloatsIn(*bias), at::kFloat), at::zeros({v}, at::kFloat)};
    }
    const std::vector<int64_t> targets = IntegersIn(**inputs.Get("targets"));
    const std::vector<float> of_logprobs = FloatsIn(**inputs.Get("grad_logprobs"));
    const std::vector<float> of_entropies = FloatsIn(**inputs.Get("grad_entropies"));
    const ScoredTokens scored = ScoreTokensWithBackward(
        hidden, weight, targets,
        [&](size_t i, float, float) { return TokenGradient{of_logprobs[i], of_entropies[i]}; },
        options);
    std::string differences;
    const auto compare = [&](const char* name, const std::vector<float>& own) {
      const Json* const expected = row.Find(name);
      if (expected == nullptr) return;
      const double d = LargestDifference(own, FloatsIn(*expected));
      if (d > 1e-5) absl::StrAppend(&differences, name, " differs by ", d, "; ");
    };
    compare("logprobs", scored.statistics.logprobs);
    compare("entropies", scored.statistics.entropies);
    compare("grad_hidden", FloatsOf(scored.d_hidden));
    compare("grad_weight", FloatsOf(weight.gradient));
    if (options.bias.defined()) compare("grad_bias", FloatsOf(options.bias.gradient));
    tally.Count(IdOf(row), differences.empty(), differences);
  }
}

TEST(ArithmeticGoldenTest, WhatSamplersKeep) {
  const std::string file = FileOf("sampling");
  if (file.empty()) GTEST_SKIP() << "WHET_SHARED is unset";
  Tally tally("sampling");
  for (const Json& row : ReadJsonLines(file)) {
    const Json& config = **row.Get("config");
    SamplingParams sampling;
    sampling.temperature = config.GetDoubleOr("temperature", 1.0).value();
    sampling.top_k = config.GetIntOr("top_k", 0).value();
    sampling.top_p = config.GetDoubleOr("top_p", 1.0).value();
    sampling.min_p = config.GetDoubleOr("min_p", 0.0).value();
    sampling.repetition_penalty = config.GetDoubleOr("repetition_penalty", 1.0).value();
    const std::vector<int64_t> history_ids = IntegersIn(**row.Get("history"));
    const std::vector<int32_t> history(history_ids.begin(), history_ids.end());
    const std::vector<float> logits = FloatsIn(**row.Get("logits"));
    std::vector<int64_t> kept;
    for (const Candidate& c : FilterTokens(logits, sampling, history)) kept.push_back(c.token);
    std::sort(kept.begin(), kept.end());
    const std::vector<int64_t> expected = IntegersIn(**row.Get("kept"));
    const bool sizes_only = row.GetBoolOr("tie_at_cut", false).value();
    const bool loose = row.GetBoolOr("rounding_sensitive", false).value();
    const int64_t off = static_cast<int64_t>(kept.size()) - static_cast<int64_t>(expected.size());
    const bool agrees = sizes_only ? off == 0 : loose ? std::abs(off) <= 1 : kept == expected;
    tally.Count(IdOf(row), agrees, absl::StrCat(kept.size(), " kept, not ", expected.size()));
  }
}

}  // namespace
}  // namespace whet
