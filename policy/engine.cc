#include "policy/engine.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/status.h"
#include "policy/decoder.h"
#include "policy/engine_sequence.h"
#include "policy/head.h"
#include "policy/kv_pool.h"
#include "policy/memory_plan.h"
#include "policy/row_operations.h"
#include "policy/sampler.h"
#include "policy/torch_guard.h"
#include "policy/weights.h"

namespace whet {
namespace {

// What a round computes for one sequence or prompt: its next rows.
struct Work {
  KvSequence* kv;
  const std::vector<int32_t>* tokens;
  int64_t count;       // Rows, from kv->count on.
  at::Tensor* hidden;  // Gets that of the last row, if the rows reach the end of the tokens.
};

class Engine : public EngineGenerator {
 public:
  Engine(std::shared_ptr<const WeightSet> weights, const EngineOptions& options)
      : weights_(std::move(weights)),
        options_(options),
        pool_(weights_->config(), weights_->weights().flat.scalar_type(),
              weights_->weights().flat.device(), options.kv_cache_bytes) {}

  absl::Status Submit(RolloutRequest request) override;
  absl::Status Step(std::vector<Rollout>* finished) override;
  bool busy() const override { return !queued_.empty() || !running_.empty(); }
  void Cancel(const RolloutId& id) override;
  absl::Status Suspend(const RolloutId& id) override;
  absl::Status Continue(const RolloutId& id, absl::Span<const int32_t> tokens) override;
  void SetWeights(std::shared_ptr<const WeightSet> weights) override;
  EngineStats stats() const override { return stats_; }

 private:
  absl::Status Check(const RolloutRequest& request) const;
  absl::Status Round(std::vector<Rollout>* finished);

  // Of the prompts.
  SharedPrompt* JoinPrompt(const Sequence& sequence);
  void LeavePrompt(const Sequence& sequence);
  void ForgetPrompt(SharedPrompt* prompt);

  // Of a round, in this order.
  void ScheduleRunning();
  void Admit();
  bool SchedulePrompt(SharedPrompt* prompt);
  void Compute();
  void BeginAdmitted();
  absl::Status Sample();
  void Collect(std::vector<Rollout>* finished);

  bool FreeMemory(const KvSequence* for_whom);
  bool IsScheduled(const KvSequence* kv) const;
  void Evict(SequenceList* list, SequenceList::iterator sequence);
  void Queue(SequenceList* from, SequenceList::iterator sequence, SequenceList::iterator before);
  int64_t RowsLeft() const { return std::max<int64_t>(0, options_.rows_max - scheduled_rows_); }
  void Schedule(Work work);

  std::shared_ptr<const WeightSet> weights_;
  const EngineOptions options_;
  KvPool pool_;
  EngineStats stats_;
  absl::flat_hash_map<std::vector<int32_t>, std::unique_ptr<SharedPrompt>> prompts_;
  absl::flat_hash_set<RolloutId> ids_;  // Of all lists.
  // Where a sequence is tells its state. In the order in which they are admitted, were admitted.
  SequenceList queued_;
  SequenceList running_;
  SequenceList suspended_;
  // Of this round.
  std::vector<Work> work_;
  int64_t scheduled_rows_ = 0;
  std::vector<Sequence*> admitted_;  // Begin with a prompt that this round has computed.
};

SequenceList::iterator FindIn(SequenceList* list, const RolloutId& id) {
  return std::find_if(list->begin(), list->end(),
                      [&](const Sequence& sequence) { return sequence.request.id == id; });
}

absl::Status CheckSampling(const SamplingParams& sampling) {
  const auto fail = [](absl::string_view what) { return absl::InvalidArgumentError(what); };
  if (sampling.tokens_max < 1) return fail("tokens_max is below 1");
  if (!(sampling.temperature >= 0)) return fail("temperature is below 0");
  if (sampling.top_k < 0) return fail("top_k is below 0");
  if (!(sampling.top_p > 0)) return fail("top_p is not above 0");
  if (!(sampling.min_p >= 0 && sampling.min_p <= 1)) return fail("min_p is not within [0, 1]");
  if (!(sampling.repetition_penalty > 0)) return fail("repetition_penalty is not above 0");
  return absl::OkStatus();
}

absl::Status Engine::Check(const RolloutRequest& request) const {
  WHET_RETURN_IF_ERROR(CheckSampling(request.sampling));
  if (request.prompt.empty()) return absl::InvalidArgumentError("the prompt has no tokens");
  for (const int32_t token : request.prompt) {
    if (token >= 0 && token < weights_->config().vocabulary) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("token ", token, " of the prompt is not in the model's vocabulary of ",
                     weights_->config().vocabulary));
  }
  const int64_t prompt = static_cast<int64_t>(request.prompt.size());
  if (prompt > weights_->config().positions_max - request.sampling.tokens_max) {
    return absl::InvalidArgumentError(
        absl::StrCat(prompt, " tokens of the prompt and tokens_max ", request.sampling.tokens_max,
                     " exceed the model's context of ", weights_->config().positions_max));
  }
  if (prompt + request.sampling.tokens_max > pool_.block_count() * kKeyBlock) {
    return absl::InvalidArgumentError(
        absl::StrCat(prompt, " tokens of the prompt and tokens_max ", request.sampling.tokens_max,
                     " exceed the ", pool_.block_count() * kKeyBlock,
                     " positions that engine.kv_cache_bytes has room for; raise it"));
  }
  return absl::OkStatus();
}

absl::Status Engine::Submit(RolloutRequest request) {
  absl::Status checked = Check(request);
  if (!checked.ok()) return Annotate(checked, absl::StrCat("rollout ", request.id.Text()));
  if (static_cast<int64_t>(ids_.size()) >= options_.queue_max) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the queue has its ", options_.queue_max, " rollouts"));
  }
  if (!ids_.insert(request.id).second) {
    return absl::AlreadyExistsError(
        absl::StrCat("rollout ", request.id.Text(), " is being sampled already"));
  }
  const RandomKey key = KeyOf(request.id, request.seed);
  queued_.emplace_back(std::move(request), key);
  JoinPrompt(queued_.back());
  return absl::OkStatus();
}

