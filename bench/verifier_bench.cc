// How many verdicts a second verifiers of users give.
//
//   verifier_bench python3 verifier.py        a command, as `whet new verifier python` makes one
//   verifier_bench ./verifier.so              a library, as `whet new verifier cpp` does
//   verifier_bench 127.0.0.1:50051            a gRPC service, as `whet serve rewards` is one
//
// Prints verdicts a second for completions of 500 bytes, 4,096 a call, the best of five calls.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "base/clock.h"
#include "base/status.h"
#include "rewards/custom/command_rule.h"
#include "rewards/custom/library_rule.h"
#include "rewards/remote/service_rule.h"

namespace whet {
namespace {

constexpr size_t kSamples = 4096;
constexpr size_t kBytes = 500;
constexpr int kCalls = 5;

absl::StatusOr<std::unique_ptr<RewardRule>> MakeRule(const std::vector<std::string>& argv) {
  if (argv.size() == 1 && absl::EndsWith(argv[0], ".so")) {
    LibraryRuleOptions options;
    options.path = argv[0];
    return LibraryRule::Create(options);
  }
  if (argv.size() == 1 && absl::StrContains(argv[0], ':')) {
    ServiceRuleOptions options;
    options.endpoints = argv;
    return ServiceRule::Create(options);
  }
  CommandRuleOptions options;
  options.argv = argv;
  return CommandRule::Create(options);
}

absl::Status Run(const std::vector<std::string>& argv) {
  WHET_ASSIGN_OR_RETURN(const std::unique_ptr<RewardRule> rule, MakeRule(argv));
  Prompt prompt = {};
  prompt.question = "What is 1+1?";
  prompt.ground_truth = "2";
  prompt.extra = "{}";
  const Rollout rollout = {};
  const std::string text(kBytes, 'x');
  const Completion completion = ParseCompletion(text, {});
  std::vector<ScoreInput> inputs;
  inputs.reserve(kSamples);
  for (size_t i = 0; i < kSamples; ++i) {
    inputs.push_back(
        {.prompt = prompt, .rollout = rollout, .completion = completion, .earlier = {}});
  }
  SystemClock clock;
  double best = 0;
  for (int call = 0; call < kCalls; ++call) {
    const absl::Duration begin = clock.Monotonic();
    WHET_ASSIGN_OR_RETURN(const std::vector<RewardPart> parts, rule->Score(inputs));
    const double seconds = absl::ToDoubleSeconds(clock.Monotonic() - begin);
    for (const RewardPart& part : parts) {
      if (!part.value.has_value()) return absl::InternalError(part.message);
    }
    best = std::max(best, static_cast<double>(parts.size()) / seconds);
  }
  std::printf("%.0f verdicts a second\n", best);
  return absl::OkStatus();
}

}  // namespace
}  // namespace whet

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const absl::Status status =
      words.empty() ? absl::InvalidArgumentError(
                          "usage: verifier_bench PROGRAM [ARGUMENT]… | FILE.so | HOST:PORT")
                    : whet::Run(words);
  if (status.ok()) return 0;
  std::fprintf(stderr, "verifier_bench: %s\n", std::string(status.message()).c_str());
  return 1;
}
