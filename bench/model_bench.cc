// How fast a model samples and learns: every sequence has a prompt of its own, all are sampled
// together, and one optimizer step is made from them. Weights are random.
//
//   model_bench DIRECTORY [f32|bf16] [SEQUENCES PROMPT_TOKENS NEW_TOKENS ROUNDS]
//
// DIRECTORY holds a config.json, as bench/llama_135m does. Prints the best and the median round:
// prompt tokens, then sampled tokens, then tokens trained on (prompts included), each a second.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/status.h"
#include "cli/process_settings.h"
#include "policy/checkpoint.h"
#include "policy/device.h"
#include "policy/engine.h"
#include "policy/exactness.h"
#include "policy/updater.h"

namespace whet {
namespace {

struct Load {
  int64_t sequences = 64;
  int64_t prompt_tokens = 52;
  int64_t new_tokens = 64;
  int64_t rounds = 5;
};

// Of one round, tokens a second.
struct Speeds {
  double prompts;
  double sampling;
  double training;
};

std::vector<int32_t> RandomTokens(const RandomKey& key, int64_t count, int64_t vocabulary) {
  std::vector<int32_t> tokens;
  tokens.reserve(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    tokens.push_back(static_cast<int32_t>(key.Below(static_cast<uint64_t>(vocabulary), i)));
  }
  return tokens;
}

class Bench {
 public:
  static absl::StatusOr<Bench> Open(const std::string& directory, ComputeTypeChoice type,
                                    const Load& load) {
    WHET_ASSIGN_OR_RETURN(const Checkpoint checkpoint,
                          Checkpoint::Open(directory, Checkpoint::Weights::kNotRead));
    UpdaterOptions options;
    WHET_ASSIGN_OR_RETURN(options.compute, OpenDevice(DeviceChoice::kAuto, type, 0,
                                                      LinearShapesOf(checkpoint.config())));
    options.random_weights = RandomKey(1, RandomPurpose::kInitialize);
    options.lr.lr = 1e-5;
    std::printf("%s on %s, %d threads, %s\n", ComputeTypeName(options.compute.type).data(),
                DeviceName(options.compute.device).data(), options.compute.threads,
                options.compute.exact ? "exact" : "not exact");
    WHET_ASSIGN_OR_RETURN(std::unique_ptr<Updater> updater, MakeUpdater(checkpoint, options));
    EngineOptions engine_options = DefaultEngineOptions(checkpoint.config());
    engine_options.sequences_max = load.sequences;
    engine_options.rows_max = load.sequences * load.prompt_tokens;
    engine_options.tokens_end = checkpoint.config().vocabulary;
    WHET_ASSIGN_OR_RETURN(std::unique_ptr<EngineGenerator> engine,
                          MakeEngine(updater->Publish(0), engine_options));
    return Bench(load, checkpoint.config().vocabulary, std::move(updater), std::move(engine));
  }

  absl::StatusOr<Speeds> Round(int64_t round) {
    for (int64_t i = 0; i < load_.sequences; ++i) {
      const auto number = static_cast<uint64_t>(round * load_.sequences + i);
      WHET_RETURN_IF_ERROR(engine_->Submit(
          {.id = {RandomPurpose::kTrain, number, 0, 0},
           .seed = 1,
           .prompt = RandomTokens(RandomKey(2, RandomPurpose::kSample).Child(number),
                                  load_.prompt_tokens, vocabulary_),
           .sampling = {.tokens_max = load_.new_tokens}}));
    }
    std::vector<Rollout> rollouts;
    const absl::Time begin = clock_.Now();
    WHET_RETURN_IF_ERROR(engine_->Step(&rollouts));  // Computes the prompts, and a token of each.
    const absl::Time prompts = clock_.Now();
    while (engine_->busy()) WHET_RETURN_IF_ERROR(engine_->Step(&rollouts));
    const absl::Time sampled = clock_.Now();
    const TrainBatch batch = BatchOf(rollouts);
    const absl::Time assembled = clock_.Now();
    WHET_RETURN_IF_ERROR(updater_->Step(batch).status());
    engine_->SetWeights(updater_->Publish(round + 1));
    const absl::Time trained = clock_.Now();
    const auto per_second = [this](int64_t tokens, absl::Duration took) {
      return static_cast<double>(load_.sequences * tokens) / absl::ToDoubleSeconds(took);
    };
    return Speeds{
        .prompts = per_second(load_.prompt_tokens, prompts - begin),
        .sampling = per_second(load_.new_tokens - 1, sampled - prompts),
        .training = per_second(load_.prompt_tokens + load_.new_tokens, trained - assembled)};
  }

