#include "base/bounded_queue.h"

#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace whet {
namespace {

TEST(BoundedQueueTest, GivesBackInOrder) {
  BoundedQueue<int> queue(3);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(queue.Push(i));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(queue.Pop(), i);
}

TEST(BoundedQueueTest, CarriesValuesThatOnlyMove) {
  BoundedQueue<std::unique_ptr<int>> queue(1);
  queue.Push(std::make_unique<int>(7));
  EXPECT_EQ(**queue.Pop(), 7);
}

TEST(BoundedQueueTest, NeverHoldsMoreThanItsCapacity) {
  BoundedQueue<int> queue(2);
  std::thread producer([&] {
    for (int i = 0; i < 1000; ++i) queue.Push(i);
    queue.Close();
  });
  int expected = 0;
  while (const std::optional<int> value = queue.Pop()) {
    EXPECT_LE(queue.size(), 2U);
    EXPECT_EQ(*value, expected++);
  }
  EXPECT_EQ(expected, 1000);
  producer.join();
}

TEST(BoundedQueueTest, ClosingLetsConsumersDrainIt) {
  BoundedQueue<int> queue(2);
  queue.Push(1);
  queue.Close();
  EXPECT_FALSE(queue.Push(2));
  EXPECT_EQ(queue.Pop(), 1);
  EXPECT_EQ(queue.Pop(), std::nullopt);
}

TEST(BoundedQueueTest, ClosingWakesEveryWaiter) {
  BoundedQueue<int> full(1);
  BoundedQueue<int> empty(1);
  full.Push(0);
  std::vector<std::thread> waiters;
  for (int i = 0; i < 4; ++i) {
    waiters.emplace_back([&] { EXPECT_FALSE(full.Push(1)); });
    waiters.emplace_back([&] { EXPECT_EQ(empty.Pop(), std::nullopt); });
  }
  full.Close();
  empty.Close();
  for (std::thread& waiter : waiters) waiter.join();
}

TEST(BoundedQueueTest, TryPopNeverWaits) {
  BoundedQueue<int> queue(1);
  EXPECT_EQ(queue.TryPop(), std::nullopt);
  queue.Push(5);
  EXPECT_EQ(queue.TryPop(), 5);
}

}  // namespace
}  // namespace whet
