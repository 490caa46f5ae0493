#include "policy/kv_pool.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <sys/mman.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "policy/cpu/row_types.h"

namespace whet {
namespace {

int64_t WidthOf(int64_t head_dim) {
  return (head_dim + kHeadAlignment - 1) / kHeadAlignment * kHeadAlignment;
}

int64_t BlockCount(int64_t positions) { return (positions + kKeyBlock - 1) / kKeyBlock; }

// Zeros of which only what is touched takes memory and time: most jobs need a small part of the
// pool. Throws as at::zeros does where there is no room.
at::Tensor ZerosOnDemand(at::IntArrayRef shape, const at::TensorOptions& options) {
  size_t bytes = c10::elementSize(c10::typeMetaToScalarType(options.dtype()));
  for (const int64_t size : shape) bytes *= static_cast<size_t>(size);
  if (!options.device().is_cpu()) return at::zeros(shape, options);
  void* const memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return at::zeros(shape, options);
  return at::from_blob(memory, shape, [bytes](void* address) { munmap(address, bytes); }, options);
}

}  // namespace

KvPool::KvPool(const ModelConfig& config, at::ScalarType type, at::Device device, int64_t bytes_max)
    : width_(WidthOf(config.head_dim)) {
  const int64_t head_elements = kKeyBlock * (config.head_dim + width_);
  const int64_t block_bytes = config.layers * config.kv_heads * head_elements *
                              static_cast<int64_t>(c10::elementSize(type));
  const int64_t blocks =
      std::clamp<int64_t>(bytes_max / block_bytes, 1, std::numeric_limits<int32_t>::max());
  storage_ = ZerosOnDemand({blocks, config.layers, config.kv_heads, head_elements},
                           at::TensorOptions(type).device(device));
  references_.resize(static_cast<size_t>(blocks), 0);
  // The lowest block is taken first, so that a small job touches little memory.
  for (int64_t i = blocks; i > 0; --i) free_.push_back(static_cast<int32_t>(i - 1));
}

int32_t KvPool::TakeBlock() {
  const int32_t block = free_.back();
  free_.pop_back();
  references_[static_cast<size_t>(block)] = 1;
  return block;
}

int64_t KvPool::BlocksNeeded(const KvSequence& sequence, int64_t positions) const {
  const int64_t held = static_cast<int64_t>(sequence.blocks.size());
  const int64_t more = std::max<int64_t>(0, BlockCount(sequence.count + positions) - held);
  const bool copies = positions > 0 && sequence.count % kKeyBlock != 0 &&
                      references_[static_cast<size_t>(sequence.blocks.back())] > 1;
  return more + (copies ? 1 : 0);
}

bool KvPool::Extend(KvSequence* sequence, int64_t positions) {
  if (BlocksNeeded(*sequence, positions) > free_count()) return false;
  if (positions > 0 && sequence->count % kKeyBlock != 0) {
    int32_t& last = sequence->blocks[static_cast<size_t>(sequence->count / kKeyBlock)];
    if (references_[static_cast<size_t>(last)] > 1) {
      const int32_t copy = TakeBlock();
      storage_[copy].copy_(storage_[last]);
      --references_[static_cast<size_t>(last)];
      last = copy;
    }
  }
  while (static_cast<int64_t>(sequence->blocks.size()) < BlockCount(sequence->count + positions)) {
    sequence->blocks.push_back(TakeBlock());
  }
  return true;
}

KvSequence KvPool::Fork(const KvSequence& sequence) {
  for (const int32_t block : sequence.blocks) ++references_[static_cast<size_t>(block)];
  return sequence;
}

void KvPool::Release(KvSequence* sequence) {
  for (const int32_t block : sequence->blocks) {
    int32_t& references = references_[static_cast<size_t>(block)];
    WHET_CHECK(references > 0);
    if (--references == 0) free_.push_back(block);
  }
  *sequence = KvSequence();
}

namespace {

// Of q [N, heads, head_dim] and the pool's storage.
struct PagedShape {
  int64_t heads;
  int64_t kv_heads;
  int64_t head_dim;
  int64_t width;
  int64_t layers;

