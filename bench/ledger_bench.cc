// How many rollouts the ledger takes: 12 tokens each, with the rows of three rules, groups of 8,
// and a step of 64 rollouts at a time that waits for the disk.
//
//   ledger_bench PATH [ROLLOUTS]      makes a ledger at PATH, which must not exist
#include <sys/stat.h>

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
#include "orchestrator/ledger.h"

namespace whet {
namespace {

constexpr int64_t kGroup = 8;
constexpr int64_t kStepRollouts = 64;
constexpr int64_t kTokens = 12;

RolloutId IdOf(int64_t number) {
  const RandomKey key(1, RandomPurpose::kOrder);
  const std::array<uint32_t, 4> bits = key.Bits(static_cast<uint64_t>(number / kGroup));
  return {RandomPurpose::kTrain, (uint64_t{bits[0]} << 32) | bits[1], 0, number % kGroup};
}

Rollout RolloutOf(int64_t number) {
  const RandomKey key = RandomKey(2, RandomPurpose::kSample).Child(static_cast<uint64_t>(number));
  Rollout rollout = {.id = IdOf(number),
                     .tokens = std::vector<int32_t>(kTokens),
                     .logprobs = std::vector<float>(kTokens),
                     .spans = {{0, kTokens, SpanKind::kSampled, 0}},
                     .finish = Finish::kStop};
  for (size_t i = 0; i < kTokens; ++i) {
    rollout.tokens[i] = static_cast<int32_t>(key.Below(50'000, i));
    rollout.logprobs[i] = -key.Uniform(i);
  }
  return rollout;
}

absl::Status AddGroup(Ledger* ledger, int64_t first,
                      const std::shared_ptr<const std::vector<std::string>>& rules) {
  const RolloutId id = IdOf(first);
  const auto prompt = std::make_shared<const Prompt>(Prompt{.id = id.prompt,
                                                            .question = "What is 12 + 34?",
                                                            .text = "Q: What is 12 + 34?\nA:",
                                                            .tokens = {1},
                                                            .ground_truth = "46",
                                                            .data_source = "sums",
                                                            .extra = "{}"});
  WHET_RETURN_IF_ERROR(ledger->AddPrompts({prompt}));
  WHET_RETURN_IF_ERROR(ledger->AddLeases({{id.purpose, id.prompt, 0, kGroup, 0}}));
  for (int64_t number = first; number < first + kGroup; ++number) {
    WHET_RETURN_IF_ERROR(ledger->AddRollout(RolloutOf(number), "<think>12+34</think> 46"));
    Reward reward = {
        .total = 1.5,
        .parts = {{1.0, Verdict::kCorrect, ""}, {0.5, std::nullopt, ""}, {0.0, std::nullopt, ""}}};
    WHET_RETURN_IF_ERROR(ledger->AddReward(IdOf(number), std::move(reward), rules));
  }
  return absl::OkStatus();
}

// The size of the file, or 0.
int64_t BytesOf(const std::string& path) {
  struct stat info = {};
  return stat(path.c_str(), &info) == 0 ? info.st_size : 0;
}

absl::Status Measure(const std::string& path, int64_t rollouts) {
  SystemClock clock;
  const auto rules = std::make_shared<const std::vector<std::string>>(
      std::vector<std::string>{"accuracy", "format", "language"});
  const absl::Duration start = clock.Monotonic();
  int64_t steps = 0;
  {
    WHET_ASSIGN_OR_RETURN(const std::unique_ptr<Ledger> ledger, Ledger::Open(path));
    for (int64_t first = 0; first < rollouts; first += kGroup) {
      WHET_RETURN_IF_ERROR(AddGroup(ledger.get(), first, rules));
      if ((first + kGroup) % kStepRollouts != 0) continue;
      ++steps;
      StepRecord step = {
          .step = steps, .batch = steps, .consumed = {}, .metrics = "{}", .timings = "{}"};
      for (int64_t i = 0; i < kStepRollouts; ++i) {
        step.consumed.push_back({IdOf(first + kGroup - kStepRollouts + i), 0.5});
      }
      WHET_RETURN_IF_ERROR(ledger->RecordStep(std::move(step)));
    }
    WHET_RETURN_IF_ERROR(ledger->Flush());
  }
  const double seconds = absl::ToDoubleSeconds(clock.Monotonic() - start);
  std::printf("%lld rollouts in %lld steps, %.2f s: %.0f rollouts/s, %.0f bytes each\n",
              static_cast<long long>(rollouts), static_cast<long long>(steps), seconds,
              static_cast<double>(rollouts) / seconds,
              static_cast<double>(BytesOf(path)) / static_cast<double>(rollouts));
  return absl::OkStatus();
}

}  // namespace
}  // namespace whet

int main(int argc, char** argv) {
  int64_t rollouts = 64'000;
  if (argc < 2 || argc > 3 || (argc == 3 && !absl::SimpleAtoi(argv[2], &rollouts))) {
    std::fprintf(stderr, "usage: ledger_bench PATH [ROLLOUTS]\n");
    return 2;
  }
  const absl::Status status = whet::Measure(argv[1], rollouts);
  if (!status.ok()) std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return status.ok() ? 0 : 1;
}
