#include "policy/packed_attention.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "policy/cpu/row_types.h"
#include "policy/recorded.h"

namespace whet {
namespace {

int64_t WidthOf(int64_t head_dim) {
  return (head_dim + kHeadAlignment - 1) / kHeadAlignment * kHeadAlignment;
}

// Of q [rows, heads, head_dim] and k [rows, kv_heads, head_dim].
struct Shape {
  int64_t rows;
  int64_t heads;
  int64_t kv_heads;
  int64_t head_dim;

  int64_t group() const { return heads / kv_heads; }
  int64_t width() const { return WidthOf(head_dim); }
  float scale() const { return 1.0F / std::sqrt(static_cast<float>(head_dim)); }
};

Shape ShapeOf(const at::Tensor& q, const at::Tensor& k) {
  return {.rows = q.size(0), .heads = q.size(1), .kv_heads = k.size(1), .head_dim = q.size(2)};
}

// The row in the batch of a position of a sequence.
int64_t RowAt(const PackedLayout& layout, const PackedSequence& sequence, int64_t position) {
  const int64_t prefix = PrefixCount(layout, sequence);
  return position < prefix ? layout[static_cast<size_t>(sequence.prefix)].begin + position
                           : sequence.begin + position - prefix;
}

int64_t BlockCount(int64_t count) { return (count + kKeyBlock - 1) / kKeyBlock; }

// One key head's vectors of a whole sequence, prefix included, as f32: in rows, and in blocks of
// columns as the row functions want them. Zero where there is nothing.
class HeadVectors {
 public:
  template <typename T>
  void Gather(const RowFunctions<T>& functions, const at::Tensor& x, const PackedLayout& layout,
              const PackedSequence& sequence, int64_t head) {
    const int64_t heads = x.size(1);
    const int64_t head_dim = x.size(2);
    const int64_t width = WidthOf(head_dim);
    const int64_t count = PrefixCount(layout, sequence) + sequence.count;
    rows_.assign(static_cast<size_t>(BlockCount(count) * kKeyBlock * width), 0.0F);
    columns_.assign(static_cast<size_t>(BlockCount(count) * kKeyBlock * head_dim), 0.0F);
    for (int64_t i = 0; i < count; ++i) {
      const int64_t row = RowAt(layout, sequence, i);
      float* const target = rows_.data() + i * width;
      functions.to_f32(RowData<T>(x) + (row * heads + head) * head_dim, head_dim, target);
      float* const block = columns_.data() + i / kKeyBlock * kKeyBlock * head_dim + i % kKeyBlock;
      for (int64_t j = 0; j < head_dim; ++j) block[j * kKeyBlock] = target[j];
    }
    row_blocks_.clear();
    column_blocks_.clear();
    for (int64_t b = 0; b < BlockCount(count); ++b) {
      row_blocks_.push_back(rows_.data() + b * kKeyBlock * width);
      column_blocks_.push_back(columns_.data() + b * kKeyBlock * head_dim);
    }
  }

  const float* rows() const { return rows_.data(); }        // [count, width]
  const float* columns() const { return columns_.data(); }  // [⌈count/16⌉, head_dim, 16]
  const float* const* row_blocks() const { return row_blocks_.data(); }
  const float* const* column_blocks() const { return column_blocks_.data(); }

 private:
  std::vector<float> rows_;
  std::vector<float> columns_;
  std::vector<const float*> row_blocks_;
  std::vector<const float*> column_blocks_;
};

// The query heads of one position that share a key head, padded to the width of the row functions.
class HeadGroup {
 public:
  explicit HeadGroup(const Shape& shape)
      : shape_(shape), rows_(static_cast<size_t>(shape.group() * shape.width()), 0.0F) {}

  template <typename T>
  const float* Load(const RowFunctions<T>& functions, const T* source) {
    for (int64_t h = 0; h < shape_.group(); ++h) {
      functions.to_f32(source + h * shape_.head_dim, shape_.head_dim, row(h));
    }
    return rows_.data();
  }
  template <typename T>
  void Store(const RowFunctions<T>& functions, T* target) {
    for (int64_t h = 0; h < shape_.group(); ++h) {
      functions.from_f32(row(h), shape_.head_dim, target + h * shape_.head_dim);
    }
  }
  float* data() { return rows_.data(); }

 private:
  float* row(int64_t h) { return rows_.data() + h * shape_.width(); }

  const Shape shape_;
  std::vector<float> rows_;  // [group, width]
};

// What PackedAttention computes, and keeps for its backward.
struct Attended {
  at::Tensor q;
  at::Tensor k;
  at::Tensor v;
  std::shared_ptr<const PackedLayout> layout;
  at::Tensor output;   // [N, heads · d]
  at::Tensor log_sum;  // [N, heads] f32
};

// One key head of one sequence, at a time; keeps its memory from one to the next.
template <typename T>
class SequenceForward {
 public:
  SequenceForward(const RowFunctions<T>& functions, const Attended& a)
      : functions_(functions), a_(a), shape_(ShapeOf(a.q, a.k)), query_(shape_), output_(shape_) {}

