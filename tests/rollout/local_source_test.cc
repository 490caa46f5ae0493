#include "rollout/local_source.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/fake_generator.h"

namespace whet {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

RolloutRequest Request(int64_t sample, int32_t first_token = 1) {
  RolloutRequest request;
  request.id = {.purpose = RandomPurpose::kTrain, .prompt = 1, .draw = 0, .sample = sample};
  request.prompt = {first_token};
  return request;
}

std::vector<RolloutRequest> Requests(int64_t count) {
  std::vector<RolloutRequest> requests;
  requests.reserve(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) requests.push_back(Request(i));
  return requests;
}

TEST(LocalSourceTest, GivesEveryRolloutThatWasAskedFor) {
  FakeGenerator generator(/*queue_max=*/100);
  LocalSource source(&generator);
  ASSERT_TRUE(source.Request(Requests(5)).ok());
  size_t finished = 0;
  while (finished < 5) finished += source.Wait().value().size();
  EXPECT_EQ(finished, 5);
  EXPECT_THAT(source.Wait().value(), IsEmpty());
}

TEST(LocalSourceTest, HoldsWhatTheGeneratorHasNoRoomFor) {
  FakeGenerator generator(/*queue_max=*/2);
  LocalSource source(&generator);
  ASSERT_TRUE(source.Request(Requests(5)).ok());
  size_t finished = 0;
  while (finished < 5) finished += source.Wait().value().size();
  EXPECT_EQ(generator.largest_queue(), 2);
  EXPECT_EQ(generator.sampled(), 5);
}

TEST(LocalSourceTest, TakesNoneOfRequestsThatHoldAWrongOne) {
  FakeGenerator generator(/*queue_max=*/100);
  LocalSource source(&generator);
  ASSERT_TRUE(source.Request({Request(7)}).ok());
  std::vector<RolloutRequest> requests = Requests(2);
  requests.push_back(Request(2, /*first_token=*/-1));
  EXPECT_EQ(source.Request(requests).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(generator.queued(), 1);
  EXPECT_THAT(source.Wait().value(), SizeIs(1));
  EXPECT_THAT(source.Wait().value(), IsEmpty());
}

TEST(LocalSourceTest, AnIdThatIsOutstandingStaysSo) {
  FakeGenerator generator(/*queue_max=*/100);
  LocalSource source(&generator);
  ASSERT_TRUE(source.Request({Request(1)}).ok());
  EXPECT_EQ(source.Request(Requests(2)).code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(generator.queued(), 1);
  EXPECT_EQ(source.Wait().value().at(0).id.sample, 1);
}

}  // namespace
}  // namespace whet
