// The same verifier as a shared library: make -C examples/custom_verifier
#include <algorithm>
#include <string_view>

#include "rewards/custom/whet_verifier.h"

static void Judge(const whet_sample& sample, whet_result* result) {
  constexpr std::string_view kOpen = "<think>";
  const std::string_view prompt(sample.prompt.data, sample.prompt.size);
  const std::string_view text(sample.completion.data, sample.completion.size);
  const size_t begin = text.find(kOpen);
  const size_t end = text.find("</think>");
  if (begin == text.npos || end == text.npos || end < begin || prompt.size() < 3) return;
  const std::string_view thought = text.substr(begin + kOpen.size(), end - begin - kOpen.size());
  const size_t steps = (prompt.size() - 2) / 2;  // "5*1+5=" has two.
  int value = prompt[0] - '0';
  size_t right = 0;
  for (size_t i = 0; i < std::min(steps, thought.size()); ++i) {
    const int digit = prompt[2 * i + 2] - '0';
    value = (prompt[2 * i + 1] == '+' ? value + digit : value * digit) % 10;
    right += thought[i] == '0' + value ? 1 : 0;
  }
  result->has_reward = 1;
  result->reward = static_cast<double>(right) / std::max(steps, thought.size());
}

uint32_t whet_verifier_abi(void) { return WHET_VERIFIER_ABI; }
void* whet_verifier_create(whet_text, char*, size_t) { return new char; }
void whet_verifier_destroy(void* verifier) { delete static_cast<char*>(verifier); }

int32_t whet_verifier_score(void*, const whet_sample* samples, whet_result* results, size_t count) {
  for (size_t i = 0; i < count; ++i) Judge(samples[i], &results[i]);
  return 0;
}
