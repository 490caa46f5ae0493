#include "sandbox/compile_cache.h"

#include <string>

#include "gtest/gtest.h"

namespace whet::sandbox {
namespace {

Compiled Executable(size_t bytes) {
  Report report;
  report.collected = {{"main", std::string(bytes, 'x')}};
  return std::make_shared<const Report>(std::move(report));
}

// Counts the answers, and keeps the size of the last one; -1 for a Status.
struct Answers {
  int count = 0;
  int64_t size = 0;

  CompileCache::Waiter Waiter() {
    return [this](const absl::StatusOr<Compiled>& compiled) {
      ++count;
      size = compiled.ok() ? static_cast<int64_t>((*compiled)->collected[0].bytes.size()) : -1;
    };
  }
};

TEST(CompileCacheTest, AsksTheFirstCallerOnly) {
  CompileCache cache(1 << 20);
  Answers answers;
  EXPECT_TRUE(cache.Get("a", answers.Waiter()));
  EXPECT_FALSE(cache.Get("a", answers.Waiter()));
  EXPECT_EQ(answers.count, 0);
  cache.Set("a", Executable(5));
  EXPECT_EQ(answers.count, 2);
  EXPECT_EQ(answers.size, 5);
}

TEST(CompileCacheTest, AnswersAtOnceWhatItKnows) {
  CompileCache cache(1 << 20);
  Answers answers;
  cache.Get("a", answers.Waiter());
  cache.Set("a", Executable(5));
  EXPECT_FALSE(cache.Get("a", answers.Waiter()));
  EXPECT_EQ(answers.count, 2);
}

TEST(CompileCacheTest, ForgetsFailures) {
  CompileCache cache(1 << 20);
  Answers answers;
  cache.Get("a", answers.Waiter());
  cache.Set("a", absl::UnavailableError("busy"));
  EXPECT_EQ(answers.size, -1);
  EXPECT_TRUE(cache.Get("a", answers.Waiter()));
}

TEST(CompileCacheTest, DropsWhatWasNotAskedForTheLongest) {
  CompileCache cache(10'000);
  Answers answers;
  for (const char* key : {"a", "b"}) {
    cache.Get(key, answers.Waiter());
    cache.Set(key, Executable(3000));
  }
  EXPECT_FALSE(cache.Get("a", answers.Waiter()));
  cache.Get("c", answers.Waiter());
  cache.Set("c", Executable(3000));  // 3 · (3000 + 1024) bytes: b goes.
  EXPECT_FALSE(cache.Get("a", answers.Waiter()));
  EXPECT_FALSE(cache.Get("c", answers.Waiter()));
  EXPECT_TRUE(cache.Get("b", answers.Waiter()));
}

}  // namespace
}  // namespace whet::sandbox
