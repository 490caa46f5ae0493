#include "cli/config_checks.h"

#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/config_schema.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "proto/config.pb.h"
#include "proto/setting.pb.h"
#include "rewards/remote/http_client.h"
#include "text/json.h"

namespace whet {
namespace {

namespace pb = ::google::protobuf;
using pb::FieldDescriptor;

// Goes through a configuration and keeps what is wrong.
class Checker {
 public:
  // Ranges and needed settings, from the options in the schema; then the combinations.
  void CheckPart(const pb::Message& part, const std::string& path) {
    for (int i = 0; i < part.GetDescriptor()->field_count(); ++i) {
      const FieldDescriptor& field = *part.GetDescriptor()->field(i);
      if (field.is_repeated()) {
        CheckList(part, field, path);
      } else if (field.message_type() != nullptr) {
        CheckSinglePart(part, field, path);
      } else {
        CheckValue(part, field, path);
      }
    }
    CheckCombinations(part, path);
  }

  std::vector<ConfigError> Take() { return std::move(errors_); }

 private:
  void Add(const std::string& path, std::string text) {
    errors_.push_back({path, std::move(text)});
  }

  // `example` is what to write into the part at hand, or with that part around it if the file does
  // not have it.
  void AddMissing(const std::string& path, absl::string_view example) {
    Add(path, absl::StrCat(path, " is not set; write ", opening_, example, closing_));
  }

  // " { answer {} }"
  static std::string ElementExample(const FieldDescriptor& list) {
    const pb::Descriptor* type = list.message_type();
    return type->oneof_decl_count() == 0
               ? " { … }"
               : absl::StrCat(" { ", type->oneof_decl(0)->field(0)->name(), " {} }");
  }

  void AddEmpty(const std::string& path) {
    Add(path, absl::StrCat(path, " is empty; write a text into its quotes"));
  }

  void CheckList(const pb::Message& part, const FieldDescriptor& field, const std::string& path) {
    const std::string list = PathOf(path, field);
    const int count = part.GetReflection()->FieldSize(part, &field);
    const bool is_part = field.message_type() != nullptr;
    if (count == 0 && field.options().GetExtension(config::needed)) {
      AddMissing(list, absl::StrCat(field.name(), is_part ? ElementExample(field) : ": \"…\""));
    }
    for (int i = 0; i < count; ++i) {
      if (is_part) {
        CheckPart(part.GetReflection()->GetRepeatedMessage(part, &field, i),
                  PathOf(path, field, i));
      } else if (ValueText(part, field, i) == "\"\"") {
        AddEmpty(PathOf(path, field, i));
      }
    }
  }

  void CheckSinglePart(const pb::Message& part, const FieldDescriptor& field,
                       const std::string& path) {
    // A needed part that is missing misses its own needed settings; that says more.
    const bool is_there = part.GetReflection()->HasField(part, &field);
    if (!is_there && !field.options().GetExtension(config::needed)) return;
    const std::string opening_before = opening_;
    const std::string closing_before = closing_;
    opening_ = is_there ? "" : absl::StrCat(opening_, field.name(), " { ");
    closing_ = is_there ? "" : absl::StrCat(" }", closing_);
    CheckPart(part.GetReflection()->GetMessage(part, &field), PathOf(path, field));
    opening_ = opening_before;
    closing_ = closing_before;
  }

  void CheckValue(const pb::Message& part, const FieldDescriptor& field, const std::string& path) {
    const std::string value_path = PathOf(path, field);
    if (!part.GetReflection()->HasField(part, &field)) {
      if (field.options().GetExtension(config::needed)) {
        const bool is_text = field.cpp_type() == FieldDescriptor::CPPTYPE_STRING;
        AddMissing(value_path, absl::StrCat(field.name(), is_text ? ": \"…\"" : ": …"));
      }
      return;
    }
    if (ValueText(part, field, -1) == "\"\"") AddEmpty(value_path);
    if (!field.options().HasExtension(config::range)) return;
    const std::string& range = field.options().GetExtension(config::range);
    if (!ParseRange(range).Contains(NumberOf(part, field))) {
      Add(value_path,
          absl::StrCat(value_path, " is ", ValueText(part, field, -1), "; it must be in ", range));
    }
  }

  static double NumberOf(const pb::Message& part, const FieldDescriptor& field) {
    const pb::Reflection* reflection = part.GetReflection();
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        return reflection->GetInt32(part, &field);
      case FieldDescriptor::CPPTYPE_INT64:
        return static_cast<double>(reflection->GetInt64(part, &field));
      case FieldDescriptor::CPPTYPE_UINT64:
        return static_cast<double>(reflection->GetUInt64(part, &field));
      default:
        return reflection->GetDouble(part, &field);
    }
  }