  void Run(const PackedSequence& sequence, int64_t kv_head) {
    keys_.Gather(functions_, a_.k, *a_.layout, sequence, kv_head);
    values_.Gather(functions_, a_.v, *a_.layout, sequence, kv_head);
    const int64_t prefix = PrefixCount(*a_.layout, sequence);
    scores_.resize(
        static_cast<size_t>(shape_.group() * BlockCount(prefix + sequence.count) * kKeyBlock));
    for (int64_t i = 0; i < sequence.count; ++i) {
      const int64_t head = (sequence.begin + i) * shape_.heads + kv_head * shape_.group();
      CpuFunctionsHere().f32.attend(
          {.heads = shape_.group(),
           .head_dim = shape_.head_dim,
           .width = shape_.width(),
           .count = prefix + i + 1,
           .scale = shape_.scale(),
           .query = query_.Load(functions_, RowData<T>(a_.q) + head * shape_.head_dim),
           .key_blocks = keys_.column_blocks(),
           .value_blocks = values_.row_blocks(),
           .scores = scores_.data(),
           .output = output_.data(),
           .log_sum = RowData<float>(a_.log_sum) + head});
      output_.Store(functions_, RowData<T>(a_.output) + head * shape_.head_dim);
    }
  }

 private:
  const RowFunctions<T>& functions_;
  const Attended& a_;
  const Shape shape_;
  HeadVectors keys_;
  HeadVectors values_;
  HeadGroup query_;
  HeadGroup output_;
  std::vector<float> scores_;
};

struct Gradients {
  at::Tensor output;  // [N, heads · d]
  at::Tensor q;       // [N, heads, d]
  at::Tensor k;       // [N, kv_heads, d] f32
  at::Tensor v;       // [N, kv_heads, d] f32
};

// As SequenceForward. Sequences that share a prefix must not run at the same time for one key head.
template <typename T>
class SequenceBackward {
 public:
  SequenceBackward(const RowFunctions<T>& functions, const Attended& a, const Gradients& gradients)
      : functions_(functions),
        a_(a),
        gradients_(gradients),
        shape_(ShapeOf(a.q, a.k)),
        query_(shape_),
        d_output_(shape_),
        d_query_(shape_) {}

  void Run(const PackedSequence& sequence, int64_t kv_head) {
    keys_.Gather(functions_, a_.k, *a_.layout, sequence, kv_head);
    values_.Gather(functions_, a_.v, *a_.layout, sequence, kv_head);
    const int64_t prefix = PrefixCount(*a_.layout, sequence);
    const int64_t count = prefix + sequence.count;
    const size_t scores = static_cast<size_t>(shape_.group() * BlockCount(count) * kKeyBlock);
    probabilities_.resize(scores);
    score_gradients_.resize(scores);
    d_keys_.assign(static_cast<size_t>(count * shape_.width()), 0.0F);
    d_values_.assign(static_cast<size_t>(count * shape_.width()), 0.0F);
    for (int64_t i = 0; i < sequence.count; ++i) {
      RunPosition((sequence.begin + i) * shape_.heads + kv_head * shape_.group(), prefix + i + 1);
    }
    for (int64_t i = 0; i < count; ++i) {
      const int64_t row = RowAt(*a_.layout, sequence, i) * shape_.kv_heads + kv_head;
      AddRow(d_keys_.data() + i * shape_.width(), row, gradients_.k);
      AddRow(d_values_.data() + i * shape_.width(), row, gradients_.v);
    }
  }

 private:
  void RunPosition(int64_t head, int64_t count) {
    const T* const output_gradient = RowData<T>(gradients_.output) + head * shape_.head_dim;
    CpuFunctionsHere().attend_backward(
        {.heads = shape_.group(),
         .head_dim = shape_.head_dim,
         .width = shape_.width(),
         .count = count,
         .scale = shape_.scale(),
         .query = query_.Load(functions_, RowData<T>(a_.q) + head * shape_.head_dim),
         .output_gradient = d_output_.Load(functions_, output_gradient),
         .log_sum = RowData<float>(a_.log_sum) + head,
         .key_columns = keys_.columns(),
         .value_columns = values_.columns(),
         .keys = keys_.rows(),
         .probabilities = probabilities_.data(),
         .score_gradients = score_gradients_.data(),
         .query_gradient = d_query_.data(),
         .key_gradients = d_keys_.data(),
         .value_gradients = d_values_.data()});
    d_query_.Store(functions_, RowData<T>(gradients_.q) + head * shape_.head_dim);
  }

  void AddRow(const float* source, int64_t row, const at::Tensor& target) {
    float* const to = RowData<float>(target) + row * shape_.head_dim;
    for (int64_t j = 0; j < shape_.head_dim; ++j) to[j] += source[j];
  }

