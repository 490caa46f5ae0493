#include "policy/micro_batch.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace whet {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TrainSample Sample(std::vector<int32_t> prompt, const std::vector<int32_t>& completion) {
  TrainSample sample = {};
  sample.tokens = std::move(prompt);
  sample.loss_mask.assign(sample.tokens.size(), false);
  sample.tokens.insert(sample.tokens.end(), completion.begin(), completion.end());
  sample.loss_mask.resize(sample.tokens.size(), true);
  return sample;
}

// What a row has been given to read, the row's own token last: its prefix and its sequence.
std::vector<int64_t> ContextOf(const MicroBatch& batch, int64_t row) {
  for (const PackedSequence& sequence : batch.layout) {
    if (row < sequence.begin || row >= sequence.begin + sequence.count) continue;
    std::vector<int64_t> context;
    if (sequence.prefix >= 0) {
      const PackedSequence& prefix = batch.layout[static_cast<size_t>(sequence.prefix)];
      context.assign(batch.ids.begin() + prefix.begin,
                     batch.ids.begin() + prefix.begin + prefix.count);
    }
    context.insert(context.end(), batch.ids.begin() + sequence.begin, batch.ids.begin() + row + 1);
    return context;
  }
  return {};
}

TEST(MicroBatchTest, ComputesASharedPromptOnce) {
  const std::vector<TrainSample> samples = {Sample({1, 2, 3}, {4, 5}), Sample({1, 2, 3}, {6}),
                                            Sample({1, 2, 3}, {7, 8, 9})};
  const std::vector<MicroBatch> batches = PackSamples(samples, 100);
  ASSERT_THAT(batches, SizeIs(1));
  // The prompt, then each completion but its last token.
  EXPECT_THAT(batches[0].ids, ElementsAre(1, 2, 3, 4, 7, 8));
}

TEST(MicroBatchTest, EachTokenIsScoredByTheRowThatHasReadAllBeforeIt) {
  const std::vector<TrainSample> samples = {Sample({1, 2, 3}, {4, 5}), Sample({9}, {6, 7, 8}),
                                            Sample({1, 2, 3}, {7, 8, 9}), Sample({9}, {5})};
  for (const int64_t rows_max : {1, 5, 7, 100}) {
    size_t scored = 0;
    for (const MicroBatch& batch : PackSamples(samples, rows_max)) {
      for (const ScoredToken& token : batch.scored) {
        const std::vector<int32_t>& tokens = samples[token.sample].tokens;
        EXPECT_EQ(ContextOf(batch, token.row),
                  std::vector<int64_t>(tokens.begin(),
                                       tokens.begin() + static_cast<ptrdiff_t>(token.position)));
        ++scored;
      }
    }
    EXPECT_EQ(scored, 9);
  }
}

TEST(MicroBatchTest, HoldsNoMoreRowsThanItMayButForOneSample) {
  std::vector<TrainSample> samples;
  samples.reserve(20);
  for (int i = 0; i < 20; ++i) samples.push_back(Sample({i % 3, 1}, std::vector<int32_t>(3, i)));
  for (const MicroBatch& batch : PackSamples(samples, 9)) EXPECT_LE(batch.ids.size(), 9);
  EXPECT_THAT(PackSamples(samples, 1), SizeIs(20));
}

TEST(MicroBatchTest, InsertedTokensAreReadButNotScored) {
  TrainSample sample = Sample({1}, {2, 3, 4});
  sample.loss_mask[2] = false;
  const std::vector<MicroBatch> batches = PackSamples({sample}, 100);
  ASSERT_THAT(batches, SizeIs(1));
  EXPECT_THAT(batches[0].ids, ElementsAre(1, 2, 3));
  ASSERT_THAT(batches[0].scored, SizeIs(2));
  EXPECT_EQ(batches[0].scored[1].position, 3);
}

TEST(MicroBatchTest, LeavesOutSamplesInWhichNothingCounts) {
  EXPECT_THAT(PackSamples({Sample({1, 2, 3}, {})}, 100), IsEmpty());
}

}  // namespace
}  // namespace whet
