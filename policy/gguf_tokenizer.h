// The tokenizer of a GGUF file as the files of a Hugging Face checkpoint.
#ifndef WHET_POLICY_GGUF_TOKENIZER_H_
#define WHET_POLICY_GGUF_TOKENIZER_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "text/json.h"

namespace whet {

struct GgufTokenizer {
  Json tokenizer;         // tokenizer.json
  Json tokenizer_config;  // tokenizer_config.json, the chat template in it.
  int64_t id_end = 0;     // The largest id, plus 1.
};

// From the keys "tokenizer.…", for byte-level BPE ("tokenizer.ggml.model" is "gpt2"). How a text is
// cut before merging stands in the file as a name only ("tokenizer.ggml.pre"): InvalidArgument for
// names that are not known, and for other kinds of tokenizers; DataLoss, with the key, for what is
// damaged. Tokens that the file calls unused fill rows of the embedding, and are left out.
absl::StatusOr<GgufTokenizer> TokenizerOfGguf(const Json& metadata);

}  // namespace whet

#endif  // WHET_POLICY_GGUF_TOKENIZER_H_
