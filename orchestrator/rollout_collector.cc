#include "orchestrator/rollout_collector.h"

#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/status.h"

namespace whet {
namespace {

// A group on its way: what is there of each sample.
struct PartialGroup {
  Draw draw;
  std::vector<std::optional<RolloutRecord>> records;
  int64_t missing;
  // Rewards that were recorded before a crash cut the group: they hold.
  std::vector<std::optional<Reward>> judged = {};
};

bool AllJudged(const PartialGroup& group) {
  for (const std::optional<RolloutRecord>& record : group.records) {
    if (!record->judged) return false;
  }
  return true;
}

}  // namespace

std::string TextOf(const Rollout& rollout, const DecodeFunction& decode) {
  absl::Span<const int32_t> tokens = rollout.tokens;
  if (rollout.finish == Finish::kStop && !tokens.empty()) tokens.remove_suffix(1);
  return decode(tokens);
}

// One call of Collect.
class RolloutCollector::Gathering {
 public:
  Gathering(RolloutCollector* collector, const CollectRequest& request)
      : collector_(*collector),
        parts_(collector->parts_),
        request_(request),
        rules_(std::make_shared<const std::vector<std::string>>(parts_.rewarder->rule_names())) {}

  // What is being judged refers to this.
  ~Gathering() {
    collector_.judging_.Drop();
    while (collector_.judging_.Take().has_value()) {
    }
  }
  Gathering(const Gathering&) = delete;
  Gathering& operator=(const Gathering&) = delete;

  absl::StatusOr<std::vector<CollectedGroup>> Run(const std::vector<Draw>& draws) {
    WHET_RETURN_IF_ERROR(CheckLeases());
    WHET_RETURN_IF_ERROR(Lease(draws));
    std::vector<RolloutRequest> requests;
    for (const Draw& draw : draws) {
      WHET_RETURN_IF_ERROR(Begin(draw, &requests));
    }
    WHET_RETURN_IF_ERROR(parts_.source->Request(std::move(requests)));
    out_.resize(groups_.size());
    for (size_t i = 0; i < groups_.size(); ++i) {
      if (groups_[i].missing == 0) Finish(i);
    }
    while (finished_ < groups_.size()) {
      WHET_RETURN_IF_ERROR(TakeFinished());
      while (std::optional<Judging::Judged> judged = collector_.judging_.TryTake()) {
        WHET_RETURN_IF_ERROR(Record(*std::move(judged)));
      }
    }
    const absl::Duration begin = parts_.clock->Monotonic();
    while (std::optional<Judging::Judged> judged = collector_.judging_.Take()) {
      WHET_RETURN_IF_ERROR(Record(*std::move(judged)));
    }
    collector_.stats_.judging += parts_.clock->Monotonic() - begin;
    return std::move(out_);
  }

 private:
  // What an earlier command asked for less of, the ledger cannot take more of.
  absl::Status CheckLeases() const {
    WHET_ASSIGN_OR_RETURN(const std::vector<LeaseRecord> leases,
                          parts_.reader->Leases(request_.purpose, request_.batch));
    if (leases.empty() || leases.front().samples == request_.samples) return absl::OkStatus();
    return absl::FailedPreconditionError(absl::StrCat(
        "the run has asked for ", leases.front().samples, " completions of each prompt here, not ",
        request_.samples, "; set that back, or give --run another directory"));
  }

  absl::Status Lease(const std::vector<Draw>& draws) {
    Prompts prompts;
    std::vector<LeaseRecord> leases;
    for (const Draw& draw : draws) {
      prompts.push_back(draw.prompt);
      leases.push_back({.purpose = request_.purpose,
                        .prompt = draw.prompt->id,
                        .draw = draw.draw,
                        .samples = request_.samples,
                        .batch = request_.batch});
    }
    WHET_RETURN_IF_ERROR(parts_.ledger->AddPrompts(std::move(prompts)));
    return parts_.ledger->AddLeases(std::move(leases));
  }

