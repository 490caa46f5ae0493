// A verifier for whet as a shared library; whet_verifier.h says what whet calls in it.
//
// In whet's configuration:  rewards { library { path: "./verifier.so" } }
// Build and try it:  make verifier.so test
#include <string_view>

#include "whet_verifier.h"

namespace {

std::string_view Trimmed(whet_text text) {
  std::string_view view(text.data, text.size);
  while (!view.empty() && (view.front() == ' ' || view.front() == '\n')) view.remove_prefix(1);
  while (!view.empty() && (view.back() == ' ' || view.back() == '\n')) view.remove_suffix(1);
  return view;
}

// What <answer> encloses, the last one; else all of it.
whet_text AnswerOf(whet_text completion) {
  constexpr std::string_view kOpen = "<answer>";
  const std::string_view text(completion.data, completion.size);
  const size_t open = text.rfind(kOpen);
  const size_t close = text.rfind("</answer>");
  if (open == text.npos || close == text.npos || close < open) return completion;
  const std::string_view answer = text.substr(open + kOpen.size(), close - open - kOpen.size());
  return {answer.data(), answer.size()};
}

void Judge(const whet_sample& sample, whet_result* result) {
  const bool right = Trimmed(AnswerOf(sample.completion)) == Trimmed(sample.ground_truth);
  result->has_reward = 1;  // Leave it 0 where this verifier does not apply.
  result->reward = right ? 1 : 0;
  result->verdict = right ? WHET_CORRECT : WHET_WRONG;
}

}  // namespace

uint32_t whet_verifier_abi(void) { return WHET_VERIFIER_ABI; }

// What the verifier needs for all samples could be made here.
void* whet_verifier_create(whet_text, char*, size_t) { return new char; }

int32_t whet_verifier_score(void*, const whet_sample* samples, whet_result* results, size_t count) {
  for (size_t i = 0; i < count; ++i) Judge(samples[i], &results[i]);
  return 0;
}

void whet_verifier_destroy(void* verifier) { delete static_cast<char*>(verifier); }