SharedPrompt* Engine::JoinPrompt(const Sequence& sequence) {
  std::unique_ptr<SharedPrompt>& prompt = prompts_[sequence.request.prompt];
  if (prompt == nullptr) {
    prompt = std::make_unique<SharedPrompt>();
    prompt->tokens = sequence.request.prompt;
  }
  ++prompt->users;
  return prompt.get();
}

void Engine::LeavePrompt(const Sequence& sequence) {
  const auto entry = prompts_.find(sequence.request.prompt);
  WHET_CHECK(entry != prompts_.end());
  if (--entry->second->users > 0) return;
  ForgetPrompt(entry->second.get());
  prompts_.erase(entry);
}

void Engine::ForgetPrompt(SharedPrompt* prompt) {
  pool_.Release(&prompt->kv);
  prompt->hidden = at::Tensor();
}

// Moves a sequence into the queue. One that has lost its keys and values begins with its prompt
// again.
void Engine::Queue(SequenceList* from, SequenceList::iterator sequence,
                   SequenceList::iterator before) {
  if (sequence->kv.count == 0) JoinPrompt(*sequence);
  queued_.splice(before, *from, sequence);
}

void Engine::Cancel(const RolloutId& id) {
  for (SequenceList* const list : {&queued_, &running_, &suspended_}) {
    const auto sequence = FindIn(list, id);
    if (sequence == list->end()) continue;
    if (list == &queued_ && sequence->kv.count == 0) LeavePrompt(*sequence);
    pool_.Release(&sequence->kv);
    list->erase(sequence);
    ids_.erase(id);
    return;
  }
}

absl::Status Engine::Suspend(const RolloutId& id) {
  for (SequenceList* const list : {&queued_, &running_}) {
    const auto sequence = FindIn(list, id);
    if (sequence == list->end()) continue;
    if (list == &queued_ && sequence->kv.count == 0) LeavePrompt(*sequence);
    suspended_.splice(suspended_.end(), *list, sequence);
    return absl::OkStatus();
  }
  return absl::NotFoundError(absl::StrCat("rollout ", id.Text(), " is neither queued nor running"));
}

absl::Status Engine::Continue(const RolloutId& id, absl::Span<const int32_t> tokens) {
  const auto sequence = FindIn(&suspended_, id);
  if (sequence == suspended_.end()) {
    return absl::NotFoundError(absl::StrCat("rollout ", id.Text(), " is not suspended"));
  }
  for (const int32_t token : tokens) {
    if (token >= 0 && token < weights_->config().vocabulary) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("token ", token, " is not in the model's vocabulary"));
  }
  for (const int32_t token : tokens) {
    if (sequence->completion_length() == sequence->request.sampling.tokens_max) break;
    sequence->Append(token, 0.0F, SpanKind::kInserted, weights_->version());
  }
  Queue(&suspended_, sequence, queued_.end());
  return absl::OkStatus();
}

void Engine::SetWeights(std::shared_ptr<const WeightSet> weights) {
  WHET_CHECK(weights->weights().layout.total == weights_->weights().layout.total);
  weights_ = std::move(weights);
  for (auto& [tokens, prompt] : prompts_) ForgetPrompt(prompt.get());
}

