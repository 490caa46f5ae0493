// The decoder against transformers: goldens/README.md, "models".
#include <ATen/ATen.h>

#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "policy/checkpoint.h"
#include "policy/decoder.h"
#include "policy/exactness.h"
#include "policy/head.h"
#include "policy/packed_attention.h"
#include "policy/row_operations.h"
#include "policy/safetensors.h"
#include "policy/weights.h"
#include "tests/golden/golden.h"

namespace whet {
namespace {

constexpr double kLogitTolerance = 2e-4;
constexpr double kTolerance = 1e-4;

// Families of other issues; everything else in the folder must agree.
bool IsSupported(const std::string& name) {
  return !absl::StartsWith(name, "deepseek") && !absl::StrContains(name, "moe");
}

class Packed : public Attention {
 public:
  explicit Packed(PackedLayout layout)
      : layout_(std::make_shared<const PackedLayout>(std::move(layout))) {}
  at::Tensor Attend(int64_t, const at::Tensor& q, const at::Tensor& k,
                    const at::Tensor& v) override {
    return PackedAttention(q, k, v, layout_);
  }
  const PackedLayout& layout() const { return *layout_; }

 private:
  std::shared_ptr<const PackedLayout> layout_;
};

std::vector<float> FloatsOf(const at::Tensor& x) {
  const at::Tensor flat = x.to(at::kFloat).contiguous();
  return {flat.const_data_ptr<float>(), flat.const_data_ptr<float>() + flat.numel()};
}

class GoldenModel {
 public:
  explicit GoldenModel(const std::string& directory)
      : golden_(ReadJsonFile(directory + "/golden.json")),
        tensors_(*SafetensorsFile::Open(directory + "/golden.safetensors")),
        checkpoint_(*Checkpoint::Open(directory)) {
    const at::Tensor flat = *LoadFlat(checkpoint_, at::kFloat);
    gradient_ = at::zeros_like(flat);
    weights_ = ViewWeights(checkpoint_.config(), flat, gradient_);
    weights_.rows_min = kRowsMinMax;
  }

  // Tells what differs; empty if nothing does.
  std::string Compare() {
    std::string differences;
    std::vector<int64_t> ids;
    PackedLayout layout;
    for (const Json& sequence : ElementsOf(golden_, "sequences")) {
      const std::vector<int64_t> own = IntegersIn(**sequence.Get("input_ids"));
      layout.push_back({static_cast<int64_t>(ids.size()), static_cast<int64_t>(own.size())});
      ids.insert(ids.end(), own.begin(), own.end());
    }
    Packed attention(layout);
    const at::Tensor id_tensor = at::tensor(ids, at::kLong);
    at::Tensor embedded = Embed(weights_.embedding, id_tensor).requires_grad_(true);
    const at::Tensor hidden = Decode(weights_, embedded, PositionsOf(layout), &attention);
    std::vector<int64_t> rows;
    std::vector<int64_t> targets;
    for (size_t i = 0; i < layout.size(); ++i) {
      const int64_t begin = layout[i].begin;
      const at::Tensor own = hidden.detach().narrow(0, begin, layout[i].count);
      CompareList(LogitsOf(own, weights_.head, {}), absl::StrCat("logits.", i), kLogitTolerance,
                  &differences);
      for (int64_t j = begin; j + 1 < begin + layout[i].count; ++j) {
        rows.push_back(j);
        targets.push_back(ids[static_cast<size_t>(j + 1)]);
      }
    }
    CompareGradients(hidden, embedded, id_tensor, {rows, targets}, &differences);
    return differences;
  }

 private:
  struct Targets {
    std::vector<int64_t> rows;
    std::vector<int64_t> ids;
  };

  void CompareGradients(const at::Tensor& hidden, const at::Tensor& embedded, const at::Tensor& ids,
                        const Targets& targets, std::string* differences) {
    const at::Tensor chosen = hidden.index_select(0, at::tensor(targets.rows, at::kLong));
    const float slope = -1.0F / static_cast<float>(targets.ids.size());
    const ScoredTokens scores = ScoreTokensWithBackward(
        chosen.detach(), weights_.head, targets.ids,
        [slope](size_t, float, float) { return TokenGradient{slope, 0.0F}; }, {});
    std::vector<float> expected;
    for (const Json& sequence : ElementsOf(golden_, "sequences")) {
      for (const float logprob : FloatsIn(**sequence.Get("next_token_logprobs"))) {
        expected.push_back(logprob);
      }
    }
    if (const double d = LargestDifference(scores.statistics.logprobs, expected);
        d > kLogitTolerance) {
      absl::StrAppend(differences, "next_token_logprobs differ by ", d, "; ");
    }
    chosen.backward(scores.d_hidden);
    AddEmbeddingGradient(embedded.grad(), ids, weights_.embedding);
    for (const WeightSlot& slot : weights_.layout.slots) {
      CompareList(gradient_.narrow(0, slot.offset, slot.count), absl::StrCat("grad.", slot.name),
                  kTolerance, differences);
    }
  }

  void CompareList(const at::Tensor& own, const std::string& name, double tolerance,
                   std::string* differences) {
    for (const TensorView& tensor : tensors_.tensors()) {
      if (tensor.name != name) continue;
      const auto* const begin = reinterpret_cast<const float*>(tensor.bytes.data());
      const std::vector<float> expected(begin, begin + tensor.bytes.size() / sizeof(float));
      const double d = LargestDifference(FloatsOf(own), expected);
      if (d > tolerance) absl::StrAppend(differences, name, " differs by ", d, "; ");
      return;
    }
    absl::StrAppend(differences, name, " is missing; ");
  }

  const Json golden_;
  const SafetensorsFile tensors_;
  const Checkpoint checkpoint_;
  Weights weights_;
  at::Tensor gradient_;
};

TEST(ModelsGoldenTest, LogitsAndGradientsAreThoseOfTransformers) {
  const std::string shared = SharedDirectory();
  if (shared.empty()) GTEST_SKIP() << "WHET_SHARED is unset";
  Tally tally("models");
  for (const std::string& name : DirectoriesIn(shared + "/goldens/models")) {
    if (!IsSupported(name)) continue;
    const std::string differences =
        GoldenModel(absl::StrCat(shared, "/goldens/models/", name)).Compare();
    tally.Count(name, differences.empty(), differences);
  }
}

TEST(ModelsGoldenTest, BothFormsOfRopeSettingsAreTheSame) {
  const std::string shared = SharedDirectory();
  if (shared.empty()) GTEST_SKIP() << "WHET_SHARED is unset";
  Tally tally("config_v4");
  for (const std::string& name : DirectoriesIn(shared + "/goldens/models")) {
    const std::string directory = absl::StrCat(shared, "/goldens/models/", name);
    if (!IsSupported(name) || name == "qwen3_bf16_sharded") continue;
    const ModelConfig now = *ParseModelConfig(ReadJsonFile(directory + "/config.json"));
    const ModelConfig then = *ParseModelConfig(ReadJsonFile(directory + "/config_v4.json"));
    const RopeFrequencies a = RopeFrequenciesOf(now.rope, now.head_dim);
    const RopeFrequencies b = RopeFrequenciesOf(then.rope, then.head_dim);
    tally.Count(name, a.frequency == b.frequency && a.attention_factor == b.attention_factor);
  }
}

}  // namespace
}  // namespace whet
