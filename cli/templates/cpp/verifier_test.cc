// Tests of verifier.cc: make test
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "whet_verifier.h"

namespace {

whet_text Text(const char* text) { return {text, std::strlen(text)}; }

double RewardOf(const char* completion, const char* ground_truth) {
  void* verifier = whet_verifier_create(Text(""), nullptr, 0);
  whet_sample sample = {};
  sample.size = sizeof(sample);
  sample.completion = Text(completion);
  sample.ground_truth = Text(ground_truth);
  char message[256] = "";
  whet_result result = {sizeof(result), 0, WHET_NO_VERDICT, 0, message, sizeof(message)};
  const bool fine = whet_verifier_score(verifier, &sample, &result, 1) == 0;
  whet_verifier_destroy(verifier);
  return fine && result.has_reward != 0 ? result.reward : -1;
}

void Expect(double expected, const char* completion, const char* ground_truth) {
  const double reward = RewardOf(completion, ground_truth);
  if (reward == expected) return;
  std::printf("\"%s\" for \"%s\": %g, not %g\n", completion, ground_truth, reward, expected);
  std::exit(1);
}

}  // namespace

int main() {
  Expect(1, " 2\n", "2");
  Expect(0, "3", "2");
  std::puts("all as expected");
}
