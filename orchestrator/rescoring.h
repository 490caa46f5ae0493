// What other rules make of the rollouts of a run: how far they agree with those that judged them
// then, where they do not, and what the advantages would have been.
#ifndef WHET_ORCHESTRATOR_RESCORING_H_
#define WHET_ORCHESTRATOR_RESCORING_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "orchestrator/ledger.h"
#include "rewards/advantage.h"
#include "rollout/prompt.h"
#include "rollout/reward.h"

namespace whet {

// All rollouts of one draw, as the run has them, and what they are given now.
struct RescoredGroup {
  std::shared_ptr<const Prompt> prompt;
  int64_t batch;                       // LeaseRecord::batch
  std::vector<RolloutRecord> records;  // By sample.
  std::vector<Reward> rewards;         // Of records[i].
};

// Two numbers for each of several things: what it had, and what it has now.
struct PairSummary {
  // Of all that are there, whether the other of the pair is or not; 0 of none.
  double before_mean = 0;
  double now_mean = 0;
  int64_t pairs = 0;                  // Of which both are there; of them:
  double difference_mean = 0;         // Of |now - before|.
  std::optional<double> correlation;  // Pearson's; absent where either is always the same.
};

// How many completions are right (CORRECT) by either, of those that both judged.
struct RightCounts {
  int64_t both = 0;
  int64_t before_only = 0;
  int64_t now_only = 0;
  int64_t neither = 0;

  int64_t total() const { return both + before_only + now_only + neither; }
};

// A rule that the run has under the same name.
struct RuleAgreement {
  std::string name;
  int64_t compared = 0;  // Completions.
  int64_t agreed = 0;    // Whose values differ by 1e-9 at most, and whose verdicts are the same.
  PairSummary values;
  RightCounts right;  // All 0 for rules without verdicts.
};

// Of groups that were judged as a whole then, too.
struct AdvantageAgreement {
  int64_t groups = 0;
  int64_t sign_groups = 0;    // In which an advantage changes its sign.
  int64_t sign_rollouts = 0;  // Whose advantage does.
  int64_t stop_groups = 0;    // That taught something, and would not any more.
  int64_t begin_groups = 0;   // That taught nothing, and would.
  PairSummary advantages;
};

// A completion that is judged otherwise now.
struct Disagreement {
  std::shared_ptr<const Prompt> prompt;
  RolloutRecord record;  // As it was.
  Reward reward;         // As it is.
  // Of training, where its group was judged as a whole then.
  std::optional<float> advantage_before;
  std::optional<float> advantage_now;
};

struct RescoringReport {
  std::vector<std::string> rules;  // Those that judge now.
  int64_t groups = 0;
  int64_t rollouts = 0;
  int64_t left_out_groups = 0;   // Of which not all rollouts are there.
  int64_t unjudged_before = 0;   // Rollouts; compared with nothing.
  int64_t excluded_before = 0;   // That could not be judged then.
  int64_t excluded_now = 0;      // That cannot be judged now.
  std::string excluded_because;  // The first one's reason, now.
  PairSummary reward;
  // By the first verdict of either, whatever its rule is called; all 0 without verdicts.
  RightCounts right;
  std::vector<RuleAgreement> compared;  // In the order of `rules`.
  std::vector<std::string> rules_before_only;
  std::vector<std::string> rules_now_only;
  std::optional<AdvantageAgreement> advantages;
  int64_t disagreements = 0;
  // The first of them; before all others those that differ in a value or in being right.
  std::vector<Disagreement> shown;
};

// Counts group after group. A completion disagrees if a rule of both gives it another value or
// verdict, if it is right by one and not by the other, or if only one could judge it; where no rule
// is of both, also if its reward is another one.
class RescoringTally {
 public:
  // `rules` names the parts of the new rewards. `advantage`: how rewards become advantages; absent
  // where nothing is learnt from them. At most `shown_max` disagreements are kept.
  RescoringTally(std::vector<std::string> rules, std::optional<AdvantageOptions> advantage,
                 size_t shown_max);

  void Add(const RescoredGroup& group);
  void AddLeftOut() { ++report_.left_out_groups; }

  // To be called once, after all else.
  RescoringReport Finish();

 private:
  // Sums of pairs, one after another.
  class Pairs {
   public:
    void Add(const std::optional<double>& before, const std::optional<double>& now);
    PairSummary Summary() const;

   private:
    int64_t before_count_ = 0;
    int64_t now_count_ = 0;
    double before_sum_ = 0;
    double now_sum_ = 0;
    // Of pairs of which both are there: Welford's means, squares and products.
    int64_t pairs_ = 0;
    double before_mean_ = 0;
    double now_mean_ = 0;
    double before_squares_ = 0;
    double now_squares_ = 0;
    double products_ = 0;
    double difference_sum_ = 0;
  };

  // The rewards of a batch's groups.
  struct BatchRewards {
    std::vector<GroupRewards> before;
    std::vector<GroupRewards> now;
  };

  // A disagreement and where its rewards stand.
  struct Kept {
    Disagreement disagreement;
    int64_t batch;
    std::optional<size_t> group;  // Within the batch; absent if it has no advantages.
    size_t rollout;
  };

  enum class Difference { kNone, kSlight, kMarked };

  Difference Compare(const RolloutRecord& record, const Reward& reward);
  // nullopt if no rule of the run has the name of a rule now.
  std::optional<Difference> CompareRules(const RolloutRecord& record, const Reward& reward);
  // Returns its place in its batch; absent if it has no advantages.
  std::optional<size_t> AddRewards(const RescoredGroup& group);
  void Keep(Kept kept, Difference difference);
  AdvantageAgreement CompareAdvantages(const AdvantageOptions& options);

  const std::optional<AdvantageOptions> advantage_;
  const size_t shown_max_;
  RescoringReport report_;
  Pairs rewards_;
  std::vector<RuleAgreement> agreements_;  // Of report_.rules[i].
  std::vector<Pairs> values_;              // Of report_.rules[i].
  std::set<std::string> rules_before_;
  std::map<int64_t, BatchRewards> batches_;
  std::vector<Kept> marked_;
  std::vector<Kept> slight_;
};

}  // namespace whet

#endif  // WHET_ORCHESTRATOR_RESCORING_H_
