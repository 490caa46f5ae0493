// The prompts of a run, read from JSON lines: docs/formats.md, "Prompts".
#ifndef WHET_ROLLOUT_PROMPT_SET_H_
#define WHET_ROLLOUT_PROMPT_SET_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rollout/prompt.h"
#include "text/tokenizer.h"

namespace whet {

// How a question becomes what the model reads.
enum class PromptTemplate {
  kAsIs,    // The text itself.
  kR1Zero,  // Table 1 of DeepSeek-R1 (arXiv:2501.12948).
  kCustom,  // A text of the user's.
};

struct PromptSetOptions {
  std::vector<std::string> files = {};
  PromptTemplate prompt_template = PromptTemplate::kAsIs;
  std::string custom_template = {};  // For kCustom; {prompt} in it becomes the question.
  int64_t tokens_max = 0;            // Longer prompts are left out. 0: none are.
  int64_t prompts_max = 0;           // Only the first so many; what follows is not read. 0: all.
  // Whether a row without ground truth is an error. An empty text is one that rules judge by, or
  // do not: a reward model needs none.
  bool needs_answers = false;
};

// A prompt that is left out because answers to it cannot be judged.
struct QuarantinedPrompt {
  std::shared_ptr<const Prompt> prompt;
  std::string why;
};

struct PromptSet {
  // In the order of the files; at least one. No two have the same id.
  std::vector<std::shared_ptr<const Prompt>> prompts;
  int64_t rows;        // That were read; each is a prompt, a duplicate or too long.
  int64_t duplicates;  // Rows whose question an earlier one has.
  int64_t too_long;    // Questions of more than tokens_max tokens in their template.
  // Prompts whose tokens spell another text: the tokenizer lacks some of their characters, or
  // writes them otherwise.
  int64_t respelled;
  // Not among `prompts`. None after reading: whoever judges finds them.
  std::vector<QuarantinedPrompt> quarantined = {};
};

// Reads the files. The text of a prompt is encoded with the special tokens that the tokenizer puts
// around a text, such as the beginning of a sequence. Statuses of ReadFile; InvalidArgument, with
// file and line, for a row that cannot be used, and for a set without any prompt, saying why.
absl::StatusOr<PromptSet> ReadPrompts(const PromptSetOptions& options, const Tokenizer& tokenizer);

// The id of a question: FNV-1a with 64 bits, of its bytes. Never changes: runs are resumed by it.
uint64_t PromptId(absl::string_view question);

// The prompts of `a` whose question `b` has too: of training and held-out prompts there must be
// none.
std::vector<std::shared_ptr<const Prompt>> CommonPrompts(const PromptSet& a, const PromptSet& b);

}  // namespace whet

#endif  // WHET_ROLLOUT_PROMPT_SET_H_
