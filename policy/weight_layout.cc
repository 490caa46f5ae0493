#include "policy/weight_layout.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"

namespace whet {
namespace {

constexpr int64_t kAlignment = 32;  // Elements: a cache line of bf16.

struct Part {
  std::string name;
  int64_t rows;
};

class Builder {
 public:
  explicit Builder(WeightLayout* layout) : layout_(*layout) {}

  // Matrices with `columns`, end to end; vectors if it is 0.
  WeightRange Add(absl::Span<const Part> parts, int64_t columns) {
    layout_.total = (layout_.total + kAlignment - 1) / kAlignment * kAlignment;
    WeightRange range = {.offset = layout_.total, .rows = 0, .columns = columns};
    for (const Part& part : parts) {
      std::vector<int64_t> shape = {part.rows};
      if (columns > 0) shape.push_back(columns);
      const int64_t count = part.rows * (columns > 0 ? columns : 1);
      layout_.slots.push_back({part.name, std::move(shape), layout_.total, count});
      layout_.total += count;
      range.rows += part.rows;
    }
    return range;
  }

  WeightRange Add(std::string name, int64_t rows, int64_t columns) {
    return Add({{std::move(name), rows}}, columns);
  }

 private:
  WeightLayout& layout_;
};

// Name and rows of what multiplies a layer's input.
struct LayerParts {
  LayerParts(const ModelConfig& config, int64_t layer)
      : prefix(absl::StrCat("model.layers.", layer, ".")),
        attention(absl::StrCat(prefix, "self_attn.")),
        mlp(absl::StrCat(prefix, "mlp.")),
        q(config.heads * config.head_dim),
        kv(config.kv_heads * config.head_dim) {}

  std::vector<Part> Qkv(absl::string_view kind) const {
    return {{absl::StrCat(attention, "q_proj.", kind), q},
            {absl::StrCat(attention, "k_proj.", kind), kv},
            {absl::StrCat(attention, "v_proj.", kind), kv}};
  }
  std::vector<Part> GateUp(absl::string_view kind, int64_t intermediate) const {
    return {{absl::StrCat(mlp, "gate_proj.", kind), intermediate},
            {absl::StrCat(mlp, "up_proj.", kind), intermediate}};
  }

  std::string prefix;
  std::string attention;
  std::string mlp;
  int64_t q;
  int64_t kv;
};

void AddMatrices(const ModelConfig& config, int64_t layer, Builder* builder, LayerRanges* ranges) {
  const LayerParts parts(config, layer);
  ranges->qkv = builder->Add(parts.Qkv("weight"), config.hidden);
  ranges->output =
      builder->Add(absl::StrCat(parts.attention, "o_proj.weight"), config.hidden, parts.q);
  ranges->gate_up = builder->Add(parts.GateUp("weight", config.intermediate), config.hidden);
  ranges->down =
      builder->Add(absl::StrCat(parts.mlp, "down_proj.weight"), config.hidden, config.intermediate);
}

void AddVectors(const ModelConfig& config, int64_t layer, Builder* builder, LayerRanges* ranges) {
  const LayerParts parts(config, layer);
  ranges->input_norm =
      builder->Add(absl::StrCat(parts.prefix, "input_layernorm.weight"), config.hidden, 0);
  ranges->post_norm =
      builder->Add(absl::StrCat(parts.prefix, "post_attention_layernorm.weight"), config.hidden, 0);
  if (config.qkv_bias) ranges->qkv_bias = builder->Add(parts.Qkv("bias"), 0);
  if (config.qk_norm) {
    ranges->q_norm =
        builder->Add(absl::StrCat(parts.attention, "q_norm.weight"), config.head_dim, 0);
    ranges->k_norm =
        builder->Add(absl::StrCat(parts.attention, "k_norm.weight"), config.head_dim, 0);
  }
  if (config.output_bias) {
    ranges->output_bias =
        builder->Add(absl::StrCat(parts.attention, "o_proj.bias"), config.hidden, 0);
  }
  if (config.mlp_bias) {
    ranges->gate_up_bias = builder->Add(parts.GateUp("bias", config.intermediate), 0);
    ranges->down_bias = builder->Add(absl::StrCat(parts.mlp, "down_proj.bias"), config.hidden, 0);
  }
}

WeightRange AddHead(const ModelConfig& config, const WeightRange& embedding, Builder* builder) {
  if (config.kind == ModelKind::kRewardModel) {
    return builder->Add("score.weight", config.labels, config.hidden);
  }
  if (config.tied_head) return embedding;
  return builder->Add("lm_head.weight", config.vocabulary, config.hidden);
}

}  // namespace

WeightLayout LayoutOf(const ModelConfig& config) {
  WeightLayout layout;
  Builder builder(&layout);
  layout.layers.resize(static_cast<size_t>(config.layers));
  layout.embedding = builder.Add("model.embed_tokens.weight", config.vocabulary, config.hidden);
  for (int64_t i = 0; i < config.layers; ++i) {
    AddMatrices(config, i, &builder, &layout.layers[static_cast<size_t>(i)]);
  }
  layout.head = AddHead(config, layout.embedding, &builder);
  layout.decay_end = layout.total;
  for (int64_t i = 0; i < config.layers; ++i) {
    AddVectors(config, i, &builder, &layout.layers[static_cast<size_t>(i)]);
  }
  layout.final_norm = builder.Add("model.norm.weight", config.hidden, 0);
  return layout;
}

int64_t ParameterCount(const WeightLayout& layout) {
  int64_t count = 0;
  for (const WeightSlot& slot : layout.slots) count += slot.count;
  return count;
}

}  // namespace whet