  // What one part alone cannot be.
  void CheckCombinations(const pb::Message& part, const std::string& path) {
    if (const auto* train = pb::DynamicCastToGenerated<config::TrainConfig>(&part)) {
      CheckTrain(*train);
    } else if (const auto* sample = pb::DynamicCastToGenerated<config::SampleConfig>(&part)) {
      CheckSamples(sample->samples(), sample->sampling().temperature() == 0, "samples", "sampling");
    } else if (const auto* eval = pb::DynamicCastToGenerated<config::EvalConfig>(&part)) {
      CheckEval(*eval);
    } else if (const auto* rescore = pb::DynamicCastToGenerated<config::RulesConfig>(&part)) {
      CheckRuleNames(rescore->rewards());
    } else if (const auto* sft = pb::DynamicCastToGenerated<config::SftConfig>(&part)) {
      CheckWarmUp(sft->optimizer(), sft->steps());
    } else if (const auto* prompts = pb::DynamicCastToGenerated<config::PromptsConfig>(&part)) {
      CheckTemplate(*prompts, path);
    } else if (const auto* e = pb::DynamicCastToGenerated<config::EvaluationConfig>(&part)) {
      CheckEvaluation(*e, path);
    } else if (const auto* rule = pb::DynamicCastToGenerated<config::RewardRule>(&part)) {
      if (rule->rule_case() == config::RewardRule::RULE_NOT_SET) {
        Add(path, absl::StrCat(path, " has no rule; write one into it: ", RuleKinds()));
      }
      CheckWeights(*rule, path);
    } else if (const auto* overlong = pb::DynamicCastToGenerated<config::OverlongRule>(&part)) {
      CheckOverlong(*overlong, path);
    } else if (const auto* choice = pb::DynamicCastToGenerated<config::ChoiceRule>(&part)) {
      CheckLetters(choice->letters(), absl::StrCat(path, ".letters"));
    } else if (const auto* model = pb::DynamicCastToGenerated<config::ModelRule>(&part)) {
      CheckModelRule(*model, path);
    } else if (const auto* judge = pb::DynamicCastToGenerated<config::JudgeRule>(&part)) {
      CheckJudge(*judge, path);
    } else if (const auto* service = pb::DynamicCastToGenerated<config::ServiceRule>(&part)) {
      CheckKey(service->api_key_env(), path);
    }
  }

  // It is a checkpoint or is served, and has the settings of that.
  void CheckModelRule(const config::ModelRule& rule, const std::string& path) {
    const bool served = rule.url_size() > 0;
    if (!served && !rule.has_checkpoint()) {
      AddMissing(absl::StrCat(path, ".checkpoint"), "checkpoint: \"…\", or url: \"http://…\"");
    } else if (served && rule.has_checkpoint()) {
      Add(absl::StrCat(path, ".url"),
          absl::StrCat(path, " has a checkpoint and a url; leave one of them out"));
    }
    CheckService(rule, path);
    const std::string text_path = absl::StrCat(path, ".text_template");
    if (rule.has_text_template()) CheckHolds(rule.text_template(), "{response}", text_path);
    if (rule.input() != config::CONVERSATION) return;
    const std::string input_path = absl::StrCat(path, ".input");
    if (!served || rule.protocol() != config::VLLM) {
      Add(input_path, absl::StrCat(input_path, " is CONVERSATION, which VLLM alone takes; write a ",
                                   "text_template with the model's own chat format"));
    }
    if (rule.has_text_template()) {
      Add(text_path, absl::StrCat(text_path, " is not used; write input: TEXT"));
    }
  }

  // What comes after a thought does not go on with what ends in the thought's opening tag.
  void CheckModelTexts(const pb::RepeatedPtrField<config::RewardRule>& rules,
                       const config::PromptsConfig& prompts) {
    for (int i = 0; i < rules.size(); ++i) {
      const config::ModelRule& model = rules[i].model();
      if (!rules[i].has_model() || model.has_text_template()) continue;
      if (model.input() == config::CONVERSATION) continue;
      if (model.place() != config::SUMMARY || !prompts.thought_prefilled()) continue;
      const std::string path = absl::StrCat("rewards[", i, "].model.text_template");
      Add(path, absl::StrCat(path,
                             " is not set, so that the summary would follow the prompt's opening "
                             "tag of a thought; write the reward model's own template, or place: "
                             "WHOLE_RESPONSE"));
    }
  }

  void CheckWeights(const config::RewardRule& rule, const std::string& path) {
    if (rule.has_weight() && rule.weight_at_size() > 0) {
      Add(absl::StrCat(path, ".weight"),
          absl::StrCat(path, ".weight is not used, for there is weight_at; leave one of them out"));
    }
    for (int i = 1; i < rule.weight_at_size(); ++i) {
      if (rule.weight_at(i - 1).step() < rule.weight_at(i).step()) continue;
      Add(absl::StrCat(path, ".weight_at[", i, "].step"),
          absl::StrCat(path, ".weight_at[", i, "].step is ", rule.weight_at(i).step(),
                       ", not more than the one before; steps must rise"));
    }
  }