absl::Status Engine::Step(std::vector<Rollout>* finished) {
  const SharedMemoryUse::Reading reading(weights_->use());
  return CatchTorch([&] {
    const c10::InferenceMode no_gradients;
    return Round(finished);
  });
}

absl::Status Engine::Round(std::vector<Rollout>* finished) {
  work_.clear();
  admitted_.clear();
  scheduled_rows_ = 0;
  ++stats_.rounds;
  ScheduleRunning();
  Admit();
  Compute();
  BeginAdmitted();
  WHET_RETURN_IF_ERROR(Sample());
  Collect(finished);
  return absl::OkStatus();
}

void Engine::Schedule(Work work) {
  scheduled_rows_ += work.count;
  work_.push_back(work);
}

// What running sequences have not computed yet: the token sampled last, or many after an eviction.
// Those admitted later make room for those before them.
void Engine::ScheduleRunning() {
  for (auto sequence = running_.begin(); sequence != running_.end(); ++sequence) {
    const int64_t rows = std::min(sequence->pending(), std::max<int64_t>(1, RowsLeft()));
    if (rows == 0) continue;
    while (!pool_.Extend(&sequence->kv, rows)) {
      if (FreeMemory(&sequence->kv)) continue;
      Evict(&running_, sequence);  // There is nobody behind it.
      return;
    }
    Schedule({&sequence->kv, &sequence->tokens, rows, &sequence->hidden});
  }
}

void Engine::Evict(SequenceList* list, SequenceList::iterator sequence) {
  ++stats_.evictions;
  pool_.Release(&sequence->kv);
  sequence->hidden = at::Tensor();
  if (list == &running_) Queue(list, sequence, queued_.begin());
}

bool Engine::IsScheduled(const KvSequence* kv) const {
  return absl::c_any_of(work_, [kv](const Work& work) { return work.kv == kv; });
}

// Takes blocks for `for_whom` from who can do without, the cheapest first: suspended sequences,
// prompts that wait, the running sequence that was admitted last. False if nobody can.
bool Engine::FreeMemory(const KvSequence* for_whom) {
  for (auto sequence = suspended_.begin(); sequence != suspended_.end(); ++sequence) {
    if (sequence->kv.blocks.empty()) continue;
    Evict(&suspended_, sequence);
    return true;
  }
  for (auto& [tokens, prompt] : prompts_) {
    if (prompt->kv.blocks.empty() || &prompt->kv == for_whom || IsScheduled(&prompt->kv)) continue;
    ForgetPrompt(prompt.get());
    return true;
  }
  if (running_.empty()) return false;
  const auto last = std::prev(running_.end());
  if (&last->kv == for_whom || last->kv.blocks.empty() || IsScheduled(&last->kv)) return false;
  Evict(&running_, last);
  return true;
}

void Engine::Admit() {
  while (!queued_.empty() && static_cast<int64_t>(running_.size()) < options_.sequences_max) {
    const auto sequence = queued_.begin();
    if (sequence->kv.count == 0) {
      if (!SchedulePrompt(prompts_.at(sequence->request.prompt).get())) return;
      admitted_.push_back(&*sequence);
    }
    running_.splice(running_.end(), queued_, sequence);
  }
}

// Whether the prompt will be computed by the end of this round, and there is room to go on from it.
bool Engine::SchedulePrompt(SharedPrompt* prompt) {
  const int64_t length = static_cast<int64_t>(prompt->tokens.size());
  const int64_t rows = IsScheduled(&prompt->kv) ? 0 : length - prompt->kv.count;
  // Each running sequence may need a block next, and should not take it from one admitted now.
  const int64_t spare = pool_.free_count() - pool_.BlocksNeeded(prompt->kv, rows);
  if (!running_.empty() && spare <= static_cast<int64_t>(running_.size())) return false;
  if (rows == 0) return !prompt->partly_scheduled;
  const int64_t now = std::min(rows, RowsLeft());
  if (now == 0) return false;
  while (!pool_.Extend(&prompt->kv, now)) {
    if (!FreeMemory(&prompt->kv)) return false;
  }
  Schedule({&prompt->kv, &prompt->tokens, now, &prompt->hidden});
  stats_.prompt_tokens += now;
  prompt->partly_scheduled = now < rows;
  return !prompt->partly_scheduled;
}

