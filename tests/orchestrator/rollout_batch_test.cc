#include "orchestrator/rollout_batch.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace whet {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const RandomKey kKey(1, RandomPurpose::kOrder);

// A sequence of `prompt` tokens that do not count and `completion` that do.
TrainSample SampleOf(size_t prompt, size_t completion) {
  TrainSample sample = {.tokens = std::vector<int32_t>(prompt + completion),
                        .loss_mask = std::vector<bool>(prompt, false),
                        .behavior_logprobs = std::vector<float>(prompt + completion),
                        .advantage = static_cast<float>(completion)};
  sample.loss_mask.resize(prompt + completion, true);
  return sample;
}

TEST(CutIntoPartsTest, OnePartIsAllInItsOrder) {
  EXPECT_THAT(CutIntoParts(4, 1, kKey), ElementsAre(ElementsAre(0, 1, 2, 3)));
}

TEST(CutIntoPartsTest, PartsHaveEverySampleOnceAndDifferByOneAtMost) {
  const std::vector<std::vector<size_t>> parts = CutIntoParts(11, 4, kKey);
  ASSERT_THAT(parts, SizeIs(4));
  std::vector<size_t> all;
  for (const std::vector<size_t>& part : parts) {
    EXPECT_GE(part.size(), 2);  // 11 = 2 + 3 + 3 + 3
    EXPECT_LE(part.size(), 3);
    all.insert(all.end(), part.begin(), part.end());
  }
  EXPECT_FALSE(std::is_sorted(all.begin(), all.end()));  // Shuffled.
  std::sort(all.begin(), all.end());
  std::vector<size_t> expected(11);
  std::iota(expected.begin(), expected.end(), size_t{0});
  EXPECT_EQ(all, expected);
}

TEST(CutIntoPartsTest, IsAFunctionOfTheKey) {
  EXPECT_EQ(CutIntoParts(20, 2, kKey), CutIntoParts(20, 2, kKey));
  EXPECT_NE(CutIntoParts(20, 2, kKey), CutIntoParts(20, 2, kKey.Child(1)));
}

TEST(CutIntoPartsTest, ASmallBatchHasEmptyParts) {
  size_t filled = 0;
  for (const std::vector<size_t>& part : CutIntoParts(2, 4, kKey)) filled += part.size();
  EXPECT_EQ(filled, 2);
  EXPECT_THAT(CutIntoParts(0, 2, kKey), ElementsAre(IsEmpty(), IsEmpty()));
}

TEST(PartOfTest, HasItsSamplesAndTheWholeBatchsNormalizers) {
  const std::vector<TrainSample> samples = {SampleOf(2, 1), SampleOf(2, 3), SampleOf(2, 8)};
  const TrainBatch part = PartOf(samples, {2, 0}, /*parts=*/2);
  ASSERT_THAT(part.samples, SizeIs(2));
  EXPECT_EQ(part.samples[0].advantage, 8.0F);
  EXPECT_EQ(part.samples[1].advantage, 1.0F);
  // 1 + 3 + 8 tokens count, and 3 samples, in two parts: a token weighs as much in either.
  EXPECT_DOUBLE_EQ(part.normalizer_tokens, 6.0);
  EXPECT_DOUBLE_EQ(part.normalizer_samples, 1.5);
}

}  // namespace
}  // namespace whet