  const RowFunctions<T>& functions_;
  const Attended& a_;
  const Gradients& gradients_;
  const Shape shape_;
  HeadVectors keys_;
  HeadVectors values_;
  HeadGroup query_;
  HeadGroup d_output_;
  HeadGroup d_query_;
  std::vector<float> probabilities_;
  std::vector<float> score_gradients_;
  std::vector<float> d_keys_;
  std::vector<float> d_values_;
};

// Sequences in lists whose key gradients have nothing in common: those that share a prefix, with
// it.
std::vector<std::vector<size_t>> FamiliesOf(const PackedLayout& layout) {
  std::vector<std::vector<size_t>> families;
  std::vector<size_t> family_of(layout.size());
  for (size_t i = 0; i < layout.size(); ++i) {
    if (layout[i].prefix >= 0) {
      family_of[i] = family_of[static_cast<size_t>(layout[i].prefix)];
    } else {
      family_of[i] = families.size();
      families.emplace_back();
    }
    families[family_of[i]].push_back(i);
  }
  return families;
}

// Calls run(runner, list member, key head) for all, on all threads; `make` makes a thread's runner.
template <typename Items, typename Make, typename Run>
void ForEachHead(const Items& items, int64_t kv_heads, const Make& make, const Run& run) {
  at::parallel_for(0, static_cast<int64_t>(items.size()) * kv_heads, 1,
                   [&](int64_t begin, int64_t end) {
                     auto runner = make();
                     for (int64_t i = begin; i < end; ++i) {
                       run(&runner, items[static_cast<size_t>(i / kv_heads)], i % kv_heads);
                     }
                   });
}

void RunForward(const Attended& a) {
  WithRowFunctions(a.q.scalar_type(), [&](const auto& functions) {
    using T = typename std::decay_t<decltype(functions)>::Element;
    ForEachHead(
        *a.layout, a.k.size(1), [&] { return SequenceForward<T>(functions, a); },
        [](auto* runner, const PackedSequence& sequence, int64_t kv_head) {
          runner->Run(sequence, kv_head);
        });
  });
}

std::vector<at::Tensor> RunBackward(const Attended& a, const at::Tensor& output_gradient) {
  const Gradients gradients = {output_gradient.contiguous(), at::empty_like(a.q),
                               at::zeros(a.k.sizes(), at::kFloat),
                               at::zeros(a.v.sizes(), at::kFloat)};
  WithRowFunctions(a.q.scalar_type(), [&](const auto& functions) {
    using T = typename std::decay_t<decltype(functions)>::Element;
    ForEachHead(
        FamiliesOf(*a.layout), a.k.size(1),
        [&] { return SequenceBackward<T>(functions, a, gradients); },
        [&](auto* runner, const std::vector<size_t>& family, int64_t kv_head) {
          for (const size_t i : family) runner->Run((*a.layout)[i], kv_head);
        });
  });
  return {gradients.q, gradients.k.to(a.k.scalar_type()), gradients.v.to(a.v.scalar_type())};
}

// With LibTorch's operators, a sequence at a time; autograd records it.
at::Tensor AttendByOperators(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                             const PackedLayout& layout) {
  const Shape shape = ShapeOf(q, k);
  std::vector<at::Tensor> outputs;
  for (const PackedSequence& sequence : layout) {
    const int64_t prefix = PrefixCount(layout, sequence);
    const auto with_prefix = [&](const at::Tensor& x) {
      at::Tensor own = x.narrow(0, sequence.begin, sequence.count);
      if (prefix == 0) return own;
      const int64_t begin = layout[static_cast<size_t>(sequence.prefix)].begin;
      return at::cat({x.narrow(0, begin, prefix), own}, 0);
    };
    const at::Tensor queries = q.narrow(0, sequence.begin, sequence.count).transpose(0, 1);
    const at::Tensor keys = with_prefix(k).transpose(0, 1).repeat_interleave(shape.group(), 0);
    const at::Tensor values = with_prefix(v).transpose(0, 1).repeat_interleave(shape.group(), 0);
    const at::Tensor future =
        at::ones({sequence.count, prefix + sequence.count}, q.options().dtype(at::kBool))
            .triu(prefix + 1);
    const at::Tensor scores =
        (at::matmul(queries, keys.transpose(1, 2)).to(at::kFloat) * shape.scale())
            .masked_fill(future, -std::numeric_limits<float>::infinity());
    const at::Tensor probabilities = at::softmax(scores, -1).to(q.scalar_type());
    outputs.push_back(at::matmul(probabilities, values)
                          .transpose(0, 1)
                          .reshape({sequence.count, shape.heads * shape.head_dim}));
  }
  return at::cat(outputs, 0);
}

}  // namespace

at::Tensor PackedAttention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                           std::shared_ptr<const PackedLayout> layout) {
  if (!q.is_cpu()) return AttendByOperators(q, k, v, *layout);
  Attended a;
  {
    const at::NoGradGuard no_gradients;
    a = {q.detach(),
         k.detach(),
         v.detach(),
         std::move(layout),
         at::empty({q.size(0), q.size(1) * q.size(2)}, q.options()),
         at::empty({q.size(0), q.size(1)}, at::kFloat)};
    RunForward(a);
  }
  at::Tensor output = a.output;
  a.output = at::Tensor();  // The backward does without; keeping it would be a cycle.
  Record({q, k, v}, {output}, [a = std::move(a)](const std::vector<at::Tensor>& gradients) {
    return RunBackward(a, gradients[0]);
  });
  return output;
}

}  // namespace whet
