// Cutting a training batch into what goes through the model at once. No LibTorch.
#ifndef WHET_POLICY_MICRO_BATCH_H_
#define WHET_POLICY_MICRO_BATCH_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "policy/packed_layout.h"
#include "rollout/train_batch.h"

namespace whet {

// A token whose log-probability is wanted.
struct ScoredToken {
  int64_t row;      // Whose hidden state predicts it.
  size_t sample;    // In the batch.
  size_t position;  // In the sample.
};

// N rows of whole sequences.
struct MicroBatch {
  std::vector<int64_t> ids;  // [N] tokens that go in.
  PackedLayout layout;
  std::vector<ScoredToken> scored;  // In the order of samples, then positions.
};

// Packs `samples` into micro-batches of at most `rows_max` rows, or of one sample. Samples with the
// same prompt (what comes before their first counted token) come together, and share its rows
// within a micro-batch. A sample's last token needs no row; samples in which nothing counts are
// left out.
std::vector<MicroBatch> PackSamples(absl::Span<const TrainSample> samples, int64_t rows_max);

// N rows of whole sequences, of each of which the last one is wanted.
struct SequenceBatch {
  std::vector<int64_t> ids;  // [N] tokens that go in.
  PackedLayout layout;
  std::vector<int64_t> last_rows;  // Of each sequence, in their order.
};

// Packs `sequences`, none of them empty, in their order into batches of at most `rows_max` rows, or
// of one sequence. The tokens that all of a batch begin with come once.
std::vector<SequenceBatch> PackSequences(absl::Span<const absl::Span<const int32_t>> sequences,
                                         int64_t rows_max);

}  // namespace whet

#endif  // WHET_POLICY_MICRO_BATCH_H_
