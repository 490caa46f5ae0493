#include "cli/rule_options.h"

#include <string>
#include <vector>

#include "absl/time/time.h"

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

JsonMatch MatchOf(config::JsonMatch match) {
  switch (match) {
    case config::SUBSET:
      return JsonMatch::kSubset;
    case config::KEYS:
      return JsonMatch::kKeys;
    default:
      return JsonMatch::kEqual;
  }
}

LengthUnit UnitOf(config::LengthUnit unit) {
  return unit == config::CHARACTERS ? LengthUnit::kCharacters : LengthUnit::kTokens;
}

ModelProtocol ProtocolOf(config::ModelProtocol protocol) {
  switch (protocol) {
    case config::SGLANG:
      return ModelProtocol::kSglang;
    case config::OPENRLHF:
      return ModelProtocol::kOpenRlhf;
    default:
      return ModelProtocol::kVllm;
  }
}

// Of a rule that asks a service.
template <typename Rule>
HttpClientOptions ClientOf(const Rule& rule) {
  HttpClientOptions options;
  options.urls = TextsOf(rule.url());
  options.api_key_env = rule.api_key_env();
  options.in_flight_max = rule.in_flight();
  options.timeout = absl::Seconds(rule.timeout_seconds());
  return options;
}

}  // namespace