  // A number that is out of range is told already.
  void CheckOverlong(const config::OverlongRule& rule, const std::string& path) {
    if (rule.tokens_max() < 1 || rule.cache() <= rule.tokens_max()) return;
    Add(absl::StrCat(path, rule.has_cache() ? ".cache" : ".tokens_max"),
        absl::StrCat(path, ".cache is ", rule.cache(), ", more than its tokens_max ",
                     rule.tokens_max(), "; write less, or 0 for none"));
  }

  void CheckLetters(absl::string_view letters, const std::string& path) {
    const auto wrong = [&](size_t i) {
      const auto c = static_cast<unsigned char>(letters[i]);
      return !(absl::ascii_isupper(c) || absl::ascii_isdigit(c)) || letters.find(letters[i]) != i;
    };
    for (size_t i = 0; i < letters.size(); ++i) {
      if (!wrong(i)) continue;
      return Add(path, absl::StrCat(path, " is \"", letters,
                                    "\"; it must have capital letters and digits, none twice"));
    }
  }

  // Of a rule that asks a service: its addresses and its key.
  template <typename Rule>
  void CheckService(const Rule& rule, const std::string& path) {
    for (int i = 0; i < rule.url_size(); ++i) {
      if (rule.url(i).empty()) continue;  // Told already.
      const std::string url_path = absl::StrCat(path, ".url[", i, "]");
      if (const std::string fault = UrlFault(rule.url(i)); !fault.empty()) {
        Add(url_path, absl::StrCat(url_path, " \"", rule.url(i), "\" ", fault));
      }
    }
    CheckKey(rule.api_key_env(), path);
  }

  void CheckKey(const std::string& variable, const std::string& path) {
    const char* const key = std::getenv(variable.c_str());
    if (variable.empty() || (key != nullptr && *key != 0)) return;
    const std::string key_path = absl::StrCat(path, ".api_key_env");
    Add(key_path, absl::StrCat(key_path, " is \"", variable,
                               "\", and there is no such environment variable; export it with "
                               "the key of the service"));
  }

  void CheckJudge(const config::JudgeRule& judge, const std::string& path) {
    CheckService(judge, path);
    if (!judge.prompt_template().empty()) {
      const std::string prompt_path = absl::StrCat(path, ".prompt_template");
      CheckHolds(judge.prompt_template(), "{reference}", prompt_path);
      CheckHolds(judge.prompt_template(), "{answer}", prompt_path);
    }
    if (judge.extra_body().empty()) return;
    const absl::StatusOr<Json> extra = Json::Parse(judge.extra_body());
    if (extra.ok() && extra->is_object()) return;
    const std::string extra_path = absl::StrCat(path, ".extra_body");
    Add(extra_path, absl::StrCat(extra_path, " is no JSON object; write '{\"top_p\": 0.9}'"));
  }

  // What a template is there for.
  void CheckHolds(absl::string_view text, absl::string_view placeholder, const std::string& path) {
    if (absl::StrContains(text, placeholder)) return;
    Add(path, absl::StrCat(path, " lacks ", placeholder));
  }

  // "answer {}, format {}, …"
  static std::string RuleKinds() {
    const pb::OneofDescriptor& kinds = *config::RewardRule::descriptor()->FindOneofByName("rule");
    std::vector<std::string> names;
    names.reserve(static_cast<size_t>(kinds.field_count()));
    for (int i = 0; i < kinds.field_count(); ++i) {
      names.push_back(absl::StrCat(std::string(kinds.field(i)->name()), " {}"));
    }
    return absl::StrJoin(names, ", ");
  }

  void CheckTrain(const config::TrainConfig& train) {
    const config::RolloutConfig& rollout = train.rollout();
    const int64_t rollouts = int64_t{rollout.groups_per_batch()} * rollout.group_size();
    if (rollout.minibatches() > 0 && rollouts % rollout.minibatches() != 0) {
      Add("rollout.minibatches",
          absl::StrCat("rollout.minibatches is ", rollout.minibatches(),
                       ", which does not divide the ", rollouts, " rollouts of a batch (",
                       rollout.groups_per_batch(), " groups of ", rollout.group_size(),
                       "); write a divisor of it"));
    }
    if (train.sampling().temperature() == 0) {
      Add("sampling.temperature",
          "sampling.temperature is 0, so all rollouts of a group are equal and teach nothing; "
          "R1-Zero has 1.0");
    }
    if (train.sampling().top_k() == 1 || train.sampling().min_p() == 1) {
      const absl::string_view name = train.sampling().top_k() == 1 ? "top_k" : "min_p";
      Add(absl::StrCat("sampling.", name),
          absl::StrCat("sampling.", name,
                       " is 1, so all rollouts of a group are equal and teach "
                       "nothing; leave it out"));
    }
    if (train.loss().reference_steps() > 0 && train.loss().kl_coefficient() == 0) {
      Add("loss.reference_steps",
          "loss.reference_steps without loss.kl_coefficient: there is no reference to renew; set "
          "the coefficient (R1-Zero has 0.001) or leave this out");
    }
    CheckAggregation(train);
    CheckWarmUp(train.optimizer(), train.steps());
    CheckRuleNames(train.rewards());
    CheckModelTexts(train.rewards(), train.prompts());
  }

