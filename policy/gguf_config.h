// What the metadata of a GGUF file says of its model, as a Hugging Face checkpoint says it.
#ifndef WHET_POLICY_GGUF_CONFIG_H_
#define WHET_POLICY_GGUF_CONFIG_H_

#include "absl/status/statusor.h"
#include "policy/gguf.h"
#include "text/json.h"

namespace whet {

// The tensor that scales the rotary frequencies of Llama 3.1 and later.
inline constexpr char kGgufRopeFactors[] = "rope_freqs.weight";

// config.json without the element type, for the architectures llama (Mistral's too), qwen2 and
// qwen3. InvalidArgument for others, and for what they would compute otherwise: experts, sliding
// windows, partial rotation, unknown scalings of it; keys that are missing or damaged are named.
absl::StatusOr<Json> ConfigOfGguf(const GgufContents& gguf);

// generation_config.json: the token that begins a sequence, and all that end a completion (of the
// text, of the turn, of the message), as far as the file has them.
absl::StatusOr<Json> GenerationConfigOfGguf(const Json& metadata);

}  // namespace whet

#endif  // WHET_POLICY_GGUF_CONFIG_H_
