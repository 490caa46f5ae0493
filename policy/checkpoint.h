// Hugging Face checkpoint directories: config.json, generation_config.json, weights as
// model.safetensors or as shards with model.safetensors.index.json, and the tokenizer's files.
#ifndef WHET_POLICY_CHECKPOINT_H_
#define WHET_POLICY_CHECKPOINT_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "policy/model_config.h"
#include "policy/safetensors.h"

namespace whet {

// An opened checkpoint. Movable; const access is thread-safe.
class Checkpoint {
 public:
  enum class Weights { kNeeded, kNotRead };

  // Reads the configuration files and maps the weights. Every error names the file, and the tensor
  // where there is one: NotFound for what is missing, InvalidArgument for a model that is not
  // supported, or of another kind, DataLoss for damaged files.
  static absl::StatusOr<Checkpoint> Open(const std::string& directory,
                                         Weights weights = Weights::kNeeded,
                                         ModelKind kind = ModelKind::kCausalLm);

  const std::string& directory() const { return directory_; }
  // The head counts as tied where the weights have none of its own.
  const ModelConfig& config() const { return config_; }

  // Ends a completion: every eos_token_id of config.json and generation_config.json.
  const std::vector<int64_t>& eos_ids() const { return config_.eos_ids; }

  // The tensor of that name and shape: NotFound if there is none, DataLoss if it has another shape.
  // The view lives as long as this.
  absl::StatusOr<TensorView> Tensor(absl::string_view name, absl::Span<const int64_t> shape) const;

  // InvalidArgument, with the name, for a weight that is not among `names`: a model that has more
  // than we compute is another model. Buffers that older files carry are passed over, and a head
  // that is not read, since it is the embedding or since a reward model has another.
  absl::Status CheckAllKnown(absl::Span<const std::string> names) const;

 private:
  Checkpoint() = default;

  absl::Status ReadConfig(ModelKind kind);
  absl::Status ReadGenerationConfig();
  absl::Status OpenWeights();
  absl::Status OpenShards(const std::string& index_path);
  absl::Status AddFile(const std::string& path);

  struct Place {
    size_t file;
    size_t tensor;
  };

  std::string directory_;
  ModelConfig config_;
  std::vector<SafetensorsFile> files_;
  absl::flat_hash_map<std::string, Place> places_;
};

// Writes `tensors` as a checkpoint into `directory`, which must exist and be empty (an
// AtomicDirectory's temporary path, say). Configuration and tokenizer files are those of
// `source_directory`, but for the element type and whether the head is tied. Files hold at most
// `shard_bytes_max` of tensors, or one tensor.
inline constexpr int64_t kShardBytesMax = int64_t{5'000'000'000};
absl::Status WriteCheckpoint(const std::string& directory, const std::string& source_directory,
                             absl::Span<const TensorView> tensors,
                             int64_t shard_bytes_max = kShardBytesMax);

}  // namespace whet

#endif  // WHET_POLICY_CHECKPOINT_H_