  void CheckAggregation(const config::TrainConfig& train) {
    if (train.loss().reward_aggregation() != config::NORMALIZE_THEN_SUM) return;
    if (train.loss().has_advantage_scale()) {
      Add("loss.advantage_scale",
          "loss.advantage_scale is not used with reward_aggregation: NORMALIZE_THEN_SUM, which has "
          "a scale of its own; leave it out");
    }
    for (int i = 0; i < train.rewards_size(); ++i) {
      if (!train.rewards(i).gate()) continue;
      Add(absl::StrCat("rewards[", i, "].gate"),
          absl::StrCat("rewards[", i,
                       "].gate sets a sum to 0, and with reward_aggregation: NORMALIZE_THEN_SUM "
                       "there is none before values are normalized; leave one of them out"));
    }
  }

  void CheckEval(const config::EvalConfig& eval) {
    if (eval.evaluation().has_every_steps()) {
      Add("evaluation.every_steps",
          "evaluation.every_steps means nothing here, where there are no steps; leave it out");
    }
    CheckRuleNames(eval.rewards());
    CheckModelTexts(eval.rewards(), eval.evaluation().prompts());
  }

  // A number of steps that is missing or out of range is told already.
  void CheckWarmUp(const config::OptimizerConfig& optimizer, int steps) {
    if (steps > 0 && optimizer.warmup_steps() > steps) {
      Add("optimizer.warmup_steps",
          absl::StrCat("optimizer.warmup_steps is ", optimizer.warmup_steps(), ", more than the ",
                       steps, " steps of the run; write fewer"));
    }
  }

  void CheckRuleNames(const pb::RepeatedPtrField<config::RewardRule>& rules) {
    std::set<std::string> names;
    for (int i = 0; i < rules.size(); ++i) {
      if (rules[i].rule_case() == config::RewardRule::RULE_NOT_SET) continue;
      const std::string name = ElementName(rules[i]);
      if (!names.insert(name).second) {
        Add(absl::StrCat("rewards[", i, "]"),
            absl::StrCat("two rules are called ", name, "; give one of them another name: \"…\""));
      }
    }
  }

  void CheckTemplate(const config::PromptsConfig& prompts, const std::string& path) {
    const bool custom = prompts.prompt_template() == config::CUSTOM;
    const std::string text_path = absl::StrCat(path, ".custom_template");
    if (custom && !prompts.has_custom_template()) {
      Add(absl::StrCat(path, ".prompt_template"),
          absl::StrCat(path,
                       ".prompt_template is CUSTOM; write custom_template: \"… {prompt} …\""));
    } else if (!custom && prompts.has_custom_template()) {
      Add(text_path, absl::StrCat(text_path, " is not used; write prompt_template: CUSTOM"));
    } else if (custom && !absl::StrContains(prompts.custom_template(), "{prompt}")) {
      Add(text_path, absl::StrCat(text_path, " lacks {prompt}, where the prompt goes"));
    }
  }

  void CheckEvaluation(const config::EvaluationConfig& evaluation, const std::string& path) {
    const bool greedy = !evaluation.has_sampling() || evaluation.sampling().temperature() == 0;
    CheckSamples(evaluation.samples(), greedy, absl::StrCat(path, ".samples"),
                 absl::StrCat(path, ".sampling"));
  }

  void CheckSamples(int samples, bool greedy, const std::string& path,
                    absl::string_view sampling_path) {
    if (samples <= 1 || !greedy) return;
    Add(path, absl::StrCat(path, " is ", samples, ", but greedy samples are all the same; write ",
                           path, ": 1, or set ", sampling_path, ".temperature above 0"));
  }

  std::vector<ConfigError> errors_;
  // Of parts that the file does not have, around the one at hand: "model { " and " }".
  std::string opening_;
  std::string closing_;
};

}  // namespace

std::vector<ConfigError> CheckConfig(const pb::Message& config) {
  Checker checker;
  checker.CheckPart(config, "");
  return checker.Take();
}

}  // namespace whet
