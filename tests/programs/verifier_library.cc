// The library of tests/rewards/custom/library_rule_test.cc: does what a completion says.
//
//   good X   rewards it with X      null   gives no reward     nan    gives NaN
//   crash    ends the process       fail   the call fails      odd    gives a verdict that is none
//   hang     never comes back       long   fills the whole message
//
// Its config "refuse" is refused. Compiled with ABI it says that it speaks that version.
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <string>

#include "rewards/custom/whet_verifier.h"

#ifndef ABI
#define ABI WHET_VERIFIER_ABI
#endif

namespace {

void Say(const char* text, whet_result* result) {
  std::strncpy(result->message, text, result->message_max);
}

int32_t Judge(const std::string& text, whet_result* result) {
  if (text == "crash") std::abort();
  if (text == "fail") return 1;
  while (text == "hang") pause();
  if (text == "odd") result->verdict = 99;
  if (text == "long") Say(std::string(5000, 'x').c_str(), result);
  if (text == "null") Say("does not apply", result);
  if (text == "null") return 0;
  result->has_reward = 1;
  result->reward = text == "nan" ? std::nan("") : 1;
  if (text.rfind("good ", 0) == 0) result->reward = std::atof(text.c_str() + 5);
  return 0;
}

}  // namespace

uint32_t whet_verifier_abi() { return ABI; }

void* whet_verifier_create(whet_text config, char* message, size_t message_max) {
  if (std::string(config.data, config.size) != "refuse") return new int(0);
  std::strncpy(message, "I do not like this config", message_max);
  return nullptr;
}

int32_t whet_verifier_score(void*, const whet_sample* samples, whet_result* results, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const whet_text& text = samples[i].completion;
    if (Judge(std::string(text.data, text.size), &results[i]) != 0) return 1;
  }
  return 0;
}

void whet_verifier_destroy(void* verifier) { delete static_cast<int*>(verifier); }
