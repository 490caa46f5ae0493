#include "policy/packed_attention.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace whet {
namespace {

using ::testing::ElementsAre;

struct Sizes {
  int64_t heads;
  int64_t kv_heads;
  int64_t head_dim;
};

struct Inputs {
  at::Tensor q;  // [N, heads, d]
  at::Tensor k;  // [N, kv_heads, d]
  at::Tensor v;  // [N, kv_heads, d]
};

int64_t RowsOf(const PackedLayout& layout) { return layout.back().begin + layout.back().count; }

Inputs RandomInputs(int64_t rows, const Sizes& sizes, at::ScalarType type = at::kFloat) {
  const at::Generator random = at::detail::createCPUGenerator(7);
  const auto make = [&](int64_t heads) {
    return at::randn({rows, heads, sizes.head_dim}, random, at::kFloat).to(type);
  };
  return {make(sizes.heads), make(sizes.kv_heads), make(sizes.kv_heads)};
}

at::Tensor Attend(const Inputs& in, const PackedLayout& layout) {
  return PackedAttention(in.q, in.k, in.v, std::make_shared<const PackedLayout>(layout));
}

// Sequence by sequence, a full matrix of scores, in doubles.
at::Tensor ReferenceOf(const Inputs& in, const PackedLayout& layout) {
  const int64_t group = in.q.size(1) / in.k.size(1);
  std::vector<at::Tensor> outputs;
  for (const PackedSequence& sequence : layout) {
    const auto rows_of = [&](const at::Tensor& x) {
      at::Tensor own = x.slice(0, sequence.begin, sequence.begin + sequence.count);
      if (sequence.prefix < 0) return own;
      const PackedSequence& prefix = layout[static_cast<size_t>(sequence.prefix)];
      return at::cat({x.slice(0, prefix.begin, prefix.begin + prefix.count), own}, 0);
    };
    const at::Tensor keys = rows_of(in.k).repeat_interleave(group, 1);    // [T, heads, d]
    const at::Tensor values = rows_of(in.v).repeat_interleave(group, 1);  // [T, heads, d]
    const at::Tensor queries = in.q.slice(0, sequence.begin, sequence.begin + sequence.count);
    const int64_t all = keys.size(0);
    const at::Tensor hidden =
        at::ones({all, all}, at::kBool).triu(1).slice(0, all - sequence.count);  // [own, T]
    const at::Tensor scores =
        (at::einsum("qhd,khd->hqk", {queries, keys}) / std::sqrt(static_cast<double>(in.q.size(2))))
            .masked_fill(hidden, -std::numeric_limits<double>::infinity());
    outputs.push_back(at::einsum("hqk,khd->qhd", {at::softmax(scores, -1), values}).flatten(1));
  }
  return at::cat(outputs, 0);
}

Inputs Leaves(const Inputs& in, at::ScalarType type) {
  const auto leaf = [type](const at::Tensor& x) {
    return x.detach().to(type).clone().requires_grad_(true);
  };
  return {leaf(in.q), leaf(in.k), leaf(in.v)};
}

double LargestDifference(const at::Tensor& a, const at::Tensor& b) {
  return (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
}

// Sequences of one row, of whole blocks of keys and of more; on their own, and sharing prefixes.
std::vector<PackedLayout> Layouts() {
  return {
      {{0, 1}},
      {{0, 33}},
      {{0, 1}, {1, 1}, {2, 16}, {18, 17}},
      {{0, 5}, {5, 3, 0}, {8, 1, 0}, {9, 20, 0}},
      {{0, 16}, {16, 7}, {23, 4, 1}, {27, 1, 0}, {28, 30, 1}, {58, 2}},
  };
}

TEST(PackedAttentionTest, ForwardAndGradientsAreThoseOfTheReference) {
  for (const Sizes& sizes : {Sizes{1, 1, 8}, Sizes{4, 2, 16}, Sizes{5, 1, 24}, Sizes{6, 2, 80}}) {
    for (const PackedLayout& layout : Layouts()) {
      for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
        const Inputs random = RandomInputs(RowsOf(layout), sizes, type);
        const Inputs own = Leaves(random, type);
        const Inputs wanted = Leaves(random, at::kDouble);
        const at::Tensor y = Attend(own, layout);
        const at::Tensor y_wanted = ReferenceOf(wanted, layout);
        const at::Tensor dy = at::randn_like(y);
        y.backward(dy);
        y_wanted.backward(dy.to(at::kDouble));
        const std::string name = absl::StrCat(sizes.heads, " heads of ", sizes.head_dim, ", ",
                                              layout.size(), " sequences, type ", toString(type));
        // Results in bf16 are rounded to 2^-8 of themselves, and they are up to about 8.
        const double tolerance = type == at::kFloat ? 2e-5 : 0x1p-5;
        EXPECT_LT(LargestDifference(y, y_wanted), tolerance) << name;
        EXPECT_LT(LargestDifference(own.q.grad(), wanted.q.grad()), tolerance) << name;
        EXPECT_LT(LargestDifference(own.k.grad(), wanted.k.grad()), tolerance) << name;
        EXPECT_LT(LargestDifference(own.v.grad(), wanted.v.grad()), tolerance) << name;
      }
    }
  }
}

TEST(PackedAttentionTest, ASequenceIsTheSameBitsAloneAndInCompany) {
  const Sizes sizes = {4, 2, 24};
  const PackedLayout layout = {{0, 21}, {21, 1}, {22, 40}};
  const Inputs all = RandomInputs(62, sizes);
  const at::Tensor together = Attend(all, layout);
  for (const PackedSequence& sequence : layout) {
    const auto own = [&](const at::Tensor& x) {
      return x.narrow(0, sequence.begin, sequence.count).contiguous();
    };
    const at::Tensor alone = Attend({own(all.q), own(all.k), own(all.v)}, {{0, sequence.count}});
    EXPECT_TRUE(at::equal(alone, own(together)));
  }
}

// A prompt of 19 with completions of 14 and of 3, against prompt and completion as one sequence.
TEST(PackedAttentionTest, ASharedPrefixIsTheSameBitsAsItsOwn) {
  const PackedLayout layout = {{0, 19}, {19, 14, 0}, {33, 3, 0}};
  const Inputs all = RandomInputs(36, {4, 2, 24});
  const at::Tensor shared = Attend(all, layout);
  for (const PackedSequence& sequence : {layout[1], layout[2]}) {
    const auto joined = [&](const at::Tensor& x) {
      return at::cat({x.narrow(0, 0, 19), x.narrow(0, sequence.begin, sequence.count)}, 0);
    };
    const at::Tensor whole =
        Attend({joined(all.q), joined(all.k), joined(all.v)}, {{0, 19 + sequence.count}});
    EXPECT_TRUE(at::equal(whole.narrow(0, 0, 19), shared.narrow(0, 0, 19)));
    EXPECT_TRUE(at::equal(whole.narrow(0, 19, sequence.count),
                          shared.narrow(0, sequence.begin, sequence.count)));
  }
}

TEST(PackedAttentionTest, ThreadsDoNotMatter) {
  // A prompt of 100 rows whose keys' gradients come from 20 completions of 40.
  PackedLayout layout = {{0, 100}};
  for (int64_t i = 0; i < 20; ++i) layout.push_back({100 + 40 * i, 40, 0});
  const Inputs random = RandomInputs(RowsOf(layout), {6, 3, 16});
  const int before = at::get_num_threads();
  std::vector<Inputs> leaves;
  std::vector<at::Tensor> outputs;
  for (const int threads : {1, 2}) {
    at::set_num_threads(threads);
    leaves.push_back(Leaves(random, at::kFloat));
    outputs.push_back(Attend(leaves.back(), layout));
    outputs.back().backward(at::ones_like(outputs.back()));
  }
  at::set_num_threads(before);
  for (size_t i = 1; i < outputs.size(); ++i) {
    EXPECT_TRUE(at::equal(outputs[i], outputs[0]));
    EXPECT_TRUE(at::equal(leaves[i].q.grad(), leaves[0].q.grad()));
    EXPECT_TRUE(at::equal(leaves[i].k.grad(), leaves[0].k.grad()));
    EXPECT_TRUE(at::equal(leaves[i].v.grad(), leaves[0].v.grad()));
  }
}

TEST(PackedAttentionTest, WithoutGradientsNothingIsKept) {
  const Inputs in = RandomInputs(4, {2, 1, 8});
  EXPECT_FALSE(Attend(in, {{0, 4}}).requires_grad());
  const Inputs leaves = Leaves(in, at::kFloat);
  EXPECT_TRUE(Attend(leaves, {{0, 4}}).requires_grad());
  const at::NoGradGuard no_gradients;
  EXPECT_FALSE(Attend(leaves, {{0, 4}}).requires_grad());
}

TEST(PackedLayoutTest, PositionsGoOnFromThePrefix) {
  const PackedLayout layout = {{0, 2}, {2, 3, 0}, {5, 1}, {6, 1, 0}};
  EXPECT_THAT(PositionsOf(layout), ElementsAre(0, 1, 2, 3, 4, 0, 2));
  EXPECT_EQ(PrefixCount(layout, layout[1]), 2);
  EXPECT_EQ(PrefixCount(layout, layout[2]), 0);
}

}  // namespace
}  // namespace whet
