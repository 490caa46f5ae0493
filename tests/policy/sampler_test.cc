#include "policy/sampler.h"

#include <cmath>
#include <limits>

#include "base/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace whet {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

SampledToken SampleFrom(const std::vector<float>& logits, const SamplingParams& sampling,
                        float uniform) {
  const int64_t count = static_cast<int64_t>(logits.size());
  return SampleToken(CpuFunctionsHere().f32, logits.data(),
                     {.vocabulary = count,
                      .tokens = count,
                      .sampling = sampling,
                      .history = {},
                      .uniform = uniform});
}

// As many logits as a vocabulary of several blocks has.
std::vector<float> ManyLogits() {
  std::vector<float> logits;
  logits.reserve(1000);
  const RandomKey key(1, RandomPurpose::kSample);
  for (uint64_t i = 0; i < 1000; ++i) logits.push_back(static_cast<float>(3 * key.Normal(i)));
  return logits;
}

TEST(SamplerTest, DrawsEachTokenAsOftenAsItsProbabilitySays) {
  // p = 0.5, 0.3, 0.2.
  const std::vector<float> logits = {std::log(0.5F), std::log(0.3F), std::log(0.2F)};
  std::vector<int> counts(3);
  for (int i = 0; i < 1000; ++i) {
    ++counts[static_cast<size_t>(
        SampleFrom(logits, {}, (static_cast<float>(i) + 0.5F) / 1000).token)];
  }
  EXPECT_THAT(counts, ::testing::ElementsAre(500, 300, 200));
}

TEST(SamplerTest, LogprobIsThatOfTheWholeVocabularyAtTheTemperature) {
  const std::vector<float> logits = ManyLogits();
  SamplingParams sampling;
  sampling.temperature = 0.7;
  sampling.top_k = 5;
  for (const float uniform : {0.0F, 0.4F, 0.999F}) {
    const SampledToken sampled = SampleFrom(logits, sampling, uniform);
    double sum = 0;
    for (const float logit : logits) sum += std::exp(logit / 0.7);
    EXPECT_NEAR(sampled.logprob, logits[static_cast<size_t>(sampled.token)] / 0.7 - std::log(sum),
                1e-5);
  }
}

TEST(SamplerTest, FiltersThatKeepAllChangeNothing) {
  const std::vector<float> logits = ManyLogits();
  SamplingParams all;
  all.top_k = 1000;
  for (int i = 0; i < 200; ++i) {
    const float uniform = (static_cast<float>(i) + 0.37F) / 200;
    EXPECT_LE(SampleFrom(logits, {}, uniform).token, 999);
    EXPECT_GT(SampleFrom(logits, all, uniform).logprob, -kInfinity);
  }
}

TEST(SamplerTest, WhatHasNoProbabilityIsNeverDrawn) {
  std::vector<float> logits(300, -kInfinity);
  logits[17] = 1.0F;
  logits[280] = 1.0F;
  for (const float uniform : {0.0F, 0.499F, 0.501F, 0.99999994F}) {
    const int32_t token = SampleFrom(logits, {}, uniform).token;
    EXPECT_EQ(token, uniform < 0.5F ? 17 : 280);
  }
}

TEST(SamplerTest, OfEqualLogitsGreedyTakesTheLowestId) {
  SamplingParams greedy;
  greedy.temperature = 0;
  EXPECT_EQ(SampleFrom({1.0F, 3.0F, 3.0F, 2.0F}, greedy, 0.9F).token, 1);
}

}  // namespace
}  // namespace whet
