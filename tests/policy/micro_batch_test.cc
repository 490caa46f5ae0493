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
template <typename Batch>
std::vector<int64_t> ContextOf(const Batch& batch, int64_t row) {
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

using Texts = std::vector<std::vector<int32_t>>;

std::vector<SequenceBatch> Pack(const Texts& texts, int64_t rows_max) {
  const std::vector<absl::Span<const int32_t>> sequences(texts.begin(), texts.end());
  return PackSequences(sequences, rows_max);
}

TEST(PackSequencesTest, ComputesOnceWhatAllBeginWith) {
  const std::vector<SequenceBatch> batches = Pack({{1, 2, 3, 4}, {1, 2, 5}, {1, 2, 3, 6}}, 100);
  ASSERT_THAT(batches, SizeIs(1));
  EXPECT_THAT(batches[0].ids, ElementsAre(1, 2, 3, 4, 5, 3, 6));
  EXPECT_THAT(batches[0].last_rows, ElementsAre(3, 4, 6));
}

TEST(PackSequencesTest, EveryLastRowHasReadItsSequence) {
  const Texts texts = {{1, 2, 3}, {1, 2, 3}, {1, 2}, {1}, {7}, {1, 2, 3, 4, 5}, {7, 8, 9}, {7, 8}};
  for (const int64_t rows_max : {1, 3, 4, 5, 6, 9, 100}) {
    size_t next = 0;
    for (const SequenceBatch& batch : Pack(texts, rows_max)) {
      const bool one = batch.last_rows.size() == 1;
      EXPECT_TRUE(one || static_cast<int64_t>(batch.ids.size()) <= rows_max) << rows_max;
      for (const int64_t row : batch.last_rows) {
        const std::vector<int32_t>& text = texts.at(next++);
        EXPECT_EQ(ContextOf(batch, row), std::vector<int64_t>(text.begin(), text.end()));
      }
    }
    EXPECT_EQ(next, texts.size());
  }
  EXPECT_THAT(Pack({}, 100), IsEmpty());
}

TEST(PackSequencesTest, FillsABatchUpToItsRows) {
  // 2 shared and 2 · 1 of their own; the third would be one row too many.
  EXPECT_THAT(Pack({{1, 2, 3}, {1, 2, 4}, {1, 2, 5}}, 4), SizeIs(2));
  EXPECT_THAT(Pack({{1, 2, 3}, {1, 2, 4}, {1, 2, 5}}, 5), SizeIs(1));
}

}  // namespace
}  // namespace whet
