#include "policy/updater.h"

#include <ATen/ATen.h>

#include <cmath>
#include <limits>

#include "base/atomic_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "policy/engine.h"
#include "policy/local_updater.h"
#include "tests/policy/tiny_model.h"

namespace whet {
namespace {

using ::testing::HasSubstr;

// Groups of `per_prompt` samples of different lengths; their behavior logprobs are a little off.
std::vector<TrainSample> Samples(int prompts, int per_prompt) {
  std::vector<TrainSample> samples;
  for (int prompt = 0; prompt < prompts; ++prompt) {
    for (int i = 0; i < per_prompt; ++i) {
      TrainSample sample = {};
      for (int j = 0; j < 4 + prompt; ++j) sample.tokens.push_back((prompt * 7 + j * 3) % 40);
      sample.loss_mask.assign(sample.tokens.size(), false);
      for (int j = 0; j < 1 + (i * 5) % 9; ++j) sample.tokens.push_back((i * 13 + j * 11) % 40);
      sample.loss_mask.resize(sample.tokens.size(), true);
      sample.behavior_logprobs.assign(sample.tokens.size(), -3.5F);
      sample.advantage = static_cast<float>(i % 3) - 1.0F;
      samples.push_back(std::move(sample));
    }
  }
  return samples;
}

UpdaterOptions Options() {
  UpdaterOptions options;
  options.compute = TestCompute();
  options.lr.lr = 1e-3;
  options.loss.clip_low = options.loss.clip_high = 100;  // So that no token drops out.
  return options;
}

class UpdaterTest : public ::testing::Test {
 protected:
  std::unique_ptr<LocalUpdater> Make(const UpdaterOptions& options) const {
    std::unique_ptr<Updater> updater = MakeUpdater(checkpoint_, options).value();
    return std::unique_ptr<LocalUpdater>(static_cast<LocalUpdater*>(updater.release()));
  }

  // The gradient of one step.
  at::Tensor Gradient(const UpdaterOptions& options, const TrainBatch& batch) const {
    const std::unique_ptr<LocalUpdater> updater = Make(options);
    EXPECT_TRUE(updater->Step(batch).ok());
    return updater->gradient().clone();
  }

