#include "policy/engine.h"

#include <algorithm>
#include <map>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "policy/updater.h"
#include "tests/policy/tiny_model.h"

namespace whet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

EngineOptions Options() {
  return {.kv_cache_bytes = int64_t{1} << 20,
          .sequences_max = 64,
          .queue_max = 1000,
          .rows_max = 256,
          .tokens_end = kTinyVocabulary,
          .eos_ids = {1, 3}};
}

RolloutRequest Request(uint64_t prompt, int64_t sample, int64_t tokens_max = 12) {
  RolloutRequest request;
  request.id = {.purpose = RandomPurpose::kTrain, .prompt = prompt, .draw = 0, .sample = sample};
  request.seed = 7;
  // Of lengths from 3 on, so that they end in the middle of a block of keys.
  for (uint64_t i = 0; i < 3 + prompt * 5; ++i) {
    request.prompt.push_back(static_cast<int32_t>(4 + (prompt * 11 + i * 7) % 30));
  }
  request.sampling.tokens_max = tokens_max;
  return request;
}

std::vector<Rollout> RunToEnd(Generator* engine) {
  std::vector<Rollout> finished;
  while (engine->busy()) {
    const absl::Status status = engine->Step(&finished);
    EXPECT_TRUE(status.ok()) << status;
    if (!status.ok()) break;
  }
  std::sort(finished.begin(), finished.end(), [](const Rollout& a, const Rollout& b) {
    return std::pair(a.id.prompt, a.id.sample) < std::pair(b.id.prompt, b.id.sample);
  });
  return finished;
}

std::vector<Rollout> Sample(Generator* engine, const std::vector<RolloutRequest>& requests) {
  for (const RolloutRequest& request : requests) {
    const absl::Status status = engine->Submit(request);
    EXPECT_TRUE(status.ok()) << status;
  }
  return RunToEnd(engine);
}

void ExpectSameBits(const std::vector<Rollout>& a, const std::vector<Rollout>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].id, b[i].id);
    EXPECT_EQ(a[i].tokens, b[i].tokens);
    EXPECT_EQ(a[i].logprobs, b[i].logprobs) << a[i].id.Text();  // Floats, compared exactly.
    EXPECT_EQ(a[i].finish, b[i].finish);
  }
}

std::vector<RolloutRequest> ManyRequests() {
  std::vector<RolloutRequest> requests;
  for (uint64_t prompt = 0; prompt < 6; ++prompt) {
    for (int64_t sample = 0; sample < 4; ++sample) requests.push_back(Request(prompt, sample, 40));
  }
  return requests;
}

class EngineTest : public ::testing::TestWithParam<ComputeType> {
 protected:
  std::unique_ptr<EngineGenerator> Make(const EngineOptions& options = Options()) const {
    return MakeEngine(weights_, options).value();
  }

  const std::shared_ptr<const WeightSet> weights_ =
      MakeTinyWeights("engine_test", /*seed=*/1, GetParam());
};

INSTANTIATE_TEST_SUITE_P(Types, EngineTest,
                         ::testing::Values(ComputeType::kF32, ComputeType::kBf16),
                         [](const auto& info) { return std::string(ComputeTypeName(info.param)); });

TEST_P(EngineTest, GivesTheSameBitsAloneAndInCompany) {
  const std::vector<RolloutRequest> requests = ManyRequests();
  const std::vector<Rollout> together = Sample(Make().get(), requests);
  std::vector<Rollout> alone;
  alone.reserve(requests.size());
  for (const RolloutRequest& request : requests) {
    alone.push_back(Sample(Make().get(), {request}).at(0));
  }
  ExpectSameBits(together, alone);
}

TEST_P(EngineTest, GivesTheSameBitsInAnyOrder) {
  std::vector<RolloutRequest> requests = ManyRequests();
  const std::vector<Rollout> forwards = Sample(Make().get(), requests);
  std::reverse(requests.begin(), requests.end());
  std::swap(requests[1], requests[20]);
  ExpectSameBits(forwards, Sample(Make().get(), requests));
}

TEST_P(EngineTest, GivesTheSameBitsOverTwoEngines) {
  const std::vector<RolloutRequest> requests = ManyRequests();
  const std::vector<Rollout> together = Sample(Make().get(), requests);
  const size_t half = requests.size() / 2 + 1;
  std::vector<Rollout> apart =
      Sample(Make().get(), {requests.begin(), requests.begin() + static_cast<ptrdiff_t>(half)});
  for (Rollout& rollout :
       Sample(Make().get(), {requests.begin() + static_cast<ptrdiff_t>(half), requests.end()})) {
    apart.push_back(std::move(rollout));
  }
  ExpectSameBits(together, apart);
}

