#include "orchestrator/prompt_order.h"

#include <numeric>
#include <utility>

#include "base/check.h"

namespace whet {

PromptOrder::PromptOrder(Prompts prompts, uint64_t seed)
    : prompts_(std::move(prompts)), key_(RandomKey(seed, RandomPurpose::kOrder).Child("prompts")) {
  WHET_CHECK(!prompts_.empty());
}

void PromptOrder::Shuffle(int64_t epoch) {
  epoch_ = epoch;
  order_.resize(prompts_.size());
  std::iota(order_.begin(), order_.end(), size_t{0});
  whet::Shuffle(key_.Child(static_cast<uint64_t>(epoch)), &order_);
}

Draw PromptOrder::At(int64_t index) {
  WHET_CHECK(index >= 0);
  const int64_t epoch = index / prompt_count();
  if (epoch != epoch_) Shuffle(epoch);
  return {.prompt = prompts_[order_[static_cast<size_t>(index % prompt_count())]], .draw = epoch};
}

}  // namespace whet