  const Checkpoint checkpoint_ = MakeTinyCheckpoint("updater_test");
};

double LargestDifference(const at::Tensor& a, const at::Tensor& b) {
  return (a - b).abs().max().item<double>();
}

TEST_F(UpdaterTest, GradientDoesNotDependOnMicroBatches) {
  for (const LossAggregation aggregation :
       {LossAggregation::kDapo, LossAggregation::kGrpo, LossAggregation::kDrGrpo}) {
    UpdaterOptions options = Options();
    options.loss.aggregation = aggregation;
    options.loss.tokens_max = 9;
    const TrainBatch batch = WholeBatch(Samples(4, 8));
    options.micro_batch_tokens = 100000;
    const at::Tensor whole = Gradient(options, batch);
    EXPECT_GT(whole.abs().max().item<double>(), 1e-3);
    for (const int64_t rows : {200, 40, 1}) {
      options.micro_batch_tokens = rows;
      EXPECT_LT(LargestDifference(Gradient(options, batch), whole), 1e-6) << rows;
    }
  }
}

TEST_F(UpdaterTest, GradientDoesNotDependOnSharedPrompts) {
  // 8 rows hold one sample at a time, so that nothing is shared.
  UpdaterOptions options = Options();
  const TrainBatch batch = WholeBatch(Samples(1, 8));
  const at::Tensor shared = Gradient(options, batch);
  options.micro_batch_tokens = 1;
  EXPECT_LT(LargestDifference(Gradient(options, batch), shared), 1e-6);
}

TEST_F(UpdaterTest, GradientIsTheSlopeOfTheLoss) {
  const TrainBatch batch = WholeBatch(Samples(2, 3));
  UpdaterOptions options = Options();
  options.loss.kl_coefficient = 0.1;
  options.gradient_norm_max = 0;
  const std::unique_ptr<LocalUpdater> updater = Make(options);
  const at::Tensor master = updater->master();
  const at::Tensor start = master.clone();
  EXPECT_TRUE(updater->Step(batch).ok());
  const at::Tensor gradient = updater->gradient().clone();
  // Along the gradient itself the loss rises by its squared norm.
  const double norm = gradient.norm().item<double>();
  const double h = 1e-3;
  const auto loss_at = [&](double distance) {
    master.copy_(start + gradient * (distance / norm));
    return updater->Step(batch).value().loss;
  };
  const double slope = (loss_at(h) - loss_at(-h)) / (2 * h);
  EXPECT_NEAR(slope / norm, 1.0, 0.01);
}

TEST_F(UpdaterTest, StepsMoveTowardsWhatPaid) {
  const std::unique_ptr<LocalUpdater> updater = Make(Options());
  std::vector<TrainSample> samples = Samples(1, 3);  // Advantages -1, 0, 1.
  const auto sum = [&](size_t i) {
    const std::vector<std::vector<float>> all = updater->Logprobs(samples).value();
    double total = 0;
    for (const float logprob : all[i]) total += logprob;
    return total;
  };
  const double bad = sum(0);
  const double good = sum(2);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(updater->Step(WholeBatch(samples)).ok());
  EXPECT_LT(sum(0), bad);
  EXPECT_GT(sum(2), good);
}

TEST_F(UpdaterTest, SkipsAStepThatIsNotFiniteAndFailsAtTheThirdInARow) {
  const std::unique_ptr<LocalUpdater> updater = Make(Options());
  std::vector<TrainSample> samples = Samples(1, 3);
  std::vector<TrainSample> broken = samples;
  broken[2].behavior_logprobs.back() = std::numeric_limits<float>::quiet_NaN();
  const at::Tensor before = updater->master().clone();
  EXPECT_TRUE(updater->Step(WholeBatch(broken)).value().skipped);
  EXPECT_TRUE(updater->Step(WholeBatch(broken)).value().skipped);
  EXPECT_TRUE(at::equal(updater->master(), before));
  EXPECT_FALSE(updater->Step(WholeBatch(samples)).value().skipped);
  EXPECT_EQ(updater->steps(), 3);
  EXPECT_FALSE(at::equal(updater->master(), before));
  EXPECT_TRUE(updater->Step(WholeBatch(broken)).value().skipped);
  EXPECT_TRUE(updater->Step(WholeBatch(broken)).value().skipped);
  const absl::Status third = updater->Step(WholeBatch(broken)).status();
  EXPECT_EQ(third.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(third.message()), HasSubstr("optimizer.lr"));
}

TEST_F(UpdaterTest, SkippedStepsDoNotTouchTheOptimizer) {
  const TrainBatch batch = WholeBatch(Samples(2, 3));
  TrainBatch broken = batch;
  broken.samples[0].behavior_logprobs.back() = -std::numeric_limits<float>::infinity();
  const std::unique_ptr<LocalUpdater> a = Make(Options());
  const std::unique_ptr<LocalUpdater> b = Make(Options());
  ASSERT_TRUE(b->Step(broken).value().skipped);
  ASSERT_TRUE(a->Step(batch).ok());
  ASSERT_TRUE(b->Step(batch).ok());
  EXPECT_TRUE(at::equal(a->master(), b->master()));
}

TEST_F(UpdaterTest, GoesOnAfterRestoreToTheSameBits) {
  for (const ComputeType type : {ComputeType::kF32, ComputeType::kBf16}) {
    UpdaterOptions options = Options();
    options.compute = TestCompute(type);
    options.loss.kl_coefficient = 0.05;
    options.reference_steps = 2;
    const TrainBatch batch = WholeBatch(Samples(2, 4));
    const std::unique_ptr<LocalUpdater> updater = Make(options);
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(updater->Step(batch).ok());
    const std::string directory = testing::TempDir() + "/updater_test_saved";
    ASSERT_TRUE(RemoveAll(directory).ok());
    ASSERT_TRUE(MakeDirectories(directory).ok());
    ASSERT_TRUE(updater->Save(directory).ok());
    const std::unique_ptr<LocalUpdater> other = Make(options);
    const absl::Status restored = other->Restore(directory);
    ASSERT_TRUE(restored.ok()) << restored;
    EXPECT_EQ(other->steps(), 3);
    const StepStats a = updater->Step(batch).value();
    const StepStats b = other->Step(batch).value();
    EXPECT_EQ(a.loss, b.loss);
    EXPECT_EQ(a.gradient_norm, b.gradient_norm);
    EXPECT_TRUE(at::equal(updater->master(), other->master()));
  }
}

TEST_F(UpdaterTest, RestoreNamesTheFileThatIsDamaged) {
  const std::unique_ptr<LocalUpdater> updater = Make(Options());
  const std::string directory = testing::TempDir() + "/updater_test_damaged";
  ASSERT_TRUE(RemoveAll(directory).ok());
  ASSERT_TRUE(MakeDirectories(directory).ok());
  ASSERT_TRUE(updater->Save(directory).ok());
  const std::string file = directory + "/trainer/state.safetensors";
  const std::string bytes = ReadFile(file).value();
  ASSERT_TRUE(WriteFileAtomically(file, bytes.substr(0, bytes.size() / 2)).ok());
  const absl::Status status = updater->Restore(directory);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr("state.safetensors"));
}

TEST_F(UpdaterTest, TheReferenceBecomesThePolicyAfterItsSteps) {
  UpdaterOptions options = Options();
  options.loss.kl_coefficient = 0.05;
  options.reference_steps = 2;
  const TrainBatch batch = WholeBatch(Samples(2, 4));
  const std::unique_ptr<LocalUpdater> updater = Make(options);
  EXPECT_EQ(updater->Step(batch).value().kl, 0.0);  // The reference is where training began.
  EXPECT_GT(updater->Step(batch).value().kl, 0.0);
  EXPECT_EQ(updater->Step(batch).value().kl, 0.0);
}

TEST_F(UpdaterTest, MasterWeightsKeepWhatBf16WouldLose) {
  UpdaterOptions options = Options();
  options.compute = TestCompute(ComputeType::kBf16);
  options.lr.lr = 1e-5;  // Far below half a unit in the last place of a bf16 near 0.3.
  const std::unique_ptr<LocalUpdater> updater = Make(options);
  const at::Tensor before = updater->master().clone();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(updater->Step(WholeBatch(Samples(2, 4))).ok());
  EXPECT_NEAR(LargestDifference(updater->master(), before), 3e-5, 1e-5);
}

TEST_F(UpdaterTest, SupervisedLossIsTheMeanOfNegativeLogprobs) {
  UpdaterOptions options = Options();
  options.objective = Objective::kSupervised;
  std::vector<TrainSample> samples = Samples(2, 3);
  for (TrainSample& sample : samples) sample.behavior_logprobs.clear();
  const std::unique_ptr<LocalUpdater> updater = Make(options);
  double sum = 0;
  int64_t count = 0;
  const std::vector<std::vector<float>> all = updater->Logprobs(samples).value();
  for (const std::vector<float>& logprobs : all) {
    for (const float logprob : logprobs) {
      sum -= logprob;
      ++count;
    }
  }
  const StepStats stats = updater->Step(WholeBatch(samples)).value();
  EXPECT_EQ(stats.tokens, count);
  EXPECT_NEAR(stats.loss, sum / static_cast<double>(count), 1e-6);
}

TEST_F(UpdaterTest, StartsFromRandomWeightsOfASeed) {
  UpdaterOptions options = Options();
  options.random_weights = RandomKey(3, RandomPurpose::kInitialize);
  const std::unique_ptr<LocalUpdater> a = Make(options);
  const std::unique_ptr<LocalUpdater> b = Make(options);
  options.random_weights = RandomKey(4, RandomPurpose::kInitialize);
  const std::unique_ptr<LocalUpdater> c = Make(options);
  EXPECT_TRUE(at::equal(a->master(), b->master()));
  EXPECT_FALSE(at::equal(a->master(), c->master()));
}

}  // namespace
}  // namespace whet
