// Memory for the keys and values of running sequences, in blocks of kKeyBlock positions that
// sequences with a common beginning share. Includes LibTorch: for files of policy/ only.
#ifndef WHET_POLICY_KV_POOL_H_
#define WHET_POLICY_KV_POOL_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "policy/cpu/row_functions.h"
#include "policy/decoder.h"
#include "policy/model_config.h"

namespace whet {

// The keys and values of one sequence: `count` positions, in blocks of the pool.
struct KvSequence {
  std::vector<int32_t> blocks;
  int64_t count = 0;
};

// A fixed number of blocks with reference counts. Not thread-safe.
class KvPool {
 public:
  // As many blocks as fit `bytes_max`, at least one.
  KvPool(const ModelConfig& config, at::ScalarType type, at::Device device, int64_t bytes_max);

  int64_t block_count() const { return static_cast<int64_t>(references_.size()); }
  int64_t free_count() const { return static_cast<int64_t>(free_.size()); }

  // Blocks that Extend would take.
  int64_t BlocksNeeded(const KvSequence& sequence, int64_t positions) const;

  // Makes room for `positions` more, in blocks of its own: a last block that others share too is
  // copied. False, and nothing changes, if there are not enough blocks. `count` stays.
  bool Extend(KvSequence* sequence, int64_t positions);

  // Another sequence that begins with all of `sequence`.
  KvSequence Fork(const KvSequence& sequence);

  // Gives the blocks back; the sequence is empty then.
  void Release(KvSequence* sequence);

  // [blocks, layers, kv_heads, 16 · (head_dim + width)]: of each key head the keys as columns
  // [head_dim, 16], then the values as rows [16, width]. Zero where nothing was written.
  const at::Tensor& storage() const { return storage_; }
  int64_t width() const { return width_; }

 private:
  int32_t TakeBlock();

  const int64_t width_;
  at::Tensor storage_;
  std::vector<int32_t> references_;
  std::vector<int32_t> free_;
};

// A row of a batch that is computed: the next positions of some sequence.
struct KvRow {
  const KvSequence* sequence;
  int64_t position;  // Below what the sequence was extended to.
};

// Writes each row's key and value into its place, then lets it attend to its sequence up to itself.
class PagedAttention : public Attention {
 public:
  // Neither is owned; both outlive this.
  PagedAttention(const KvPool* pool, const std::vector<KvRow>* rows) : pool_(*pool), rows_(*rows) {}

  at::Tensor Attend(int64_t layer, const at::Tensor& q, const at::Tensor& k,
                    const at::Tensor& v) override;

 private:
  const KvPool& pool_;
  const std::vector<KvRow>& rows_;
};

}  // namespace whet

#endif  // WHET_POLICY_KV_POOL_H_
