// Whole training loops of trl against ours: goldens/README.md, "train".
#include <ATen/ATen.h>

#include <cmath>
#include <map>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "policy/checkpoint.h"
#include "policy/exactness.h"
#include "policy/local_updater.h"
#include "policy/safetensors.h"
#include "tests/golden/golden.h"

namespace whet {
namespace {

constexpr double kLossTolerance = 5e-5;
constexpr double kGradientTolerance = 1e-5;

LrSchedule ScheduleOf(const std::string& name) {
  if (name == "linear") return LrSchedule::kLinear;
  return name == "cosine" ? LrSchedule::kCosine : LrSchedule::kConstant;
}

// The settings of a case, with trl's defaults.
UpdaterOptions OptionsOf(const Json& config, Objective objective) {
  UpdaterOptions options;
  options.objective = objective;
  options.compute.rows_min = kRowsMinMax;
  options.compute.threads = 1;
  options.lr = {.lr = config.GetDoubleOr("learning_rate", 1e-6).value(),
                .schedule = ScheduleOf(config.GetStringOr("lr_scheduler_type", "linear").value()),
                .warmup_steps = config.GetIntOr("warmup_steps", 0).value(),
                .steps = config.GetIntOr("max_steps", 1).value(),
                .lr_min_ratio = 0.0};
  options.epsilon = config.GetDoubleOr("adam_epsilon", 1e-8).value();
  options.weight_decay = config.GetDoubleOr("weight_decay", 0.0).value();
  options.gradient_norm_max = config.GetDoubleOr("max_grad_norm", 1.0).value();
  options.temperature = config.GetDoubleOr("temperature", 1.0).value();
  options.loss.clip_low = config.GetDoubleOr("epsilon", 0.2).value();
  options.loss.clip_high = config.GetDoubleOr("epsilon_high", options.loss.clip_low).value();
  options.loss.kl_coefficient = config.GetDoubleOr("beta", 0.0).value();
  options.loss.kl_unbiased = true;
  options.loss.tokens_max = config.GetIntOr("max_completion_length", 256).value();
  const std::string loss = config.GetStringOr("loss_type", "dapo").value();
  if (loss == "grpo") options.loss.aggregation = LossAggregation::kGrpo;
  if (loss == "dr_grpo") options.loss.aggregation = LossAggregation::kDrGrpo;
  return options;
}

TrainSample PolicySample(const Json& row) {
  TrainSample sample = {};
  const std::vector<int64_t> prompt = IntegersIn(**row.Get("prompt_ids"));
  const std::vector<int64_t> completion = IntegersIn(**row.Get("completion_ids"));
  sample.tokens.assign(prompt.begin(), prompt.end());
  sample.tokens.insert(sample.tokens.end(), completion.begin(), completion.end());
  sample.loss_mask.assign(prompt.size(), false);
  sample.loss_mask.resize(sample.tokens.size(), true);
  sample.advantage = static_cast<float>(row.GetDouble("advantage").value());
  // Where the case gives none, the policy is its own old policy.
  const Json* const old = row.Find("old_logps");
  const std::vector<float> logps = FloatsIn(old != nullptr ? *old : **row.Get("logps"));
  sample.behavior_logprobs.assign(prompt.size(), 0.0F);
  sample.behavior_logprobs.insert(sample.behavior_logprobs.end(), logps.begin(), logps.end());
  return sample;
}

std::vector<TrainSample> SupervisedSamples(const Json& micro_batch) {
  std::vector<TrainSample> samples;
  const std::vector<Json> ids = ElementsOf(micro_batch, "input_ids");
  const std::vector<Json> masks = ElementsOf(micro_batch, "attention_mask");
  const std::vector<Json> labels = ElementsOf(micro_batch, "labels");
  for (size_t i = 0; i < ids.size(); ++i) {
    TrainSample sample = {};
    const std::vector<int64_t> tokens = IntegersIn(ids[i]);
    const std::vector<int64_t> mask = IntegersIn(masks[i]);
    const std::vector<int64_t> label = IntegersIn(labels[i]);
    for (size_t j = 0; j < tokens.size() && mask[j] == 1; ++j) {
      sample.tokens.push_back(static_cast<int32_t>(tokens[j]));
      sample.loss_mask.push_back(label[j] != -100);
    }
    samples.push_back(std::move(sample));
  }
  return samples;
}

class TrainCase {
 public:
  TrainCase(const std::string& shared, const std::string& name)
      : directory_(shared + "/goldens/train/" + name),
        case_(ReadJsonFile(directory_ + "/case.json")),
        tensors_(*SafetensorsFile::Open(directory_ + "/golden.safetensors")),
        checkpoint_(*Checkpoint::Open(
            absl::StrCat(shared, "/goldens/models/", case_.GetString("model").value()))) {}

  bool IsSupported() const {
    const Json& config = **case_.Get("config");
    return case_.GetString("trainer").value() == "sft" ||
           (case_.GetString("trainer").value() == "grpo" &&
            config.GetStringOr("importance_sampling_level", "token").value() == "token");
  }

