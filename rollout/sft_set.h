// Texts to learn from, read from JSON lines: docs/formats.md, "Supervised texts".
#ifndef WHET_ROLLOUT_SFT_SET_H_
#define WHET_ROLLOUT_SFT_SET_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "rollout/train_batch.h"
#include "text/tokenizer.h"

namespace whet {

enum class SftLoss {
  kCompletion,  // Tokens of the completion; of a plain text all.
  kSequence,    // All tokens.
};

struct SftSetOptions {
  std::vector<std::string> files = {};
  SftLoss loss = SftLoss::kCompletion;
  int64_t tokens_max = 2048;  // Longer rows are cut at their end.
  // Put after each text that does not end with it.
  int32_t eos_id = 0;
};

struct SftSet {
  std::vector<TrainSample> samples;  // In the order of the files; at least one.
  int64_t rows;                      // That were read.
  int64_t without_loss;              // Left out: no token of theirs is learnt.
  int64_t cut;                       // At tokens_max.
};

// Reads rows of `text`, or of `prompt` and `completion` (texts). A prompt and its completion are
// encoded as one text; the completion begins at the first token that differs from the prompt alone,
// as in TRL. A row's first token is never in the loss: nothing predicts it. Statuses of ReadFile;
// InvalidArgument, with file and line, for a row that cannot be used, and for a set in which
// nothing is learnt.
absl::StatusOr<SftSet> ReadSftSet(const SftSetOptions& options, const Tokenizer& tokenizer);

}  // namespace whet

#endif  // WHET_ROLLOUT_SFT_SET_H_
