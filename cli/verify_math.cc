#include "cli/verify_math.h"

#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "cli/math_rows.h"
#include "cli/output.h"
#include "rewards/verify/math_pool.h"
#include "text/json.h"
#include "text/json_lines.h"

namespace whet {
namespace {

struct MathArguments {
  std::string answers;
  std::string cases;
  std::vector<std::string> explained;
  MathPoolOptions pool;
};

Json Known(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json ReplyJson(const Json& id, const MathReply& reply) {
  const math::MathJudgement& judgement = reply.judgement;
  const RewardPart part = PartOf(judgement.verdict, "");
  return Json::Object({{"id", id},
                       {"verdict", VerdictName(judgement.verdict)},
                       {"reward", part.value.has_value() ? Json(*part.value) : Json()},
                       {"gold_parsed", Known(judgement.gold_parsed)},
                       {"answer_parsed", Known(judgement.answer_parsed)},
                       {"why", judgement.why},
                       {"micros", absl::ToInt64Microseconds(reply.elapsed)}});
}

// Rows that are judged at a time, and then printed.
class Batch {
 public:
  explicit Batch(MathPool* pool) : pool_(*pool) {}

  absl::Status Add(const Json& row) {
    constexpr size_t kRowsMax = 1024;
    WHET_ASSIGN_OR_RETURN(MathRequest request, ReadMathRow(row));
    const Json* const id = row.Find("id");
    ids_.push_back(id == nullptr ? Json() : *id);
    requests_.push_back(std::move(request));
    return requests_.size() < kRowsMax ? absl::OkStatus() : Flush();
  }

  absl::Status Flush() {
    const std::vector<MathReply> replies = pool_.Ask(requests_);
    std::string lines;
    for (size_t i = 0; i < replies.size(); ++i) {
      absl::StrAppend(&lines, ReplyJson(ids_[i], replies[i]).Dump(), "\n");
    }
    ids_.clear();
    requests_.clear();
    return Print(lines);
  }

 private:
  MathPool& pool_;
  std::vector<Json> ids_;
  std::vector<MathRequest> requests_;
};

absl::Status JudgeFile(const std::string& file, MathPool* pool) {
  Batch batch(pool);
  absl::Status status = ForEachJsonLine(file, [&batch](const Json& row) { return batch.Add(row); });
  // What stands before a bad row is judged.
  WHET_RETURN_IF_ERROR(batch.Flush());
  return status;
}

absl::StatusOr<std::vector<MathCase>> ReadCases(const std::string& file) {
  std::vector<MathCase> cases;
  WHET_RETURN_IF_ERROR(ForEachJsonLine(file, [&cases](const Json& row) -> absl::Status {
    // Rows about which experts differ count for nobody.
    if (row.Find("dispute") != nullptr) return absl::OkStatus();
    WHET_ASSIGN_OR_RETURN(MathCase one, ReadMathCase(row));
    cases.push_back(std::move(one));
    return absl::OkStatus();
  }));
  if (cases.empty()) return absl::InvalidArgumentError(absl::StrCat(file, " has no cases"));
  return cases;
}

std::string DifferenceText(const MathCase& one, const Json& outcome, const MathReply& reply) {
  const math::MathJudgement& judgement = reply.judgement;
  return absl::StrCat(one.id, ": ", outcome.Dump(), " instead of ", one.expected.Dump(), " (",
                      VerdictName(judgement.verdict), ", ", judgement.why,
                      "): ", Json(one.request.gold).Dump(), " and ",
                      Json(one.request.answer).Dump(), "\n");
}

absl::Status TryCases(const std::string& file, MathPool* pool) {
  WHET_ASSIGN_OR_RETURN(const std::vector<MathCase> cases, ReadCases(file));
  std::vector<MathRequest> requests;
  requests.reserve(cases.size());
  for (const MathCase& one : cases) requests.push_back(one.request);
  const std::vector<MathReply> replies = pool->Ask(requests);
  size_t agreed = 0;
  size_t false_positives = 0;
  size_t false_negatives = 0;
  for (size_t i = 0; i < cases.size(); ++i) {
    const Json outcome = OutcomeOf(cases[i], replies[i]);
    if (outcome == cases[i].expected) {
      ++agreed;
      continue;
    }
    if (outcome == Json(true)) ++false_positives;
    if (outcome == Json(false)) ++false_negatives;
    WHET_RETURN_IF_ERROR(Print(DifferenceText(cases[i], outcome, replies[i])));
  }
  return Print(absl::StrCat("math cases: ", agreed, " of ", cases.size(), " agree, ",
                            false_positives, " false positives, ", false_negatives,
                            " false negatives\n"));
}

absl::Status Explain(const std::string& gold, const std::string& answer, MathPool* pool) {
  const std::vector<MathReply> replies = pool->Ask({{.gold = gold, .answer = answer}});
  const math::MathJudgement& judgement = replies[0].judgement;
  return Print(absl::StrCat("gold     ", judgement.gold_parsed, "\nanswer   ",
                            judgement.answer_parsed, "\nverdict  ", VerdictName(judgement.verdict),
                            "\nwhy      ", judgement.why, "\n"));
}

absl::Status VerifyMath(const MathArguments& arguments) {
  WHET_ASSIGN_OR_RETURN(const std::unique_ptr<MathPool> pool, MathPool::Create(arguments.pool));
  if (!arguments.answers.empty()) return JudgeFile(arguments.answers, pool.get());
  if (!arguments.cases.empty()) return TryCases(arguments.cases, pool.get());
  return Explain(arguments.explained[0], arguments.explained[1], pool.get());
}

}  // namespace

void AddVerifyMath(CLI::App* verify, absl::Status* result) {
  CLI::App* command = verify->add_subcommand("math", "Judge answers in mathematics");
  const auto arguments = std::make_shared<MathArguments>();
  CLI::Option_group* what = command->add_option_group("what");
  what->add_option("--jsonl", arguments->answers,
                   "Lines of {\"id\", \"gold\", \"answer\", \"options\"}");
  what->add_option("--cases", arguments->cases, "The same with \"expected\": tell what differs");
  what->add_option("--explain", arguments->explained, "GOLD ANSWER: tell how they are compared")
      ->expected(2);
  what->require_option(1);
  command->add_option("--workers", arguments->pool.workers, "Processes; 0: one a processor")
      ->check(CLI::Range(0, 1024));
  command->callback([arguments, result] { *result = VerifyMath(*arguments); });
}

}  // namespace whet
