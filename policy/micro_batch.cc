#include "policy/micro_batch.h"

#include <algorithm>
#include <cstddef>

#include "absl/container/flat_hash_map.h"
#include "base/check.h"

namespace whet {
namespace {

// Tokens before the first that counts; all of them if none does.
size_t PromptLength(const TrainSample& sample) {
  const auto first = std::find(sample.loss_mask.begin(), sample.loss_mask.end(), true);
  return static_cast<size_t>(first - sample.loss_mask.begin());
}

// Samples with the same prompt, as indices, in the order in which prompts and samples come first.
std::vector<std::vector<size_t>> FamiliesOf(absl::Span<const TrainSample> samples) {
  std::vector<std::vector<size_t>> families;
  absl::flat_hash_map<absl::Span<const int32_t>, size_t> family_of_prompt;
  for (size_t i = 0; i < samples.size(); ++i) {
    const TrainSample& sample = samples[i];
    WHET_CHECK(sample.loss_mask.size() == sample.tokens.size());
    const size_t prompt = PromptLength(sample);
    if (prompt == sample.tokens.size()) continue;
    WHET_CHECK(prompt > 0);
    const auto [entry, is_new] = family_of_prompt.insert(
        {absl::MakeConstSpan(sample.tokens).first(prompt), families.size()});
    if (is_new) families.emplace_back();
    families[entry->second].push_back(i);
  }
  return families;
}

// Fills micro-batches one after another.
class Packer {
 public:
  Packer(absl::Span<const TrainSample> samples, int64_t rows_max)
      : samples_(samples), rows_max_(rows_max) {}

  void Add(const std::vector<size_t>& family) {
    prompt_ = static_cast<int64_t>(PromptLength(samples_[family.front()]));
    prefix_ = -1;
    for (size_t i = 0; i < family.size(); ++i) {
      const int64_t own = static_cast<int64_t>(samples_[family[i]].tokens.size()) - 1 - prompt_;
      const int64_t more = own + (prefix_ < 0 ? prompt_ : 0);
      if (out_.empty() || (rows() > 0 && rows() + more > rows_max_)) {
        out_.emplace_back();
        prefix_ = -1;
      }
      if (i + 1 < family.size() && prefix_ < 0) AddPrefix(family[i]);
      AddSample(family[i]);
    }
  }

  std::vector<MicroBatch> Take() { return std::move(out_); }

 private:
  int64_t rows() const { return static_cast<int64_t>(out_.back().ids.size()); }

  void AddRows(const TrainSample& sample, int64_t begin, int64_t end, int prefix) {
    MicroBatch& batch = out_.back();
    batch.layout.push_back({.begin = rows(), .count = end - begin, .prefix = prefix});
    batch.ids.insert(batch.ids.end(), sample.tokens.begin() + begin, sample.tokens.begin() + end);
  }

  void AddPrefix(size_t index) {
    const int prefix = static_cast<int>(out_.back().layout.size());
    AddRows(samples_[index], 0, prompt_, -1);
    prefix_ = prefix;
  }

  void AddSample(size_t index) {
    const TrainSample& sample = samples_[index];
    MicroBatch& batch = out_.back();
    const int64_t shared = prefix_ < 0 ? 0 : prompt_;
    const int64_t begin = rows();
    const int64_t end = static_cast<int64_t>(sample.tokens.size()) - 1;
    if (end > shared) AddRows(sample, shared, end, prefix_);
    for (size_t position = 1; position < sample.tokens.size(); ++position) {
      if (!sample.loss_mask[position]) continue;
      const int64_t before = static_cast<int64_t>(position) - 1;
      const int64_t row = before < shared
                              ? batch.layout[static_cast<size_t>(prefix_)].begin + before
                              : begin + before - shared;
      batch.scored.push_back({.row = row, .sample = index, .position = position});
    }
  }

  const absl::Span<const TrainSample> samples_;
  const int64_t rows_max_;
  std::vector<MicroBatch> out_;
  // Of the family that is being added.
  int64_t prompt_ = 0;
  int prefix_ = -1;  // Its prompt's sequence in the last micro-batch; -1: it is not there yet.
};

}  // namespace

std::vector<MicroBatch> PackSamples(absl::Span<const TrainSample> samples, int64_t rows_max) {
  Packer packer(samples, rows_max);
  for (const std::vector<size_t>& family : FamiliesOf(samples)) packer.Add(family);
  return packer.Take();
}

namespace {

using Sequence = absl::Span<const int32_t>;

// Tokens that both begin with; of `other` at least the last one is its own.
size_t SharedCount(Sequence shared, Sequence other) {
  const size_t most = std::min(shared.size(), other.size() - 1);
  const auto end = shared.begin() + static_cast<std::ptrdiff_t>(most);
  return static_cast<size_t>(std::mismatch(shared.begin(), end, other.begin()).first -
                             shared.begin());
}

// Of sequences that begin with the same `shared` tokens.
SequenceBatch BatchOf(absl::Span<const Sequence> sequences, size_t shared) {
  SequenceBatch batch;
  const auto add = [&batch](Sequence tokens, int prefix) {
    batch.layout.push_back({.begin = static_cast<int64_t>(batch.ids.size()),
                            .count = static_cast<int64_t>(tokens.size()),
                            .prefix = prefix});
    batch.ids.insert(batch.ids.end(), tokens.begin(), tokens.end());
  };
  const bool shares = shared > 0 && sequences.size() > 1;
  if (shares) add(sequences.front().first(shared), -1);
  for (const Sequence sequence : sequences) {
    add(shares ? sequence.subspan(shared) : sequence, shares ? 0 : -1);
    batch.last_rows.push_back(static_cast<int64_t>(batch.ids.size()) - 1);
  }
  return batch;
}

}  // namespace

std::vector<SequenceBatch> PackSequences(absl::Span<const Sequence> sequences, int64_t rows_max) {
  std::vector<SequenceBatch> batches;
  size_t begin = 0;
  while (begin < sequences.size()) {
    WHET_CHECK(!sequences[begin].empty());
    size_t shared = sequences[begin].size() - 1;
    size_t tokens = sequences[begin].size();  // Of all sequences of the batch.
    size_t end = begin + 1;
    for (; end < sequences.size(); ++end) {
      const size_t left = SharedCount(sequences[begin].first(shared), sequences[end]);
      const size_t rows = tokens + sequences[end].size() - (end - begin) * left;
      if (static_cast<int64_t>(rows) > rows_max) break;
      shared = left;
      tokens += sequences[end].size();
    }
    batches.push_back(BatchOf(sequences.subspan(begin, end - begin), shared));
    begin = end;
  }
  return batches;
}

}  // namespace whet
