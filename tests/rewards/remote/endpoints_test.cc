#include "rewards/remote/endpoints.h"

#include <optional>

#include "gtest/gtest.h"

namespace whet {
namespace {

constexpr EndpointOptions kTwo = {
    .count = 2, .rest_min = absl::Seconds(1), .rest_max = absl::Seconds(4)};
constexpr EndpointOptions kOne = {
    .count = 1, .rest_min = absl::Seconds(1), .rest_max = absl::Seconds(4)};

absl::Duration At(int seconds) { return absl::Seconds(seconds); }

TEST(EndpointsTest, TheLeastLoadedIsAsked) {
  Endpoints endpoints(kTwo);
  EXPECT_EQ(endpoints.Start(At(0)), 0);
  EXPECT_EQ(endpoints.Start(At(0)), 1);
  EXPECT_EQ(endpoints.Start(At(0)), 0);
  endpoints.Succeed(1);
  EXPECT_EQ(endpoints.Start(At(0)), 1);
}

TEST(EndpointsTest, RequestsOneAfterTheOtherAreShared) {
  Endpoints endpoints(kTwo);
  EXPECT_EQ(endpoints.Start(At(0)), 0);
  endpoints.Succeed(0);
  EXPECT_EQ(endpoints.Start(At(0)), 1);
}

TEST(EndpointsTest, OneThatFailedRestsAndTheOtherTakesAll) {
  Endpoints endpoints(kTwo);
  EXPECT_EQ(endpoints.Start(At(0)), 0);
  endpoints.Fail(0, At(0), {.started = At(0)});
  EXPECT_EQ(endpoints.Start(At(0)), 1);
  EXPECT_EQ(endpoints.Start(At(0)), 1);
  EXPECT_EQ(endpoints.NextUp(At(0)), At(1));
  EXPECT_EQ(endpoints.Start(At(1)), 0);
}

TEST(EndpointsTest, AfterARestOneRequestGoesAheadUntilItIsAnswered) {
  Endpoints endpoints(kOne);
  EXPECT_EQ(endpoints.Start(At(0)), 0);
  endpoints.Fail(0, At(0), {.started = At(0)});
  EXPECT_EQ(endpoints.Start(At(0)), std::nullopt);
  EXPECT_EQ(endpoints.Start(At(1)), 0);
  EXPECT_EQ(endpoints.Start(At(1)), std::nullopt);
  endpoints.Succeed(0);
  EXPECT_EQ(endpoints.Start(At(1)), 0);
  EXPECT_EQ(endpoints.Start(At(1)), 0);
}

TEST(EndpointsTest, RestsDoubleUpToTheLongest) {
  Endpoints endpoints(kOne);
  // Rests of 1, 2, 4 and 4 s from when it failed.
  const int ends[] = {1, 3, 7, 11};
  int now = 0;
  for (const int end : ends) {
    EXPECT_EQ(endpoints.Start(At(now)), 0);
    endpoints.Fail(0, At(now), {.started = At(now)});
    EXPECT_EQ(endpoints.NextUp(At(now)), At(end));
    now = end;
  }
}

TEST(EndpointsTest, ChanceHalvesARestAtMost) {
  Endpoints endpoints(kOne);
  EXPECT_EQ(endpoints.Start(At(0)), 0);
  endpoints.Fail(0, At(0), {.started = At(0), .chance = 0});
  EXPECT_EQ(endpoints.NextUp(At(0)), absl::Milliseconds(500));
}

TEST(EndpointsTest, ManyThatFailTogetherAreOneFailure) {
  Endpoints endpoints(kOne);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(endpoints.Start(At(0)), 0);
  for (int i = 0; i < 3; ++i) endpoints.Fail(0, At(0), {.started = At(0)});
  EXPECT_EQ(endpoints.NextUp(At(0)), At(1));
  // The next one is the second: 2 s, not 8.
  EXPECT_EQ(endpoints.Start(At(1)), 0);
  endpoints.Fail(0, At(1), {.started = At(1)});
  EXPECT_EQ(endpoints.NextUp(At(1)), At(3));
}

TEST(EndpointsTest, AnAnswerEndsTheDoubling) {
  Endpoints endpoints(kOne);
  EXPECT_EQ(endpoints.Start(At(0)), 0);
  endpoints.Fail(0, At(0), {.started = At(0)});
  EXPECT_EQ(endpoints.Start(At(1)), 0);
  endpoints.Succeed(0);
  EXPECT_EQ(endpoints.Start(At(2)), 0);
  endpoints.Fail(0, At(2), {.started = At(2)});
  EXPECT_EQ(endpoints.NextUp(At(2)), At(3));
}

TEST(EndpointsTest, ALongerRestThatTheServiceAsksForIsKept) {
  Endpoints endpoints(kOne);
  EXPECT_EQ(endpoints.Start(At(0)), 0);
  endpoints.Fail(0, At(0), {.started = At(0), .retry_after = At(60)});
  EXPECT_EQ(endpoints.NextUp(At(0)), At(60));
}

}  // namespace
}  // namespace whet
