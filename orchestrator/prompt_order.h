// In which order the prompts of a run are drawn.
#ifndef WHET_ORCHESTRATOR_PROMPT_ORDER_H_
#define WHET_ORCHESTRATOR_PROMPT_ORDER_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "base/random.h"
#include "rollout/prompt.h"

namespace whet {

using Prompts = std::vector<std::shared_ptr<const Prompt>>;

// A prompt, the so-many-th time.
struct Draw {
  std::shared_ptr<const Prompt> prompt;
  int64_t draw;  // From 0.
};

// Epochs without end, each a shuffle of all prompts: a function of the seed and the prompts' order,
// so that a number says where a run is.
class PromptOrder {
 public:
  // At least one prompt.
  PromptOrder(Prompts prompts, uint64_t seed);

  // The draw at `index` >= 0. Cheap while indices grow.
  Draw At(int64_t index);

  int64_t prompt_count() const { return static_cast<int64_t>(prompts_.size()); }

 private:
  void Shuffle(int64_t epoch);

  const Prompts prompts_;
  const RandomKey key_;
  int64_t epoch_ = -1;  // Of order_.
  std::vector<size_t> order_;
};

// Shuffles `items`: a function of `key` (Fisher and Yates).
template <typename T>
void Shuffle(const RandomKey& key, std::vector<T>* items) {
  for (size_t i = items->size(); i > 1; --i) {
    std::swap((*items)[i - 1], (*items)[key.Below(i, i)]);
  }
}

}  // namespace whet

#endif  // WHET_ORCHESTRATOR_PROMPT_ORDER_H_
