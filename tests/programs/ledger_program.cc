// Writes a small run into the ledger at PATH, in a process that
// tests/orchestrator/ledger_crash_test.cc kills through WHET_CRASH_POINT:
//
//   ledger_program PATH REPORT
//
// One prompt, four rollouts with rewards, a step of two of them, its checkpoint, a second step with
// the other two, the end. After each call that waits a line is appended to the file REPORT: what it
// names was confirmed.
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/status.h"
#include "orchestrator/ledger.h"

namespace whet {
namespace {

constexpr uint64_t kPrompt = 0xf000000000000001;

RolloutId Id(int64_t sample) { return {RandomPurpose::kTrain, kPrompt, 0, sample}; }

Rollout FourTokens(int64_t sample) {
  return {.id = Id(sample),
          .tokens = {7, 8, 9, static_cast<int32_t>(sample)},
          .logprobs = {-0.5f, -0.25f, -1.0f, -2.0f},
          .spans = {{0, 4, SpanKind::kSampled, 0}},
          .finish = Finish::kStop};
}

absl::Status Confirm(FILE* report, absl::string_view what, const absl::Status& status) {
  if (!status.ok()) return status;
  std::fprintf(report, "%.*s\n", static_cast<int>(what.size()), what.data());
  std::fflush(report);
  return status;
}

absl::Status WriteRun(Ledger* ledger, FILE* report) {
  const auto rules = std::make_shared<const std::vector<std::string>>(
      std::vector<std::string>{"accuracy", "format"});
  const auto prompt = std::make_shared<const Prompt>(Prompt{.id = kPrompt,
                                                            .question = "2+2?",
                                                            .text = "Q: 2+2?",
                                                            .tokens = {1},
                                                            .ground_truth = "4",
                                                            .data_source = "",
                                                            .extra = "{}"});
  WHET_RETURN_IF_ERROR(Confirm(
      report, "run", ledger->BeginRun({.config = "c", .machine = "m", .version = "v"}).status()));
  WHET_RETURN_IF_ERROR(ledger->AddPrompts({prompt}));
  WHET_RETURN_IF_ERROR(ledger->AddLeases({{RandomPurpose::kTrain, kPrompt, 0, 4, 0}}));
  for (int64_t sample = 0; sample < 4; ++sample) {
    WHET_RETURN_IF_ERROR(ledger->AddRollout(FourTokens(sample), "four"));
    WHET_RETURN_IF_ERROR(ledger->AddReward(
        Id(sample),
        {.total = 1.5,
         .parts = {{1.0, Verdict::kCorrect, ""}, {0.5, std::nullopt, "tags are there"}}},
        rules));
  }
  WHET_RETURN_IF_ERROR(Confirm(report, "rollouts", ledger->Flush()));
  WHET_RETURN_IF_ERROR(Confirm(
      report, "step_1", ledger->RecordStep({1, 0, {{Id(0), 0.5}, {Id(1), -0.5}}, "{}", "{}"})));
  WHET_RETURN_IF_ERROR(
      Confirm(report, "checkpoint", ledger->RecordCheckpoint({1, "checkpoints/step_1"})));
  WHET_RETURN_IF_ERROR(Confirm(
      report, "step_2", ledger->RecordStep({2, 0, {{Id(2), 0.5}, {Id(3), -0.5}}, "{}", "{}"})));
  return Confirm(report, "end", absl::OkStatus());
}

absl::Status Run(const std::string& path, FILE* report) {
  WHET_ASSIGN_OR_RETURN(const std::unique_ptr<Ledger> ledger, Ledger::Open(path));
  return WriteRun(ledger.get(), report);
}

}  // namespace
}  // namespace whet

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  FILE* report = std::fopen(argv[2], "a");
  if (report == nullptr) return 2;
  const absl::Status status = whet::Run(argv[1], report);
  std::fclose(report);
  if (!status.ok()) std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return status.ok() ? 0 : 1;
}
