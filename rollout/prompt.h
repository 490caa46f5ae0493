// The noun that everything begins with: one task for the model.
#ifndef WHET_ROLLOUT_PROMPT_H_
#define WHET_ROLLOUT_PROMPT_H_

#include <cstdint>
#include <string>
#include <vector>

namespace whet {

struct Prompt {
  uint64_t id;                  // A function of the question alone, so that it outlives reordering.
  std::string question;         // As it stands in the data: a text, or chat messages as JSON.
  std::string text;             // What the model reads: the question in its template.
  std::vector<int32_t> tokens;  // `text` encoded; at least one.
  std::string ground_truth;     // What answers are judged by; a text, or JSON where it was no text.
  std::string data_source;      // Chooses rules in a mixed run; may be empty.
  std::string extra;            // The row's other columns as a JSON object; also a ground truth
                                // that was no text.
};

}  // namespace whet

#endif  // WHET_ROLLOUT_PROMPT_H_
