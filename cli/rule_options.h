// What a configuration says of a rule, as the rule takes it.
#ifndef WHET_CLI_RULE_OPTIONS_H_
#define WHET_CLI_RULE_OPTIONS_H_

#include <string>
#include <vector>

#include "google/protobuf/repeated_ptr_field.h"
#include "proto/rewards.pb.h"
#include "rewards/answer_rule.h"
#include "rewards/custom/command_rule.h"
#include "rewards/custom/library_rule.h"
#include "rewards/format_rule.h"
#include "rewards/language/language_rule.h"
#include "rewards/match/choice_rule.h"
#include "rewards/match/contains_rule.h"
#include "rewards/match/countdown_rule.h"
#include "rewards/match/json_rule.h"
#include "rewards/match/regex_rule.h"
#include "rewards/model/model_text.h"
#include "rewards/remote/judge_rule.h"
#include "rewards/remote/remote_model_rule.h"
#include "rewards/remote/service_rule.h"
#include "rewards/shape/cosine_rule.h"
#include "rewards/shape/length_rule.h"
#include "rewards/shape/overlong_rule.h"
#include "rewards/shape/reasoning_steps_rule.h"
#include "rewards/shape/repetition_rule.h"
#include "rewards/shape/think_format_rule.h"
#include "rewards/verify/math_rule.h"

namespace whet {

std::vector<std::string> TextsOf(const google::protobuf::RepeatedPtrField<std::string>& texts);
AnswerRuleOptions OptionsOf(const config::AnswerRule& rule);
FormatRuleOptions OptionsOf(const config::FormatRule& rule);
MathRuleOptions OptionsOf(const config::MathRule& rule);
MathPoolOptions PoolOptionsOf(const config::MathRule& rule);
ChoiceRuleOptions OptionsOf(const config::ChoiceRule& rule);
ContainsRuleOptions OptionsOf(const config::ContainsRule& rule);
RegexRuleOptions OptionsOf(const config::RegexRule& rule);
JsonRuleOptions OptionsOf(const config::JsonRule& rule);
CountdownRuleOptions OptionsOf(const config::CountdownRule& rule);
LanguageRuleOptions OptionsOf(const config::LanguageRule& rule);
OverlongRuleOptions OptionsOf(const config::OverlongRule& rule);
CosineRuleOptions OptionsOf(const config::CosineRule& rule);
LengthRuleOptions OptionsOf(const config::LengthRule& rule);
RepetitionRuleOptions OptionsOf(const config::RepetitionRule& rule);
ReasoningStepsRuleOptions OptionsOf(const config::ReasoningStepsRule& rule);
ThinkFormatRuleOptions OptionsOf(const config::ThinkFormatRule& rule);
CommandRuleOptions OptionsOf(const config::CommandRule& rule);
LibraryRuleOptions OptionsOf(const config::LibraryRule& rule);
// Without the token.
ServiceRuleOptions OptionsOf(const config::ServiceRule& rule);
ModelTextOptions TextOptionsOf(const config::ModelRule& rule);
// Of one that is served.
RemoteModelRuleOptions OptionsOf(const config::ModelRule& rule);
JudgeRuleOptions OptionsOf(const config::JudgeRule& rule);

}  // namespace whet

#endif  // WHET_CLI_RULE_OPTIONS_H_