TEST_P(EngineTest, GivesTheSameBitsWhenPromptsComeInPieces) {
  EngineOptions small = Options();
  small.rows_max = 3;
  small.sequences_max = 5;
  ExpectSameBits(Sample(Make().get(), ManyRequests()), Sample(Make(small).get(), ManyRequests()));
}

TEST_P(EngineTest, GivesTheSameBitsWhenMemoryIsShort) {
  EngineOptions small = Options();
  // 2 layers of 2 key heads with 16 positions of (8 + 16) elements: 1,536 a block. A request takes
  // up to 28 + 40 tokens, 5 blocks; there are 12.
  small.kv_cache_bytes = int64_t{12} * 1536 * (GetParam() == ComputeType::kF32 ? 4 : 2);
  const std::unique_ptr<EngineGenerator> engine = Make(small);
  ExpectSameBits(Sample(Make().get(), ManyRequests()), Sample(engine.get(), ManyRequests()));
  EXPECT_GT(engine->stats().evictions, 0);
  EXPECT_GT(engine->stats().recomputed_tokens, 0);
}

// The promise on which skipping the old policy's forward rests.
TEST_P(EngineTest, GivesTheLogprobsThatTheTrainerComputes) {
  const Checkpoint checkpoint = MakeTinyCheckpoint("engine_test_trainer", /*seed=*/1);
  UpdaterOptions options;
  options.compute = TestCompute(GetParam());
  options.temperature = 0.7;
  options.micro_batch_tokens = 100;
  const std::unique_ptr<Updater> updater = MakeUpdater(checkpoint, options).value();
  std::vector<RolloutRequest> requests = ManyRequests();
  for (RolloutRequest& request : requests) request.sampling.temperature = 0.7;
  std::vector<TrainSample> samples;
  std::vector<std::vector<float>> sampled;
  for (const Rollout& rollout : Sample(Make().get(), requests)) {
    TrainSample sample = {};
    sample.tokens = Request(rollout.id.prompt, 0).prompt;
    sample.loss_mask.assign(sample.tokens.size(), false);
    sample.tokens.insert(sample.tokens.end(), rollout.tokens.begin(), rollout.tokens.end());
    sample.loss_mask.resize(sample.tokens.size(), true);
    samples.push_back(std::move(sample));
    sampled.push_back(rollout.logprobs);
  }
  EXPECT_EQ(updater->Logprobs(samples).value(), sampled);
}

using EngineF32Test = EngineTest;
INSTANTIATE_TEST_SUITE_P(Types, EngineF32Test, ::testing::Values(ComputeType::kF32));

TEST_P(EngineF32Test, ComputesAPromptOnceForItsGroup) {
  const std::unique_ptr<EngineGenerator> engine = Make();
  std::vector<RolloutRequest> group;
  group.reserve(8);
  for (int64_t sample = 0; sample < 8; ++sample) group.push_back(Request(2, sample));
  Sample(engine.get(), group);
  EXPECT_EQ(engine->stats().prompt_tokens, 13);  // 3 + 2 · 5
}

TEST_P(EngineF32Test, StopsAtEveryEndOfSequenceId) {
  std::map<int32_t, int> last;
  for (const Rollout& rollout : Sample(Make().get(), ManyRequests())) {
    const bool ended = rollout.tokens.back() == 1 || rollout.tokens.back() == 3;
    EXPECT_EQ(rollout.finish, ended ? Finish::kStop : Finish::kLength);
    EXPECT_EQ(std::count_if(rollout.tokens.begin(), rollout.tokens.end() - 1,
                            [](int32_t token) { return token == 1 || token == 3; }),
              0);
    EXPECT_LE(rollout.tokens.size(), 40);
    ++last[rollout.tokens.back()];
  }
  EXPECT_GT(last[1], 0);
  EXPECT_GT(last[3], 0);
}

TEST_P(EngineF32Test, NeverSamplesIdsBeyondTheTokenizers) {
  EngineOptions options = Options();
  options.tokens_end = 10;
  for (const Rollout& rollout : Sample(Make(options).get(), ManyRequests())) {
    for (const int32_t token : rollout.tokens) EXPECT_LT(token, 10);
  }
}

TEST_P(EngineF32Test, TemperatureZeroTakesTheMostProbable) {
  RolloutRequest a = Request(1, 0);
  RolloutRequest b = Request(1, 1);
  a.sampling.temperature = b.sampling.temperature = 0;
  const std::vector<Rollout> greedy = Sample(Make().get(), {a, b});
  EXPECT_EQ(greedy[0].tokens, greedy[1].tokens);
  RolloutRequest c = Request(1, 2);
  c.sampling.top_k = 1;
  EXPECT_EQ(Sample(Make().get(), {c})[0].tokens, greedy[0].tokens);
}