void Engine::Compute() {
  if (work_.empty()) return;
  std::vector<KvRow> rows;
  std::vector<int64_t> ids;
  std::vector<int64_t> positions;
  for (const Work& work : work_) {
    for (int64_t i = work.kv->count; i < work.kv->count + work.count; ++i) {
      rows.push_back({work.kv, i});
      ids.push_back((*work.tokens)[static_cast<size_t>(i)]);
      positions.push_back(i);
    }
  }
  const Weights& weights = weights_->weights();
  PagedAttention attention(&pool_, &rows);
  const at::Tensor id_tensor = at::tensor(ids, at::kLong).to(weights.flat.device());
  const at::Tensor hidden =
      Decode(weights, Embed(weights.embedding, id_tensor), positions, &attention);  // [N, H]
  int64_t end = 0;
  for (const Work& work : work_) {
    end += work.count;
    work.kv->count += work.count;
    const bool complete = work.kv->count == static_cast<int64_t>(work.tokens->size());
    // A copy, lest one row keeps the whole batch alive.
    *work.hidden = complete ? hidden.narrow(0, end - 1, 1).clone() : at::Tensor();
  }
}

void Engine::BeginAdmitted() {
  for (Sequence* const sequence : admitted_) {
    const SharedPrompt& prompt = *prompts_.at(sequence->request.prompt);
    sequence->kv = pool_.Fork(prompt.kv);
    if (sequence->pending() == 0) {
      sequence->hidden = prompt.hidden;
    } else {
      stats_.recomputed_tokens += sequence->length();
    }
    LeavePrompt(*sequence);
  }
}

absl::Status Engine::Sample() {
  std::vector<Sequence*> ready;
  std::vector<at::Tensor> rows;
  for (Sequence& sequence : running_) {
    if (!sequence.hidden.defined()) continue;
    ready.push_back(&sequence);
    rows.push_back(std::move(sequence.hidden));
    sequence.hidden = at::Tensor();
  }
  if (ready.empty()) return absl::OkStatus();
  const Weights& weights = weights_->weights();
  HeadOptions head;
  head.rows_min = weights.rows_min;
  const at::Tensor hidden = at::cat(rows, 0);  // [N, H]
  std::vector<SampledToken> sampled(ready.size());
  ForEachLogitRow(hidden, weights.head, head,
                  [&](const auto& functions, const auto* row, int64_t count, size_t i) {
                    const Sequence& sequence = *ready[i];
                    const uint64_t position = static_cast<uint64_t>(sequence.completion_length());
                    sampled[i] = SampleToken(functions, row,
                                             {.vocabulary = count,
                                              .tokens = std::min(count, options_.tokens_end),
                                              .sampling = sequence.request.sampling,
                                              .history = sequence.tokens,
                                              .uniform = sequence.key.Uniform(position)});
                  });
  for (size_t i = 0; i < ready.size(); ++i) {
    if (!std::isfinite(sampled[i].logprob)) {
      return absl::InternalError(absl::StrCat(
          "the model's logits for rollout ", ready[i]->request.id.Text(),
          " are not finite: the weights are not, or sampling.temperature is too small for "
          "them; go on from an earlier checkpoint with a lower optimizer.lr"));
    }
    ready[i]->Append(sampled[i].token, sampled[i].logprob, SpanKind::kSampled, weights_->version());
  }
  stats_.sampled_tokens += static_cast<int64_t>(ready.size());
  return absl::OkStatus();
}

void Engine::Collect(std::vector<Rollout>* finished) {
  for (auto sequence = running_.begin(); sequence != running_.end();) {
    const auto next = std::next(sequence);
    if (const std::optional<Finish> finish = sequence->FinishOf(options_.eos_ids)) {
      const auto begin =
          sequence->tokens.begin() + static_cast<ptrdiff_t>(sequence->request.prompt.size());
      finished->push_back({.id = sequence->request.id,
                           .tokens = {begin, sequence->tokens.end()},
                           .logprobs = std::move(sequence->logprobs),
                           .spans = std::move(sequence->spans),
                           .finish = *finish});
      pool_.Release(&sequence->kv);
      ids_.erase(sequence->request.id);
      running_.erase(sequence);
    }
    sequence = next;
  }
}

}  // namespace

EngineOptions DefaultEngineOptions(const ModelConfig& config) {
  return {.kv_cache_bytes = AvailableMemory() / 4,
          .sequences_max = 256,
          .queue_max = 65536,
          .rows_max = 4096,
          .tokens_end = config.vocabulary,
          .eos_ids = config.eos_ids};
}

absl::StatusOr<std::unique_ptr<EngineGenerator>> MakeEngine(
    std::shared_ptr<const WeightSet> weights, const EngineOptions& options) {
  const int64_t memory = InstalledMemory();
  if (options.kv_cache_bytes > memory && weights->weights().flat.device().is_cpu()) {
    return absl::InvalidArgumentError(
        absl::StrCat("engine.kv_cache_bytes is ", options.kv_cache_bytes,
                     ", more than this machine's memory of ", memory, "; 0 takes a quarter of it"));
  }
  return CatchTorch([&]() -> absl::StatusOr<std::unique_ptr<EngineGenerator>> {
    return std::make_unique<Engine>(std::move(weights), options);
  });
}

}  // namespace whet