  // Takes what the ledger has of a draw, and asks for the rest.
  absl::Status Begin(const Draw& draw, std::vector<RolloutRequest>* requests) {
    PartialGroup group = {draw, {}, request_.samples};
    group.records.resize(static_cast<size_t>(request_.samples));
    WHET_ASSIGN_OR_RETURN(std::vector<RolloutRecord> recorded,
                          parts_.reader->Rollouts(request_.purpose, draw.prompt->id, draw.draw));
    for (RolloutRecord& record : recorded) {
      const int64_t sample = record.rollout.id.sample;
      if (sample >= request_.samples) continue;
      group.records[static_cast<size_t>(sample)] = std::move(record);
      --group.missing;
      ++collector_.stats_.recorded_rollouts;
    }
    for (int64_t sample = 0; sample < request_.samples; ++sample) {
      if (group.records[static_cast<size_t>(sample)].has_value()) continue;
      const RolloutId id = {request_.purpose, draw.prompt->id, draw.draw, sample};
      group_of_[id] = groups_.size();
      requests->push_back({.id = id,
                           .seed = request_.seed,
                           .prompt = draw.prompt->tokens,
                           .sampling = request_.sampling});
    }
    groups_.push_back(std::move(group));
    return absl::OkStatus();
  }

  absl::Status TakeFinished() {
    const absl::Duration begin = parts_.clock->Monotonic();
    absl::StatusOr<std::vector<Rollout>> finished = parts_.source->Wait();
    collector_.stats_.generating += parts_.clock->Monotonic() - begin;
    if (!finished.ok()) return finished.status();
    WHET_CHECK(!finished->empty());
    for (Rollout& rollout : *finished) {
      const auto entry = group_of_.find(rollout.id);
      if (entry == group_of_.end()) continue;  // Not of this call.
      ++collector_.stats_.sampled_rollouts;
      collector_.stats_.sampled_tokens += static_cast<int64_t>(rollout.tokens.size());
      std::string text = TextOf(rollout, *parts_.decode);
      WHET_RETURN_IF_ERROR(parts_.ledger->AddRollout(rollout, text));
      PartialGroup& group = groups_[entry->second];
      const size_t sample = static_cast<size_t>(rollout.id.sample);
      group.records[sample] = RolloutRecord{.rollout = std::move(rollout),
                                            .text = std::move(text),
                                            .reward = std::nullopt,
                                            .judged = false,
                                            .parts = {},
                                            .disposition = Disposition::kPending};
      if (--group.missing == 0) Finish(entry->second);
    }
    return absl::OkStatus();
  }

  // Has a complete group judged, unless that was done.
  void Finish(size_t index) {
    PartialGroup& group = groups_[index];
    const bool judged = AllJudged(group);
    CollectedGroup& out = out_[index];
    out.rewarded.group = {.prompt = group.draw.prompt, .draw = group.draw.draw, .rollouts = {}};
    std::vector<std::optional<Reward>> judged_before(group.records.size());
    for (size_t i = 0; i < group.records.size(); ++i) {
      std::optional<RolloutRecord>& record = group.records[i];
      if (record->judged) judged_before[i] = Reward{record->reward, record->parts};
      out.rewarded.group.rollouts.push_back(std::move(record->rollout));
      out.texts.push_back(std::move(record->text));
      if (judged) out.rewarded.rewards.push_back({record->reward, std::move(record->parts)});
    }
    ++finished_;
    if (judged) return;
    group.judged = std::move(judged_before);
    collector_.judging_.Submit(
        {.index = index, .group = &out.rewarded.group, .texts = out.texts, .step = request_.step});
  }

  absl::Status Record(Judging::Judged judged) {
    collector_.stats_.judging_threads += judged.took;
    WHET_RETURN_IF_ERROR(judged.status);
    RewardedGroup& rewarded = out_[judged.index].rewarded;
    rewarded.rewards = std::move(judged.rewards);
    for (size_t i = 0; i < rewarded.rewards.size(); ++i) {
      std::optional<Reward>& before = groups_[judged.index].judged[i];
      if (before.has_value()) rewarded.rewards[i] = *std::move(before);
    }
    for (size_t i = 0; i < rewarded.rewards.size(); ++i) {
      WHET_RETURN_IF_ERROR(
          parts_.ledger->AddReward(rewarded.group.rollouts[i].id, rewarded.rewards[i], rules_));
    }
    return absl::OkStatus();
  }

  RolloutCollector& collector_;
  const Parts& parts_;
  const CollectRequest& request_;
  const std::shared_ptr<const std::vector<std::string>> rules_;
  std::vector<PartialGroup> groups_;
  absl::flat_hash_map<RolloutId, size_t> group_of_;  // Of what was asked for.
  std::vector<CollectedGroup> out_;
  size_t finished_ = 0;  // Groups of which all is sampled.
};

absl::StatusOr<std::vector<CollectedGroup>> RolloutCollector::Collect(
    const CollectRequest& request, const std::vector<Draw>& draws) {
  return Gathering(this, request).Run(draws);
}

CollectStats RolloutCollector::TakeStats() { return std::exchange(stats_, CollectStats()); }

}  // namespace whet
