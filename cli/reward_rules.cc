#include "cli/reward_rules.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/status.h"
#include "cli/config_schema.h"
#include "cli/loaded_model.h"
#include "cli/rule_options.h"
#include "policy/reward_model.h"
#include "proto/config.pb.h"
#include "rewards/code/code_rule.h"
#include "rewards/model/model_score_rule.h"
#include "rewards/shape/finish_rule.h"
#include "rewards/shape/tag_count_rule.h"

namespace whet {
namespace {

sandbox::Language LanguageOf(const config::LanguageConfig& language) {
  const bool compiles = !language.compile().empty();
  return {.name = language.name(),
          .aliases = {},
          .source_name = language.source_name(),
          .compile = TextsOf(language.compile()),
          .compiled_name = compiles ? language.compiled_name() : "",
          .run = TextsOf(language.run()),
          .environment = TextsOf(language.environment()),
          .directories = TextsOf(language.directory())};
}

CodeRuleOptions CodeOptionsOf(const config::CodeRule& code,
                              const sandbox::JailExecutorOptions& sandbox) {
  CodeRuleOptions options;
  options.languages = sandbox.languages;
  options.verifier.scoring =
      code.scoring() == config::TESTS_FRACTION ? CodeScoring::kFraction : CodeScoring::kAll;
  options.verifier.limits.cpu = absl::Seconds(code.cpu_seconds());
  options.verifier.limits.wall = absl::Seconds(code.wall_seconds());
  options.verifier.limits.memory_bytes = code.memory_bytes();
  return options;
}

absl::StatusOr<std::unique_ptr<RewardRule>> MakeMathRule(const config::MathRule& rule) {
  WHET_ASSIGN_OR_RETURN(std::unique_ptr<MathPool> pool, MathPool::Create(PoolOptionsOf(rule)));
  return std::make_unique<MathRule>(std::move(pool), OptionsOf(rule));
}

absl::StatusOr<std::unique_ptr<RewardRule>> MakeCommandRule(const std::string& name,
                                                            const config::CommandRule& rule) {
  CommandRuleOptions options = OptionsOf(rule);
  options.name = name;
  return CommandRule::Create(options);
}

absl::StatusOr<std::unique_ptr<RewardRule>> MakeLibraryRule(const std::string& name,
                                                            const config::LibraryRule& rule) {
  LibraryRuleOptions options = OptionsOf(rule);
  options.name = name;
  return LibraryRule::Create(options);
}

absl::StatusOr<std::unique_ptr<RewardRule>> MakeServiceRule(const std::string& name,
                                                            const config::ServiceRule& rule) {
  ServiceRuleOptions options = OptionsOf(rule);
  options.name = name;
  WHET_ASSIGN_OR_RETURN(options.token, ReadApiKey(rule.api_key_env()));
  return ServiceRule::Create(std::move(options));
}

absl::StatusOr<std::unique_ptr<RewardRule>> MakeModelRule(const config::ModelRule& rule,
                                                          const RuleSettings& settings) {
  if (rule.url_size() > 0) return RemoteModelRule::Create(OptionsOf(rule));
  config::ModelConfig of_rule = settings.model;
  of_rule.set_checkpoint(rule.checkpoint());
  WHET_ASSIGN_OR_RETURN(
      LoadedModel loaded,
      LoadModel(of_rule, settings.engine, Checkpoint::Weights::kNeeded, ModelKind::kRewardModel));
  RewardModelOptions options = {.compute = loaded.compute,
                                .tokens_max = rule.tokens_max(),
                                .micro_batch_tokens = rule.micro_batch_tokens()};
  if (rule.has_label()) options.label = rule.label();
  WHET_ASSIGN_OR_RETURN(std::unique_ptr<ScoreModel> model,
                        MakeRewardModel(loaded.checkpoint, options));
  return std::make_unique<ModelScoreRule>(std::move(model), std::move(loaded.tokenizer),
                                          TextOptionsOf(rule));
}

// Rules that look at lengths and forms; nullptr for others.
std::unique_ptr<RewardRule> MakeShapeRule(const config::RewardRule& rule) {
  switch (rule.rule_case()) {
    case config::RewardRule::kFormat:
      return std::make_unique<FormatRule>(OptionsOf(rule.format()));
    case config::RewardRule::kThinkFormat:
      return std::make_unique<ThinkFormatRule>(OptionsOf(rule.think_format()));
    case config::RewardRule::kTagCount:
      return std::make_unique<TagCountRule>();
    case config::RewardRule::kReasoningSteps:
      return std::make_unique<ReasoningStepsRule>(OptionsOf(rule.reasoning_steps()));
    case config::RewardRule::kStop:
      return std::make_unique<FinishRule>();
    case config::RewardRule::kOverlong:
      return std::make_unique<OverlongRule>(OptionsOf(rule.overlong()));
    case config::RewardRule::kCosine:
      return std::make_unique<CosineRule>(OptionsOf(rule.cosine()));
    case config::RewardRule::kLength:
      return std::make_unique<LengthRule>(OptionsOf(rule.length()));
    case config::RewardRule::kRepetition:
      return std::make_unique<RepetitionRule>(OptionsOf(rule.repetition()));
    default:
      return nullptr;
  }
}

// Makes rules; jails are started with the first that needs them, and shared.
class RuleMaker {
 public:
  explicit RuleMaker(const RuleSettings& settings)
      : settings_(settings), sandbox_(SandboxOptionsOf(settings.sandbox)) {}

