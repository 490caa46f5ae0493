#include "orchestrator/rollout_collector.h"

#include <string>

#include "gtest/gtest.h"

namespace whet {
namespace {

// A token is a letter: 1 is "a".
std::string Letters(absl::Span<const int32_t> tokens) {
  std::string text;
  for (const int32_t token : tokens) text.push_back(static_cast<char>('a' + token - 1));
  return text;
}

TEST(TextOfTest, IsWithoutTheTokenThatEndedIt) {
  Rollout rollout = {};
  rollout.tokens = {1, 2, 26};
  rollout.finish = Finish::kStop;
  EXPECT_EQ(TextOf(rollout, Letters), "ab");
  rollout.finish = Finish::kLength;
  EXPECT_EQ(TextOf(rollout, Letters), "abz");
  rollout.tokens.clear();
  rollout.finish = Finish::kStop;
  EXPECT_EQ(TextOf(rollout, Letters), "");
}

}  // namespace
}  // namespace whet
