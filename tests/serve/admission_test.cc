#include "serve/admission.h"

#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace whet::serve {
namespace {

constexpr absl::Duration kNone = absl::ZeroDuration();
constexpr absl::Duration kForever = absl::Hours(1);

// Enter() on another thread.
std::future<bool> Entering(Admission* admission) {
  return std::async(std::launch::async, [admission] { return admission->Enter(kForever); });
}

TEST(AdmissionTest, AsManyEnterAsThereArePlaces) {
  Admission admission(2, 8);
  EXPECT_TRUE(admission.Enter(kNone));
  EXPECT_TRUE(admission.Enter(kNone));
  EXPECT_FALSE(admission.Enter(kNone));
  EXPECT_FALSE(admission.Enter(absl::Milliseconds(1)));
  admission.Leave();
  EXPECT_TRUE(admission.Enter(kNone));
  EXPECT_FALSE(admission.Enter(kNone));
}

TEST(AdmissionTest, AllWhoWaitEnterAsPlacesBecomeFree) {
  Admission admission(1, 8);
  ASSERT_TRUE(admission.Enter(kNone));
  std::vector<std::future<bool>> others;
  others.reserve(8);
  for (int i = 0; i < 8; ++i) {
    others.push_back(std::async(std::launch::async, [&admission] {
      const bool entered = admission.Enter(kForever);
      if (entered) admission.Leave();
      return entered;
    }));
  }
  admission.Leave();
  for (std::future<bool>& other : others) EXPECT_TRUE(other.get());
}

TEST(AdmissionTest, NoMoreWaitThanMay) {
  Admission nobody_waits(1, 0);
  ASSERT_TRUE(nobody_waits.Enter(kNone));
  EXPECT_FALSE(nobody_waits.Enter(kForever));

  // Of two that would wait for ever one may; the other is sent away.
  Admission admission(1, 1);
  ASSERT_TRUE(admission.Enter(kNone));
  std::atomic<int> sent_away = 0;
  std::promise<void> one_sent_away;
  const auto enter = [&] {
    if (admission.Enter(kForever)) return;
    if (sent_away++ == 0) one_sent_away.set_value();
  };
  std::thread first(enter);
  std::thread second(enter);
  one_sent_away.get_future().wait();
  admission.Leave();
  first.join();
  second.join();
  EXPECT_EQ(sent_away, 1);
}

TEST(AdmissionTest, CloseSendsAwayWhoWaitsAndWhoComes) {
  Admission admission(1, 8);
  ASSERT_TRUE(admission.Enter(kNone));
  std::future<bool> waiting = Entering(&admission);
  admission.Close();
  EXPECT_FALSE(waiting.get());
  admission.Leave();
  EXPECT_FALSE(admission.Enter(kForever));
}

TEST(AdmissionTest, WhoGivesUpHoldsUpNobody) {
  Admission admission(1, 8);
  ASSERT_TRUE(admission.Enter(kNone));
  EXPECT_FALSE(admission.Enter(absl::Milliseconds(1)));
  std::future<bool> later = Entering(&admission);
  admission.Leave();
  EXPECT_TRUE(later.get());
}

}  // namespace
}  // namespace whet::serve