  int64_t group() const { return heads / kv_heads; }
  int64_t head_elements() const { return kKeyBlock * (head_dim + width); }
  // Where the keys of a block's layer and head begin; the values follow after head_dim · 16.
  int64_t Offset(int64_t block, int64_t layer, int64_t kv_head) const {
    return ((block * layers + layer) * kv_heads + kv_head) * head_elements();
  }
};

int32_t BlockOf(const KvRow& row) {
  return row.sequence->blocks[static_cast<size_t>(row.position / kKeyBlock)];
}

// `storage`: the pool's, at the row's block and layer.
template <typename T>
void WriteRow(const PagedShape& shape, int64_t slot, const T* k, const T* v, T* storage) {
  for (int64_t h = 0; h < shape.kv_heads; ++h) {
    T* const keys = storage + h * shape.head_elements();
    T* const values = keys + kKeyBlock * shape.head_dim + slot * shape.width;
    for (int64_t i = 0; i < shape.head_dim; ++i) {
      keys[i * kKeyBlock + slot] = k[h * shape.head_dim + i];
      values[i] = v[h * shape.head_dim + i];
    }
  }
}

// One key head of one row at a time; keeps its memory from one to the next.
template <typename T>
class RowAttention {
 public:
  RowAttention(const RowFunctions<T>& functions, const PagedShape& shape, T* storage)
      : functions_(functions),
        shape_(shape),
        storage_(storage),
        query_(static_cast<size_t>(shape.group() * shape.width), 0.0F),
        output_(query_.size()),
        log_sum_(static_cast<size_t>(shape.group())) {}

  // q and out: the heads [group, head_dim] that share the key head.
  void Run(const KvRow& row, int64_t layer, int64_t kv_head, const T* q, T* out) {
    const int64_t count = row.position + 1;
    const size_t blocks = static_cast<size_t>(BlockCount(count));
    keys_.resize(blocks);
    values_.resize(blocks);
    for (size_t b = 0; b < blocks; ++b) {
      keys_[b] = storage_ + shape_.Offset(row.sequence->blocks[b], layer, kv_head);
      values_[b] = keys_[b] + kKeyBlock * shape_.head_dim;
    }
    scores_.resize(static_cast<size_t>(shape_.group()) * blocks * kKeyBlock);
    for (int64_t h = 0; h < shape_.group(); ++h) {
      functions_.to_f32(q + h * shape_.head_dim, shape_.head_dim, query_.data() + h * shape_.width);
    }
    functions_.attend({.heads = shape_.group(),
                       .head_dim = shape_.head_dim,
                       .width = shape_.width,
                       .count = count,
                       .scale = 1.0F / std::sqrt(static_cast<float>(shape_.head_dim)),
                       .query = query_.data(),
                       .key_blocks = keys_.data(),
                       .value_blocks = values_.data(),
                       .scores = scores_.data(),
                       .output = output_.data(),
                       .log_sum = log_sum_.data()});
    for (int64_t h = 0; h < shape_.group(); ++h) {
      functions_.from_f32(output_.data() + h * shape_.width, shape_.head_dim,
                          out + h * shape_.head_dim);
    }
  }