std::vector<std::string> TextsOf(const google::protobuf::RepeatedPtrField<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

AnswerRuleOptions OptionsOf(const config::AnswerRule& rule) {
  return {
      .place = PlaceOf(rule.place()),
      .match = rule.match() == config::EXACT ? AnswerMatch::kExact : AnswerMatch::kExactOrNumeric};
}

FormatRuleOptions OptionsOf(const config::FormatRule& rule) {
  return {.answer_tags = rule.answer_tags(), .needs_box = rule.needs_box(), .soft = rule.soft()};
}

MathRuleOptions OptionsOf(const config::MathRule& rule) {
  MathRuleOptions options;
  options.needs_box = rule.place() == config::BOXED;
  if (rule.place() == config::MATH_VERIFY) options.math.extraction.emplace();
  options.math.parse.decimal_comma = rule.decimal_comma();
  math::CompareOptions& compare = options.math.compare;
  compare.relation_for_set = rule.relation_for_set();
  compare.scalar.relative_tolerance = rule.relative_tolerance();
  if (rule.has_float_rounding()) compare.scalar.float_rounding = rule.float_rounding();
  return options;
}

MathPoolOptions PoolOptionsOf(const config::MathRule& rule) {
  MathPoolOptions options;
  options.workers = rule.workers();
  options.cpu_max = absl::Seconds(rule.cpu_seconds());
  return options;
}

ChoiceRuleOptions OptionsOf(const config::ChoiceRule& rule) {
  return {.letters = rule.letters(), .first_index = rule.first_index()};
}

ContainsRuleOptions OptionsOf(const config::ContainsRule& rule) {
  return {.all = rule.all(), .ignore_case = rule.ignore_case(), .whole_words = rule.whole_words()};
}

RegexRuleOptions OptionsOf(const config::RegexRule& rule) {
  return {.pattern = rule.pattern(), .whole = rule.whole(), .group = rule.group()};
}

JsonRuleOptions OptionsOf(const config::JsonRule& rule) {
  return {.match = MatchOf(rule.match()), .keys = TextsOf(rule.keys())};
}

CountdownRuleOptions OptionsOf(const config::CountdownRule& rule) {
  return {.needs_all = rule.needs_all()};
}

LanguageRuleOptions OptionsOf(const config::LanguageRule& rule) {
  LanguageRuleOptions options;
  options.place = rule.place() == config::ANSWER ? LanguagePlace::kAnswer : LanguagePlace::kThought;
  options.target = rule.target();
  options.target_column = rule.target_column();
  if (rule.has_threshold()) options.threshold = rule.threshold();
  options.gate = rule.gate_rule();
  options.penalty = rule.penalty();
  return options;
}

OverlongRuleOptions OptionsOf(const config::OverlongRule& rule) {
  return {.tokens_max = rule.tokens_max(), .cache = rule.cache()};
}

CosineRuleOptions OptionsOf(const config::CosineRule& rule) {
  return {.correctness = rule.correctness(),
          .unit = UnitOf(rule.unit()),
          .length_max = rule.length_max(),
          .correct_longest = rule.correct_longest(),
          .correct_shortest = rule.correct_shortest(),
          .wrong_shortest = rule.wrong_shortest(),
          .wrong_longest = rule.wrong_longest()};
}

LengthRuleOptions OptionsOf(const config::LengthRule& rule) {
  return {.correctness = rule.correctness(), .unit = UnitOf(rule.unit())};
}

RepetitionRuleOptions OptionsOf(const config::RepetitionRule& rule) {
  return {
      .unit = rule.unit() == config::WORD_NGRAMS ? RepetitionUnit::kWords : RepetitionUnit::kTokens,
      .ngram_size = rule.ngram_size(),
      .max_penalty = rule.max_penalty()};
}

ReasoningStepsRuleOptions OptionsOf(const config::ReasoningStepsRule& rule) {
  return {.steps = rule.steps()};
}

ThinkFormatRuleOptions OptionsOf(const config::ThinkFormatRule& rule) {
  return {.format = rule.format() == config::OPEN_R1 ? ThinkFormat::kOpenR1 : ThinkFormat::kTrl};
}

CommandRuleOptions OptionsOf(const config::CommandRule& rule) {
  CommandRuleOptions options;
  options.argv = TextsOf(rule.argv());
  options.environment = TextsOf(rule.environment());
  options.working_directory = rule.working_directory();
  options.processes = rule.processes();
  options.in_flight_max = rule.in_flight();
  options.timeout = absl::Seconds(rule.timeout_seconds());
  options.start_timeout = absl::Seconds(rule.start_timeout_seconds());
  options.send_tokens = rule.send_tokens();
  return options;
}

LibraryRuleOptions OptionsOf(const config::LibraryRule& rule) {
  LibraryRuleOptions options;
  options.path = rule.path();
  options.config = rule.config();
  options.processes = rule.processes();
  options.batch = rule.batch();
  options.timeout = absl::Seconds(rule.timeout_seconds());
  options.start_timeout = absl::Seconds(rule.start_timeout_seconds());
  return options;
}

ServiceRuleOptions OptionsOf(const config::ServiceRule& rule) {
  ServiceRuleOptions options;
  options.endpoints = TextsOf(rule.endpoint());
  options.tls = rule.tls();
  options.batch = rule.batch();
  options.send_tokens = rule.send_tokens();
  options.timeout = absl::Seconds(rule.timeout_seconds());
  options.patience = absl::Seconds(rule.patience_seconds());
  options.start_timeout = absl::Seconds(rule.start_timeout_seconds());
  return options;
}

ModelTextOptions TextOptionsOf(const config::ModelRule& rule) {
  const bool whole = rule.place() == config::WHOLE_RESPONSE;
  return {.place = whole ? ModelPlace::kResponse : ModelPlace::kSummary,
          .text_template = rule.text_template()};
}

RemoteModelRuleOptions OptionsOf(const config::ModelRule& rule) {
  return {
      .client = ClientOf(rule),
      .protocol = ProtocolOf(rule.protocol()),
      .model = rule.model(),
      .input = rule.input() == config::CONVERSATION ? ModelInput::kConversation : ModelInput::kText,
      .text = TextOptionsOf(rule)};
}

JudgeRuleOptions OptionsOf(const config::JudgeRule& rule) {
  return {.client = ClientOf(rule),
          .model = rule.model(),
          .prompt_template = rule.prompt_template(),
          .tokens_max = rule.tokens_max(),
          .extra_body = rule.extra_body(),
          .answer_bytes_max = static_cast<size_t>(rule.answer_bytes_max()),
          .cache_file = rule.cache_file()};
}

}  // namespace whet
