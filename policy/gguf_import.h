// Turns a GGUF file into a checkpoint that can be trained on.
#ifndef WHET_POLICY_GGUF_IMPORT_H_
#define WHET_POLICY_GGUF_IMPORT_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "policy/safetensors.h"

namespace whet {

// The element type of the weights that are written. kAuto loses nothing: F16, BF16 and F32 stay
// what they are, quantised weights become the F32 values that they stand for.
enum class GgufImportType { kAuto, kF32, kBF16 };

struct ImportedModel {
  std::string architecture;  // "LlamaForCausalLM"
  int64_t parameters = 0;
  int64_t bytes = 0;                   // Of the weights.
  TensorType type = TensorType::kF32;  // Of most of them; config.json's torch_dtype.
};

// Writes the model of the file `gguf` as a Hugging Face checkpoint `directory`, which appears whole
// or not at all: config.json, generation_config.json, model.safetensors, tokenizer.json and
// tokenizer_config.json. The parent of `directory` must exist. All weights lie in memory meanwhile.
//
// AlreadyExists if there is something at `directory`. Errors of the file name it, and the key or
// the tensor: InvalidArgument for what is not supported, DataLoss for what is damaged, does not
// have the shape that the metadata asks for, or is not all there.
absl::StatusOr<ImportedModel> ImportGguf(const std::string& gguf, const std::string& directory,
                                         GgufImportType type = GgufImportType::kAuto);

}  // namespace whet

#endif  // WHET_POLICY_GGUF_IMPORT_H_