 private:
  const RowFunctions<T>& functions_;
  const PagedShape shape_;
  T* const storage_;
  std::vector<float> query_;
  std::vector<float> output_;
  std::vector<float> log_sum_;
  std::vector<float> scores_;
  std::vector<const T*> keys_;
  std::vector<const T*> values_;
};

// With LibTorch's operators, a row at a time.
void AttendByOperators(const PagedShape& shape, const KvRow& row, const at::Tensor& layer_storage,
                       const at::Tensor& q, const at::Tensor& out) {
  const auto begin = row.sequence->blocks.begin();
  const std::vector<int64_t> ids(begin, begin + BlockCount(row.position + 1));
  const int64_t blocks = static_cast<int64_t>(ids.size());
  const int64_t key_elements = kKeyBlock * shape.head_dim;
  const at::Tensor own =  // [blocks, kv_heads, 16 · (head_dim + width)]
      layer_storage.index_select(0, at::tensor(ids, at::kLong).to(layer_storage.device()));
  const at::Tensor keys = own.narrow(2, 0, key_elements)
                              .reshape({blocks, shape.kv_heads, shape.head_dim, kKeyBlock})
                              .permute({1, 2, 0, 3})
                              .reshape({shape.kv_heads, shape.head_dim, blocks * kKeyBlock})
                              .narrow(2, 0, row.position + 1);
  const at::Tensor values = own.narrow(2, key_elements, kKeyBlock * shape.width)
                                .reshape({blocks, shape.kv_heads, kKeyBlock, shape.width})
                                .permute({1, 0, 2, 3})
                                .reshape({shape.kv_heads, blocks * kKeyBlock, shape.width})
                                .narrow(1, 0, row.position + 1)
                                .narrow(2, 0, shape.head_dim);
  const at::Tensor queries = q.view({shape.kv_heads, shape.group(), shape.head_dim});
  const at::Tensor scores = at::matmul(queries, keys).to(at::kFloat) *
                            (1.0 / std::sqrt(static_cast<double>(shape.head_dim)));
  const at::Tensor probabilities = at::softmax(scores, -1).to(q.scalar_type());
  out.copy_(at::matmul(probabilities, values).reshape({-1}));
}

void WriteOnDevice(const PagedShape& shape, const std::vector<KvRow>& rows,
                   const at::Tensor& layer_storage, const at::Tensor& k, const at::Tensor& v) {
  const int64_t key_elements = kKeyBlock * shape.head_dim;
  for (size_t i = 0; i < rows.size(); ++i) {
    const int64_t slot = rows[i].position % kKeyBlock;
    const int64_t row = static_cast<int64_t>(i);
    at::Tensor block = layer_storage[BlockOf(rows[i])];  // [kv_heads, 16 · (head_dim + width)]
    block.narrow(1, 0, key_elements)
        .view({shape.kv_heads, shape.head_dim, kKeyBlock})
        .select(2, slot)
        .copy_(k[row]);
    block.narrow(1, key_elements + slot * shape.width, shape.head_dim).copy_(v[row]);
  }
}

at::Tensor AttendOnDevice(const PagedShape& shape, const std::vector<KvRow>& rows,
                          const at::Tensor& layer_storage, const at::Tensor& q) {
  at::Tensor out = at::empty({q.size(0), shape.heads * shape.head_dim}, q.options());
  for (size_t i = 0; i < rows.size(); ++i) {
    const int64_t row = static_cast<int64_t>(i);
    AttendByOperators(shape, rows[i], layer_storage, q[row], out[row]);
  }
  return out;
}

}  // namespace

at::Tensor PagedAttention::Attend(int64_t layer, const at::Tensor& q, const at::Tensor& k,
                                  const at::Tensor& v) {
  const PagedShape shape = {.heads = q.size(1),
                            .kv_heads = k.size(1),
                            .head_dim = q.size(2),
                            .width = pool_.width(),
                            .layers = pool_.storage().size(1)};
  if (!q.is_cpu()) {
    const at::Tensor layer_storage = pool_.storage().select(1, layer);
    WriteOnDevice(shape, rows_, layer_storage, k, v);
    return AttendOnDevice(shape, rows_, layer_storage, q);
  }
  const int64_t count = q.size(0);
  at::Tensor out = at::empty({count, shape.heads * shape.head_dim}, q.options());
  WithRowFunctions(q.scalar_type(), [&](const auto& functions) {
    using T = typename std::decay_t<decltype(functions)>::Element;
    T* const storage = RowData<T>(pool_.storage());
    const int64_t kv_width = shape.kv_heads * shape.head_dim;
    at::parallel_for(0, count, RowGrain(2 * kv_width), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const KvRow& row = rows_[static_cast<size_t>(i)];
        WriteRow(shape, row.position % kKeyBlock, RowData<T>(k) + i * kv_width,
                 RowData<T>(v) + i * kv_width, storage + shape.Offset(BlockOf(row), layer, 0));
      }
    });
    const int64_t group_width = shape.group() * shape.head_dim;
    at::parallel_for(0, count * shape.kv_heads, 1, [&](int64_t begin, int64_t end) {
      RowAttention<T> attention(functions, shape, storage);
      for (int64_t i = begin; i < end; ++i) {
        attention.Run(rows_[static_cast<size_t>(i / shape.kv_heads)], layer, i % shape.kv_heads,
                      RowData<T>(q) + i * group_width, RowData<T>(out) + i * group_width);
      }
    });
  });
  return out;
}

}  // namespace whet