 private:
  Bench(const Load& load, int64_t vocabulary, std::unique_ptr<Updater> updater,
        std::unique_ptr<EngineGenerator> engine)
      : load_(load),
        vocabulary_(vocabulary),
        updater_(std::move(updater)),
        engine_(std::move(engine)) {}

  TrainBatch BatchOf(const std::vector<Rollout>& rollouts) const {
    std::vector<TrainSample> samples;
    for (const Rollout& rollout : rollouts) {
      const RandomKey key = RandomKey(2, RandomPurpose::kSample).Child(rollout.id.prompt);
      TrainSample sample = {.tokens = RandomTokens(key, load_.prompt_tokens, vocabulary_),
                            .loss_mask = {},
                            .behavior_logprobs = {},
                            .advantage = samples.size() % 2 == 0 ? 1.0F : -1.0F};
      sample.loss_mask.assign(sample.tokens.size(), false);
      sample.behavior_logprobs.assign(sample.tokens.size(), 0);
      sample.tokens.insert(sample.tokens.end(), rollout.tokens.begin(), rollout.tokens.end());
      sample.loss_mask.resize(sample.tokens.size(), true);
      sample.behavior_logprobs.insert(sample.behavior_logprobs.end(), rollout.logprobs.begin(),
                                      rollout.logprobs.end());
      samples.push_back(std::move(sample));
    }
    return WholeBatch(std::move(samples));
  }

  Load load_;
  int64_t vocabulary_;
  std::unique_ptr<Updater> updater_;
  std::unique_ptr<EngineGenerator> engine_;
  SystemClock clock_;
};

void Print(const char* name, std::vector<double> values) {
  std::sort(values.begin(), values.end());
  std::printf("%-9s best %.0f, median %.0f tokens/s\n", name, values.back(),
              values[values.size() / 2]);
}

absl::Status Run(const std::string& directory, ComputeTypeChoice type, const Load& load) {
  WHET_ASSIGN_OR_RETURN(Bench bench, Bench::Open(directory, type, load));
  std::vector<double> prompts;
  std::vector<double> sampling;
  std::vector<double> training;
  WHET_RETURN_IF_ERROR(bench.Round(0).status());  // Warms up.
  for (int64_t round = 1; round <= load.rounds; ++round) {
    WHET_ASSIGN_OR_RETURN(const Speeds speeds, bench.Round(round));
    prompts.push_back(speeds.prompts);
    sampling.push_back(speeds.sampling);
    training.push_back(speeds.training);
  }
  Print("prompts", prompts);
  Print("sampling", sampling);
  Print("training", training);
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  CalmThreads(argv);
  KeepMemory();
  RequestExactMath();
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  Load load;
  const std::array<int64_t*, 4> counts = {&load.sequences, &load.prompt_tokens, &load.new_tokens,
                                          &load.rounds};
  bool valid = !arguments.empty() && arguments.size() <= 2 + counts.size();
  for (size_t i = 2; valid && i < arguments.size(); ++i) {
    valid = absl::SimpleAtoi(arguments[i], counts[i - 2]) && *counts[i - 2] > 0;
  }
  const std::string type = arguments.size() > 1 ? arguments[1] : "f32";
  if (!valid || (type != "f32" && type != "bf16")) {
    std::fprintf(stderr,
                 "usage: model_bench DIRECTORY [f32|bf16] [SEQUENCES PROMPT_TOKENS NEW_TOKENS "
                 "ROUNDS]\n");
    return 1;
  }
  const absl::Status status =
      Run(arguments[0], type == "f32" ? ComputeTypeChoice::kF32 : ComputeTypeChoice::kBf16, load);
  if (!status.ok()) {
    std::fprintf(stderr, "model_bench: %s\n", std::string(status.message()).c_str());
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace whet

int main(int argc, char** argv) { return whet::Main(argc, argv); }