TEST_P(EngineF32Test, RefusesWhatItCannotSample) {
  const std::unique_ptr<EngineGenerator> engine = Make();
  RolloutRequest request = Request(0, 0);
  request.prompt.clear();
  EXPECT_EQ(engine->Submit(request).code(), absl::StatusCode::kInvalidArgument);
  request.prompt = {40};
  EXPECT_THAT(std::string(engine->Submit(request).message()), HasSubstr("vocabulary of 40"));
  request.prompt = {5};
  request.sampling.tokens_max = 128;
  EXPECT_THAT(std::string(engine->Submit(request).message()), HasSubstr("context of 128"));
  request.sampling.tokens_max = 10;
  request.sampling.top_p = 0;
  EXPECT_THAT(std::string(engine->Submit(request).message()), HasSubstr("top_p"));
  EXPECT_FALSE(engine->busy());
}

TEST_P(EngineF32Test, RefusesAnIdTwiceAndMoreThanItsQueue) {
  EngineOptions options = Options();
  options.queue_max = 2;
  const std::unique_ptr<EngineGenerator> engine = Make(options);
  EXPECT_TRUE(engine->Submit(Request(0, 0)).ok());
  EXPECT_EQ(engine->Submit(Request(0, 0)).code(), absl::StatusCode::kAlreadyExists);
  EXPECT_TRUE(engine->Submit(Request(0, 1)).ok());
  EXPECT_EQ(engine->Submit(Request(0, 2)).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(RunToEnd(engine.get()), SizeIs(2));
  EXPECT_TRUE(engine->Submit(Request(0, 0)).ok());
}

TEST_P(EngineF32Test, ForgetsWhatIsCancelled) {
  const std::unique_ptr<EngineGenerator> engine = Make();
  for (int64_t sample = 0; sample < 3; ++sample)
    ASSERT_TRUE(engine->Submit(Request(3, sample)).ok());
  std::vector<Rollout> finished;
  ASSERT_TRUE(engine->Step(&finished).ok());
  engine->Cancel(Request(3, 1).id);
  engine->Cancel(Request(5, 0).id);  // Unknown.
  for (Rollout& rollout : RunToEnd(engine.get())) finished.push_back(std::move(rollout));
  for (const Rollout& rollout : finished) EXPECT_NE(rollout.id.sample, 1);
  EXPECT_THAT(finished, SizeIs(2));
}

TEST_P(EngineF32Test, GoesOnWithInsertedTokens) {
  const std::unique_ptr<EngineGenerator> engine = Make();
  // 4 is no end of sequence; the first token of this request is none either.
  const RolloutRequest request = Request(3, 0, 10);
  ASSERT_TRUE(engine->Submit(request).ok());
  std::vector<Rollout> finished;
  ASSERT_TRUE(engine->Step(&finished).ok());
  ASSERT_THAT(finished, IsEmpty());
  ASSERT_TRUE(engine->Suspend(request.id).ok());
  EXPECT_FALSE(engine->busy());
  ASSERT_TRUE(engine->Continue(request.id, {4, 4, 4}).ok());
  const Rollout rollout = RunToEnd(engine.get()).at(0);
  const int64_t end = static_cast<int64_t>(rollout.tokens.size());
  EXPECT_THAT(rollout.spans,
              ElementsAre(Span{0, 1, SpanKind::kSampled, 0}, Span{1, 4, SpanKind::kInserted, 0},
                          Span{4, end, SpanKind::kSampled, 0}));
  EXPECT_EQ(rollout.logprobs[2], 0.0F);
  // As if the inserted tokens had been in the prompt, with the numbers of their positions.
  EXPECT_EQ(engine->Suspend(request.id).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(engine->Continue(request.id, {4}).code(), absl::StatusCode::kNotFound);
}

TEST_P(EngineF32Test, TakesNewWeightsBetweenTwoTokens) {
  const std::unique_ptr<EngineGenerator> engine = Make();
  const RolloutRequest request = Request(3, 0, 10);
  ASSERT_TRUE(engine->Submit(request).ok());
  std::vector<Rollout> finished;
  ASSERT_TRUE(engine->Step(&finished).ok());
  UpdaterOptions options;
  options.compute = TestCompute();
  const std::unique_ptr<Updater> updater =
      MakeUpdater(MakeTinyCheckpoint("engine_test_new", /*seed=*/9), options).value();
  engine->SetWeights(updater->Publish(5));
  const Rollout rollout = RunToEnd(engine.get()).at(0);
  const int64_t end = static_cast<int64_t>(rollout.tokens.size());
  ASSERT_GT(end, 1);
  EXPECT_THAT(rollout.spans,
              ElementsAre(Span{0, 1, SpanKind::kSampled, 0}, Span{1, end, SpanKind::kSampled, 5}));
}

}  // namespace
}  // namespace whet
