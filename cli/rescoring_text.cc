#include "cli/rescoring_text.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cli/evaluation_text.h"
#include "cli/rollout_text.h"

namespace whet {
namespace {

// "1 group", "2 groups"
std::string Many(int64_t count, absl::string_view what) {
  return absl::StrCat(count, " ", what, count == 1 ? "" : "s");
}

std::string CorrelationText(const PairSummary& pairs) {
  return pairs.correlation.has_value() ? absl::StrFormat("correlation %.4f", *pairs.correlation)
                                       : "no correlation";
}

std::string MeansText(const PairSummary& pairs) {
  return absl::StrFormat("mean %.4f → %.4f", pairs.before_mean, pairs.now_mean);
}

std::string CountsText(const RescoringReport& report) {
  std::string text =
      absl::StrCat("  ", Many(report.rollouts, "completion"), " of ", Many(report.groups, "group"));
  if (report.left_out_groups > 0) {
    absl::StrAppend(&text, "; left out, since not all of theirs are there: ",
                    Many(report.left_out_groups, "group"));
  }
  return absl::StrCat(text, "\n");
}

std::string RightText(const RightCounts& right) {
  return absl::StrCat(NumberLine("  right then and now", absl::StrCat(right.both)),
                      NumberLine("  right then only", absl::StrCat(right.before_only)),
                      NumberLine("  right now only", absl::StrCat(right.now_only)),
                      NumberLine("  right neither time", absl::StrCat(right.neither)));
}

std::string RulesText(const RescoringReport& report) {
  std::string text;
  int64_t judged = 0;
  for (const RuleAgreement& rule : report.compared) {
    absl::StrAppend(&text,
                    NumberLine(absl::StrCat("rule ", rule.name),
                               absl::StrCat(PercentOr(static_cast<double>(rule.agreed) /
                                                      static_cast<double>(rule.compared)),
                                            " agree, ", rule.compared - rule.agreed, " of ",
                                            rule.compared, " differ; ", MeansText(rule.values))),
                    rule.right.total() > 0 ? RightText(rule.right) : "");
    judged += rule.right.total();
  }
  // Of rules that are called otherwise now.
  if (judged == 0 && report.right.total() > 0) {
    absl::StrAppend(&text, NumberLine("answers", "by the first verdict of either"),
                    RightText(report.right));
  }
  if (!report.rules_before_only.empty()) {
    absl::StrAppend(&text,
                    NumberLine("rules then only", absl::StrJoin(report.rules_before_only, ", ")));
  }
  if (!report.rules_now_only.empty()) {
    absl::StrAppend(&text,
                    NumberLine("rules now only", absl::StrJoin(report.rules_now_only, ", ")));
  }
  return text;
}

std::string RewardText(const RescoringReport& report) {
  std::string text = NumberLine(
      "reward", absl::StrCat(MeansText(report.reward), ", ", CorrelationText(report.reward)));
  if (report.excluded_before > 0 || report.excluded_now > 0) {
    absl::StrAppend(&text,
                    NumberLine("could not be judged",
                               absl::StrCat(report.excluded_before, " → ", report.excluded_now,
                                            report.excluded_now > 0 ? "; now the first: " : "",
                                            Printable(report.excluded_because))));
  }
  if (report.unjudged_before > 0) {
    absl::StrAppend(&text, NumberLine("not judged then", absl::StrCat(report.unjudged_before)));
  }
  return text;
}

std::string AdvantagesText(const AdvantageAgreement& agreement) {
  return absl::StrCat(
      NumberLine("advantages",
                 absl::StrFormat("%s, mean difference %.4f", CorrelationText(agreement.advantages),
                                 agreement.advantages.difference_mean)),
      NumberLine("  change their sign",
                 absl::StrCat(agreement.sign_rollouts, " of ", agreement.advantages.pairs, ", in ",
                              agreement.sign_groups, " of ", Many(agreement.groups, "group"))),
      NumberLine("  groups stop teaching", absl::StrCat(agreement.stop_groups)),
      NumberLine("  groups begin teaching", absl::StrCat(agreement.begin_groups)));
}

ExplainedRollout Explained(const Disagreement& disagreement,
                           const std::vector<std::string>& rules) {
  return {.prompt = *disagreement.prompt,
          .record = disagreement.record,
          .rescored = RescoredRecord{.reward = disagreement.reward, .rules = rules}};
}

std::string DisagreementText(const Disagreement& disagreement,
                             const std::vector<std::string>& rules) {
  std::string text = RolloutText(Explained(disagreement, rules));
  if (disagreement.advantage_before.has_value() && disagreement.advantage_now.has_value()) {
    absl::StrAppendFormat(&text, "  advantage %.4f → %.4f\n", *disagreement.advantage_before,
                          *disagreement.advantage_now);
  }
  return text;
}

Json NumberOrNull(const std::optional<double>& number) {
  return number.has_value() ? Json(*number) : Json();
}

Json ToJson(const PairSummary& pairs) {
  return Json::Object({{"before_mean", pairs.before_mean},
                       {"now_mean", pairs.now_mean},
                       {"pairs", pairs.pairs},
                       {"difference_mean", pairs.difference_mean},
                       {"correlation", NumberOrNull(pairs.correlation)}});
}

Json ToJson(const RightCounts& right) {
  if (right.total() == 0) return {};
  return Json::Object({{"both", right.both},
                       {"before_only", right.before_only},
                       {"now_only", right.now_only},
                       {"neither", right.neither}});
}

Json ToJson(const std::vector<std::string>& texts) {
  Json json = Json::Array();
  for (const std::string& text : texts) json.Append(text);
  return json;
}

Json ToJson(const AdvantageAgreement& agreement) {
  Json json = ToJson(agreement.advantages);
  json.Set("groups", agreement.groups);
  json.Set("sign_groups", agreement.sign_groups);
  json.Set("sign_completions", agreement.sign_rollouts);
  json.Set("stop_groups", agreement.stop_groups);
  json.Set("begin_groups", agreement.begin_groups);
  return json;
}

Json ToJson(const Disagreement& disagreement, const std::vector<std::string>& rules) {
  Json json = ToJson(Explained(disagreement, rules));
  Json advantage;
  if (disagreement.advantage_before.has_value() && disagreement.advantage_now.has_value()) {
    advantage = Json::Object({{"before", double{*disagreement.advantage_before}},
                              {"now", double{*disagreement.advantage_now}}});
  }
  json.Set("advantage", std::move(advantage));
  return json;
}

}  // namespace

std::string RescoringText(const RescoringReport& report) {
  std::string text = absl::StrCat(CountsText(report), RulesText(report), RewardText(report));
  if (report.advantages.has_value()) absl::StrAppend(&text, AdvantagesText(*report.advantages));
  absl::StrAppend(&text, NumberLine("disagreements", absl::StrCat(report.disagreements)));
  for (const Disagreement& disagreement : report.shown) {
    absl::StrAppend(&text, "\n", DisagreementText(disagreement, report.rules));
  }
  return text;
}

Json ToJson(const RescoringReport& report) {
  Json compared = Json::Array();
  for (const RuleAgreement& rule : report.compared) {
    Json json = ToJson(rule.values);
    json.Set("rule", rule.name);
    json.Set("compared", rule.compared);
    json.Set("agreed", rule.agreed);
    json.Set("right", ToJson(rule.right));
    compared.Append(std::move(json));
  }
  Json shown = Json::Array();
  for (const Disagreement& disagreement : report.shown) {
    shown.Append(ToJson(disagreement, report.rules));
  }
  return Json::Object(
      {{"rules", ToJson(report.rules)},
       {"groups", report.groups},
       {"completions", report.rollouts},
       {"left_out_groups", report.left_out_groups},
       {"unjudged_before", report.unjudged_before},
       {"excluded_before", report.excluded_before},
       {"excluded_now", report.excluded_now},
       {"excluded_because", report.excluded_because},
       {"reward", ToJson(report.reward)},
       {"right", ToJson(report.right)},
       {"compared", std::move(compared)},
       {"rules_before_only", ToJson(report.rules_before_only)},
       {"rules_now_only", ToJson(report.rules_now_only)},
       {"advantages", report.advantages.has_value() ? ToJson(*report.advantages) : Json()},
       {"disagreements", report.disagreements},
       {"shown", std::move(shown)}});
}

}  // namespace whet
