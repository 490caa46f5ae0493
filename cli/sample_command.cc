#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/clock.h"
#include "base/status.h"
#include "cli/commands.h"
#include "cli/config_options.h"
#include "cli/config_reader.h"
#include "cli/loaded_model.h"
#include "cli/output.h"
#include "policy/engine.h"
#include "policy/weight_set.h"
#include "proto/config.pb.h"
#include "rollout/local_source.h"
#include "rollout/prompt_set.h"
#include "text/json.h"

namespace whet {
namespace {

struct SampleArguments {
  std::string file;
  std::vector<std::string> sets;
  bool as_json = false;
};

// Prints completions as they finish.
class SampleView {
 public:
  SampleView(const PromptSet& set, const Tokenizer* tokenizer, bool as_json)
      : tokenizer_(*tokenizer), as_json_(as_json) {
    for (const std::shared_ptr<const Prompt>& prompt : set.prompts) {
      prompts_[prompt->id] = prompt.get();
    }
  }

  absl::Status Show(const Rollout& rollout) {
    const Prompt& prompt = *prompts_.at(rollout.id.prompt);
    const std::string text = tokenizer_.Decode(rollout.tokens, SpecialTokens::kSkip);
    ++completions_;
    tokens_ += static_cast<int64_t>(rollout.tokens.size());
    if (as_json_) return Print(JsonOf(prompt, rollout, text).Dump() + "\n");
    return Print(absl::StrCat("── ", prompt.question, "  [", rollout.id.sample, "]\n", text,
                              rollout.finish == Finish::kLength ? " …" : "", "\n"));
  }

  int64_t completions() const { return completions_; }
  int64_t tokens() const { return tokens_; }

 private:
  static Json JsonOf(const Prompt& prompt, const Rollout& rollout, const std::string& text) {
    Json tokens = Json::Array();
    Json logprobs = Json::Array();
    for (size_t i = 0; i < rollout.tokens.size(); ++i) {
      tokens.Append(int64_t{rollout.tokens[i]});
      logprobs.Append(double{rollout.logprobs[i]});
    }
    return Json::Object({{"prompt", prompt.question},
                         {"sample", rollout.id.sample},
                         {"completion", text},
                         {"finish", rollout.finish == Finish::kStop ? "stop" : "length"},
                         {"tokens", std::move(tokens)},
                         {"logprobs", std::move(logprobs)}});
  }

  const Tokenizer& tokenizer_;
  const bool as_json_;
  absl::flat_hash_map<uint64_t, const Prompt*> prompts_;
  int64_t completions_ = 0;
  int64_t tokens_ = 0;
};

std::vector<RolloutRequest> RequestsOf(const config::SampleConfig& config, const PromptSet& set) {
  std::vector<RolloutRequest> requests;
  for (const std::shared_ptr<const Prompt>& prompt : set.prompts) {
    for (int64_t sample = 0; sample < config.samples(); ++sample) {
      requests.push_back({.id = {RandomPurpose::kSample, prompt->id, 0, sample},
                          .seed = config.seed(),
                          .prompt = prompt->tokens,
                          .sampling = SamplingOf(config.sampling())});
    }
  }
  return requests;
}

absl::Status RunSample(const SampleArguments& arguments) {
  config::SampleConfig config;
  ConfigPlaces places(arguments.file);
  WHET_RETURN_IF_ERROR(ReadConfig(arguments.file, arguments.sets, &config, &places));
  WHET_ASSIGN_OR_RETURN(const LoadedModel model, LoadModel(config.model(), config.engine()));
  WHET_ASSIGN_OR_RETURN(
      const PromptSet set,
      ReadPrompts(PromptsOf(config.prompts(), /*needs_answers=*/false), model.tokenizer));
  WHET_ASSIGN_OR_RETURN(std::shared_ptr<const WeightSet> weights,
                        LoadWeightSet(model.checkpoint, model.compute));
  WHET_ASSIGN_OR_RETURN(const std::unique_ptr<EngineGenerator> engine,
                        MakeEngine(std::move(weights), EngineOptionsOf(model, config.engine())));
  SystemClock clock;
  const absl::Duration begin = clock.Monotonic();
  LocalSource source(engine.get());
  SampleView view(set, &model.tokenizer, arguments.as_json);
  const std::vector<RolloutRequest> requests = RequestsOf(config, set);
  WHET_RETURN_IF_ERROR(source.Request(requests));
  while (view.completions() < static_cast<int64_t>(requests.size())) {
    WHET_ASSIGN_OR_RETURN(const std::vector<Rollout> finished, source.Wait());
    for (const Rollout& rollout : finished) WHET_RETURN_IF_ERROR(view.Show(rollout));
  }
  const double seconds = absl::ToDoubleSeconds(clock.Monotonic() - begin);
  // Not part of the output, which may be piped on.
  std::fprintf(
      stderr, "%s\n",
      absl::StrFormat("%d completions, %d tokens, %.0f tokens/s", view.completions(), view.tokens(),
                      seconds > 0 ? static_cast<double>(view.tokens()) / seconds : 0.0)
          .c_str());
  return absl::OkStatus();
}

}  // namespace

void AddSampleCommand(CLI::App* app, absl::Status* result) {
  CLI::App* command = app->add_subcommand("sample", "Sample completions of prompts");
  const auto arguments = std::make_shared<SampleArguments>();
  command->add_option("config", arguments->file, "The configuration; whet config sample lists all")
      ->required();
  command->add_option("--set", arguments->sets, "Change a setting: --set sampling.temperature=0")
      ->allow_extra_args(false);
  command->add_flag("--json", arguments->as_json,
                    "Print JSON lines, with token ids and log-probabilities");
  command->callback([arguments, result] { *result = RunSample(*arguments); });
}

}  // namespace whet
