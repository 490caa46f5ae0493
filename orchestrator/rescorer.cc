#include "orchestrator/rescorer.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "base/status.h"

namespace whet {
namespace {

absl::StatusOr<std::shared_ptr<const Prompt>> ReadPrompt(LedgerReader* reader, uint64_t id) {
  WHET_ASSIGN_OR_RETURN(std::optional<Prompt> prompt, reader->FindPrompt(id));
  if (prompt.has_value()) return std::make_shared<const Prompt>(*std::move(prompt));
  return absl::DataLossError(
      absl::StrFormat("the ledger has rollouts of prompt %016x, but not the prompt", id));
}

// One call of Rescore.
class Rescorer {
 public:
  Rescorer(const RescorerParts& parts, const RescoringRequest& request)
      : parts_(parts),
        request_(request),
        rules_(std::make_shared<const std::vector<std::string>>(parts.rewarder->rule_names())),
        tally_(*rules_, request.advantage, request.shown_max) {}

  absl::StatusOr<Rescoring> Run(absl::FunctionRef<bool(int64_t, int64_t)> goes_on) {
    WHET_ASSIGN_OR_RETURN(const std::vector<LeaseRecord> leases,
                          parts_.reader->Leases(request_.purpose, request_.batch));
    const int64_t groups_max = std::min<int64_t>(
        std::ssize(leases), request_.groups_max.value_or(std::numeric_limits<int64_t>::max()));
    int64_t judged = 0;
    for (const LeaseRecord& lease : leases) {
      if (judged == groups_max) break;
      if (!goes_on(judged, groups_max)) return End(/*finished=*/false);
      WHET_ASSIGN_OR_RETURN(std::vector<RolloutRecord> records,
                            parts_.reader->Rollouts(lease.purpose, lease.prompt, lease.draw));
      if (std::ssize(records) < lease.samples) {
        tally_.AddLeftOut();
        continue;
      }
      WHET_RETURN_IF_ERROR(Judge(lease, std::move(records)));
      ++judged;
    }
    if (judged == 0) {
      return absl::NotFoundError(
          "the run has recorded nothing of this that could be judged; ./whet runs show tells what "
          "it has");
    }
    return End(/*finished=*/true);
  }

 private:
  absl::Status Judge(const LeaseRecord& lease, std::vector<RolloutRecord> records) {
    RescoredGroup group = {
        .prompt = nullptr, .batch = lease.batch, .records = std::move(records), .rewards = {}};
    WHET_ASSIGN_OR_RETURN(group.prompt, ReadPrompt(parts_.reader, lease.prompt));
    WHET_RETURN_IF_ERROR(Begin(group.prompt));
    RolloutGroup rollouts = {.prompt = group.prompt, .draw = lease.draw, .rollouts = {}};
    std::vector<std::string> texts;
    for (const RolloutRecord& record : group.records) {
      rollouts.rollouts.push_back(record.rollout);
      texts.push_back(record.text);
    }
    WHET_ASSIGN_OR_RETURN(group.rewards,
                          parts_.rewarder->Score(GroupTexts{rollouts, texts}, StepOf(lease)));
    if (id_.has_value()) {
      for (size_t i = 0; i < group.rewards.size(); ++i) {
        WHET_RETURN_IF_ERROR(parts_.ledger->AddRescored(*id_, group.records[i].rollout.id,
                                                        group.rewards[i], rules_));
      }
    }
    tally_.Add(group);
    return absl::OkStatus();
  }

  int64_t StepOf(const LeaseRecord& lease) const {
    return lease.purpose == RandomPurpose::kTrain ? lease.batch * request_.steps_per_batch + 1
                                                  : lease.batch;
  }

  // Before the first group.
  absl::Status Begin(const std::shared_ptr<const Prompt>& prompt) {
    if (begun_) return absl::OkStatus();
    begun_ = true;
    // Judging would give a fault for each rollout where a verifier does not run at all.
    WHET_RETURN_IF_ERROR(parts_.rewarder->GoldFaults({prompt}).status());
    if (parts_.ledger == nullptr) return absl::OkStatus();
    WHET_ASSIGN_OR_RETURN(id_, parts_.ledger->BeginRescoring(request_.record));
    return absl::OkStatus();
  }

  absl::StatusOr<Rescoring> End(bool finished) {
    if (id_.has_value() && finished) {
      WHET_RETURN_IF_ERROR(parts_.ledger->FinishRescoring(*id_));
    } else if (id_.has_value()) {
      WHET_RETURN_IF_ERROR(parts_.ledger->Flush());
    }
    return Rescoring{.id = id_, .finished = finished, .report = tally_.Finish()};
  }

  const RescorerParts& parts_;
  const RescoringRequest& request_;
  const std::shared_ptr<const std::vector<std::string>> rules_;
  RescoringTally tally_;
  bool begun_ = false;
  std::optional<int64_t> id_;
};

}  // namespace

absl::StatusOr<Rescoring> Rescore(const RescorerParts& parts, const RescoringRequest& request,
                                  absl::FunctionRef<bool(int64_t, int64_t)> goes_on) {
  return Rescorer(parts, request).Run(goes_on);
}

}  // namespace whet
