#include "cli/reward_rules.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/time/time.h"
#include "base/check.h"
#include "base/status.h"
#include "proto/config.pb.h"
#include "rewards/answer_rule.h"
#include "rewards/code/code_rule.h"
#include "rewards/format_rule.h"

namespace whet {
namespace {

AnswerPlace PlaceOf(config::AnswerPlace place) {
  switch (place) {
    case config::FIRST_NUMBER:
      return AnswerPlace::kFirstNumber;
    case config::LAST_NUMBER:
      return AnswerPlace::kLastNumber;
    default:
      return AnswerPlace::kAnswerRegion;
  }
}

std::vector<std::string> TextsOf(const google::protobuf::RepeatedPtrField<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

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

// Makes rules; jails are started with the first that needs them, and shared.
class RuleMaker {
 public:
  explicit RuleMaker(const config::SandboxConfig& sandbox) : sandbox_(SandboxOptionsOf(sandbox)) {}

  absl::StatusOr<WeightedRule> Make(const config::RewardRule& rule) {
    WeightedRule out = {
        .name = rule.name(), .weight = rule.weight(), .gate = rule.gate(), .rule = {}};
    switch (rule.rule_case()) {
      case config::RewardRule::kAnswer:
        if (out.name.empty()) out.name = "answer";
        out.rule = std::make_unique<AnswerRule>(AnswerRuleOptions{
            .place = PlaceOf(rule.answer().place()),
            .match = rule.answer().match() == config::EXACT ? AnswerMatch::kExact
                                                            : AnswerMatch::kExactOrNumeric});
        break;
      case config::RewardRule::kFormat:
        if (out.name.empty()) out.name = "format";
        out.rule = std::make_unique<FormatRule>(
            FormatRuleOptions{.answer_tags = rule.format().answer_tags()});
        break;
      case config::RewardRule::kCode:
        if (out.name.empty()) out.name = "code";
        WHET_RETURN_IF_ERROR(OpenSandbox());
        out.rule = std::make_unique<CodeRule>(executor_, CodeOptionsOf(rule.code(), sandbox_));
        break;
      case config::RewardRule::RULE_NOT_SET:
        WHET_CHECK(false);  // cli/config_checks.h has refused it.
    }
    return out;
  }

 private:
  absl::Status OpenSandbox() {
    if (executor_ != nullptr) return absl::OkStatus();
    WHET_ASSIGN_OR_RETURN(executor_, MakeJailExecutor(sandbox_));
    return absl::OkStatus();
  }

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
    const config::SandboxConfig& sandbox) {
  RuleMaker maker(sandbox);
  std::vector<WeightedRule> out;
  out.reserve(static_cast<size_t>(rules.size()));
  for (const config::RewardRule& rule : rules) {
    WHET_ASSIGN_OR_RETURN(out.emplace_back(), maker.Make(rule));
  }
  return out;
}

}  // namespace whet