  absl::StatusOr<WeightedRule> Make(const config::RewardRule& rule) {
    WeightedRule out = {.name = ElementName(rule),
                        .weight = rule.weight(),
                        .gate = rule.gate(),
                        .rule = MakeShapeRule(rule),
                        .data_sources = TextsOf(rule.data_source()),
                        .schedule = {}};
    for (const config::WeightPoint& point : rule.weight_at()) {
      out.schedule.push_back({point.step(), point.weight()});
    }
    if (out.rule == nullptr) {
      absl::StatusOr<std::unique_ptr<RewardRule>> made = MakeJudge(out.name, rule);
      WHET_RETURN_IF_ERROR(Annotate(made.status(), absl::StrCat("rule \"", out.name, "\"")));
      out.rule = *std::move(made);
    }
    return out;
  }

 private:
  // Rules that look at what is said.
  absl::StatusOr<std::unique_ptr<RewardRule>> MakeJudge(const std::string& name,
                                                        const config::RewardRule& rule) {
    switch (rule.rule_case()) {
      case config::RewardRule::kAnswer:
        return std::make_unique<AnswerRule>(OptionsOf(rule.answer()));
      case config::RewardRule::kMath:
        return MakeMathRule(rule.math());
      case config::RewardRule::kCode:
        WHET_RETURN_IF_ERROR(OpenSandbox());
        return std::make_unique<CodeRule>(executor_, CodeOptionsOf(rule.code(), sandbox_));
      case config::RewardRule::kChoice:
        return std::make_unique<ChoiceRule>(OptionsOf(rule.choice()));
      case config::RewardRule::kContains:
        return std::make_unique<ContainsRule>(OptionsOf(rule.contains()));
      case config::RewardRule::kRegex:
        return RegexRule::Create(OptionsOf(rule.regex()));
      case config::RewardRule::kJson:
        return std::make_unique<JsonRule>(OptionsOf(rule.json()));
      case config::RewardRule::kCountdown:
        return std::make_unique<CountdownRule>(OptionsOf(rule.countdown()));
      case config::RewardRule::kLanguage:
        return LanguageRule::Create(OptionsOf(rule.language()));
      case config::RewardRule::kCommand:
        return MakeCommandRule(name, rule.command());
      case config::RewardRule::kLibrary:
        return MakeLibraryRule(name, rule.library());
      case config::RewardRule::kService:
        return MakeServiceRule(name, rule.service());
      case config::RewardRule::kModel:
        return MakeModelRule(rule.model(), settings_);
      case config::RewardRule::kJudge:
        return JudgeRule::Create(OptionsOf(rule.judge()));
      default:
        return absl::InternalError("a kind without a rule");
    }
  }

  absl::Status OpenSandbox() {
    if (executor_ != nullptr) return absl::OkStatus();
    WHET_ASSIGN_OR_RETURN(executor_, MakeJailExecutor(sandbox_));
    return absl::OkStatus();
  }

  const RuleSettings settings_;
  const sandbox::JailExecutorOptions sandbox_;
  std::shared_ptr<sandbox::Executor> executor_;
};

}  // namespace

sandbox::JailExecutorOptions SandboxOptionsOf(const config::SandboxConfig& sandbox) {
  sandbox::JailExecutorOptions options;
  options.jails = sandbox.jails();
  options.allow_weak_isolation = sandbox.allow_weak_isolation();
  options.python_zygote = sandbox.python_zygote();
  switch (sandbox.resource_control()) {
    case config::CGROUP_V2:
      options.control = sandbox::ResourceControl::kCgroupV2;
      break;
    case config::CGROUP_V1:
      options.control = sandbox::ResourceControl::kCgroupV1;
      break;
    case config::POLLING:
      options.control = sandbox::ResourceControl::kPolling;
      break;
    default:
      break;
  }
  for (const config::LanguageConfig& configured : sandbox.languages()) {
    sandbox::Language language = LanguageOf(configured);
    const auto known = absl::c_find_if(options.languages, [&](const sandbox::Language& other) {
      return other.name == language.name;
    });
    if (known != options.languages.end()) {
      *known = std::move(language);
    } else {
      options.languages.push_back(std::move(language));
    }
  }
  return options;
}

absl::StatusOr<std::vector<WeightedRule>> MakeRules(
    const google::protobuf::RepeatedPtrField<config::RewardRule>& rules,
    const RuleSettings& settings) {
  RuleMaker maker(settings);
  std::vector<WeightedRule> out;
  out.reserve(static_cast<size_t>(rules.size()));
  for (const config::RewardRule& rule : rules) {
    WHET_ASSIGN_OR_RETURN(out.emplace_back(), maker.Make(rule));
  }
  return out;
}

bool ReadGroundTruths(const google::protobuf::RepeatedPtrField<config::RewardRule>& rules) {
  return !absl::c_all_of(rules, [](const config::RewardRule& rule) {
    return rule.has_model() || rule.has_language() || MakeShapeRule(rule) != nullptr;
  });
}

}  // namespace whet