  // Tells what differs; empty if nothing does.
  std::string Compare() {
    const Json& config = **case_.Get("config");
    const bool supervised = case_.GetString("trainer").value() == "sft";
    const UpdaterOptions options =
        OptionsOf(config, supervised ? Objective::kSupervised : Objective::kPolicy);
    const int64_t accumulation = config.GetIntOr("gradient_accumulation_steps", 1).value();
    const std::unique_ptr<Updater> updater = MakeUpdater(checkpoint_, options).value();
    auto& local = static_cast<LocalUpdater&>(*updater);
    const std::vector<Json> micro_batches = ElementsOf(case_, "micro_batches");
    const std::vector<Json> log = ElementsOf(case_, "log");
    for (size_t i = 0; i < micro_batches.size(); i += static_cast<size_t>(accumulation)) {
      std::vector<TrainSample> samples;
      for (size_t j = i; j < i + static_cast<size_t>(accumulation); ++j) {
        for (TrainSample& sample : SamplesOf(micro_batches[j], supervised)) {
          samples.push_back(std::move(sample));
        }
      }
      const StepStats stats = updater->Step(WholeBatch(std::move(samples))).value();
      CompareLog(stats, log[static_cast<size_t>(stats.step - 1)]);
      const auto own =
          absl::MakeConstSpan(micro_batches).subspan(i, static_cast<size_t>(accumulation));
      if (!supervised) CompareMeans(stats, own);
      if (stats.step == 1) CompareFlat(local.gradient(), "grad.step1.", kGradientTolerance);
    }
    // A few times what another attention kernel did: Adam's step is ±lr wherever a gradient is near
    // its epsilon.
    const double tolerance =
        4 * (**case_.Get("sdpa_run_differs_by")).GetDouble("max_abs_param").value() + 1e-6;
    CompareFlat(local.master(), "param.", tolerance);
    return differences_;
  }

 private:
  static std::vector<TrainSample> SamplesOf(const Json& micro_batch, bool supervised) {
    if (supervised) return SupervisedSamples(micro_batch);
    std::vector<TrainSample> samples;
    for (const Json& row : ElementsOf(micro_batch, "rows")) samples.push_back(PolicySample(row));
    return samples;
  }

  void CompareNumber(const char* name, double own, double expected, double tolerance) {
    if (std::abs(own - expected) <= tolerance) return;
    absl::StrAppend(&differences_, name, " is ", own, ", not ", expected, "; ");
  }

  void CompareLog(const StepStats& stats, const Json& log) {
    CompareNumber("loss", stats.loss, log.GetDouble("loss").value(), kLossTolerance);
    CompareNumber("grad_norm", stats.gradient_norm, log.GetDouble("grad_norm").value(), 1e-3);
    CompareNumber("learning_rate", stats.lr, log.GetDouble("learning_rate").value(), 1e-9);
  }

  // The log has means of micro-batches' means; ours are means over all tokens.
  void CompareMeans(const StepStats& stats, absl::Span<const Json> micro_batches) {
    double entropy = 0;
    double kl = 0;
    double tokens = 0;
    for (const Json& micro_batch : micro_batches) {
      for (const Json& row : ElementsOf(micro_batch, "rows")) {
        const std::vector<double> logps = NumbersIn(**row.Get("logps"));
        for (const double h : NumbersIn(**row.Get("entropies"))) entropy += h;
        tokens += static_cast<double>(logps.size());
        const Json* const reference = row.Find("ref_logps");
        if (reference == nullptr) continue;
        const std::vector<double> refs = NumbersIn(*reference);
        for (size_t i = 0; i < refs.size(); ++i) {
          kl += std::exp(refs[i] - logps[i]) - (refs[i] - logps[i]) - 1;
        }
      }
    }
    CompareNumber("entropy", stats.entropy, entropy / tokens, 1e-4);
    CompareNumber("kl", stats.kl, kl / tokens, 1e-4);
  }

  void CompareFlat(const at::Tensor& flat, const std::string& prefix, double tolerance) {
    const WeightLayout layout = LayoutOf(checkpoint_.config());
    std::map<std::string, const TensorView*> expected;
    for (const TensorView& tensor : tensors_.tensors()) expected[tensor.name] = &tensor;
    for (const WeightSlot& slot : layout.slots) {
      const TensorView* const tensor = expected[prefix + slot.name];
      if (tensor == nullptr) {
        absl::StrAppend(&differences_, prefix, slot.name, " is missing; ");
        continue;
      }
      const auto* const begin = reinterpret_cast<const float*>(tensor->bytes.data());
      const at::Tensor own = flat.narrow(0, slot.offset, slot.count).contiguous();
      const double d =
          LargestDifference({own.const_data_ptr<float>(), own.const_data_ptr<float>() + slot.count},
                            {begin, begin + tensor->bytes.size() / sizeof(float)});
      if (d > tolerance) absl::StrAppend(&differences_, prefix, slot.name, " by ", d, "; ");
    }
  }

  const std::string directory_;
  const Json case_;
  const SafetensorsFile tensors_;
  const Checkpoint checkpoint_;
  std::string differences_;
};

TEST(TrainGoldenTest, ThreeStepsAreThoseOfTrl) {
  const std::string shared = SharedDirectory();
  if (shared.empty()) GTEST_SKIP() << "WHET_SHARED is unset";
  Tally tally("train");
  for (const std::string& name : DirectoriesIn(shared + "/goldens/train")) {
    TrainCase train_case(shared, name);
    if (!train_case.IsSupported()) continue;
    const std::string differences = train_case.Compare();
    tally.Count(name, differences.empty(), differences);
  }
}

}  // namespace
}  // namespace whet
