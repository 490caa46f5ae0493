#include "rewards/remote/judge_cache.h"

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/atomic_file.h"
#include "gtest/gtest.h"

namespace whet {
namespace {

const Judgement kRight = {true, "same"};
const Judgement kWrong = {false, "other"};

std::unique_ptr<JudgeCache> Open(const std::string& path = "",
                                 size_t size_max = JudgeCache::kSizeMax) {
  absl::StatusOr<std::unique_ptr<JudgeCache>> cache = JudgeCache::Open(path, size_max);
  EXPECT_TRUE(cache.ok()) << cache.status();
  return *std::move(cache);
}

// Who asked, and what he was told.
struct Asked {
  bool is_first = false;
  std::optional<absl::StatusOr<Judgement>> told;
};

void Ask(JudgeCache& cache, const std::string& key, Asked* asked) {
  asked->is_first = cache.Ask(
      key, [asked](const absl::StatusOr<Judgement>& judgement) { asked->told = judgement; });
}

// What is known; nothing if one would have to ask.
std::optional<Judgement> Known(JudgeCache& cache, const std::string& key) {
  Asked asked;
  Ask(cache, key, &asked);
  if (!asked.is_first) return asked.told->value();
  cache.Settle(key, absl::CancelledError("not asked"));
  return std::nullopt;
}

void Learn(JudgeCache& cache, const std::string& key, const Judgement& judgement) {
  Asked asked;
  Ask(cache, key, &asked);
  EXPECT_TRUE(asked.is_first);
  cache.Settle(key, judgement);
}

TEST(JudgeCacheTest, OneAsksAndAllWhoWaitAreTold) {
  const auto cache = Open();
  Asked first;
  Asked second;
  Asked other;
  Ask(*cache, "a", &first);
  Ask(*cache, "a", &second);
  Ask(*cache, "b", &other);
  EXPECT_TRUE(first.is_first);
  EXPECT_FALSE(second.is_first);
  EXPECT_TRUE(other.is_first);
  EXPECT_FALSE(second.told);
  cache->Settle("a", kRight);
  EXPECT_EQ(first.told->value(), kRight);
  EXPECT_EQ(second.told->value(), kRight);
  EXPECT_FALSE(other.told);
  EXPECT_EQ(Known(*cache, "a"), kRight);
  cache->Settle("b", kWrong);
}

TEST(JudgeCacheTest, AnErrorIsToldAndForgotten) {
  const auto cache = Open();
  Asked first;
  Asked second;
  Ask(*cache, "a", &first);
  Ask(*cache, "a", &second);
  cache->Settle("a", absl::UnavailableError("down"));
  EXPECT_EQ(second.told->status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Known(*cache, "a"), std::nullopt);
}

TEST(JudgeCacheTest, TheOldestIsForgottenWhenThereAreTooMany) {
  const auto cache = Open("", 2);
  for (const char* key : {"a", "b", "c"}) Learn(*cache, key, kRight);
  EXPECT_EQ(Known(*cache, "a"), std::nullopt);
  EXPECT_EQ(Known(*cache, "b"), kRight);
  EXPECT_EQ(Known(*cache, "c"), kRight);
}

class JudgeCacheFileTest : public ::testing::Test {
 protected:
  JudgeCacheFileTest() {
    std::string pattern = ::testing::TempDir() + "judge_cache_XXXXXX";
    directory_ = mkdtemp(pattern.data());
    path_ = directory_ + "/judgements.jsonl";
  }
  ~JudgeCacheFileTest() override { EXPECT_TRUE(RemoveAll(directory_).ok()); }

  std::string Content() const { return ReadFile(path_).value(); }
  void Write(const std::string& content) const {
    EXPECT_TRUE(WriteFileAtomically(path_, content).ok());
  }

  std::string directory_;
  std::string path_;
};

constexpr char kFirst[] = "{\"whet_judgements\":1}\n";
constexpr char kA[] = "{\"key\":\"a\",\"verdict\":\"correct\",\"reason\":\"same\"}\n";
constexpr char kB[] = "{\"key\":\"b\",\"verdict\":\"wrong\",\"reason\":\"other\"}\n";

TEST_F(JudgeCacheFileTest, JudgementsOutliveTheProcess) {
  {
    const auto cache = Open(path_);
    Learn(*cache, "a", kRight);
    Learn(*cache, "b", kWrong);
  }
  EXPECT_EQ(Content(), absl::StrCat(kFirst, kA, kB));
  const auto cache = Open(path_);
  EXPECT_EQ(Known(*cache, "a"), kRight);
  EXPECT_EQ(Known(*cache, "b"), kWrong);
  EXPECT_EQ(Content(), absl::StrCat(kFirst, kA, kB));
}

// However far a line had come when the process died.
TEST_F(JudgeCacheFileTest, ATornLineCostsThatJudgementAlone) {
  const std::string b = kB;
  for (size_t length = 1; length + 1 < b.size(); ++length) {
    Write(absl::StrCat(kFirst, kA, b.substr(0, length)));
    {
      const auto cache = Open(path_);
      EXPECT_EQ(Known(*cache, "a"), kRight);
      EXPECT_EQ(Known(*cache, "b"), std::nullopt) << length;
      Learn(*cache, "b", kWrong);
    }
    EXPECT_EQ(Known(*Open(path_), "b"), kWrong) << length;
  }
}

TEST_F(JudgeCacheFileTest, ATornFirstLineIsWrittenAnew) {
  Write(std::string(kFirst).substr(0, 9));
  Learn(*Open(path_), "a", kRight);
  EXPECT_EQ(Content(), absl::StrCat(kFirst, kA));
}

TEST_F(JudgeCacheFileTest, AFileOfSomethingElseIsLeftAlone) {
  const std::string rows = "{\"question\": \"1+1=\"}\n";
  Write(rows);
  EXPECT_EQ(JudgeCache::Open(path_).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Content(), rows);
}

TEST_F(JudgeCacheFileTest, APlaceWhereNoFileCanBeIsAnError) {
  EXPECT_EQ(JudgeCache::Open(directory_ + "/none/judgements.jsonl").status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(JudgeCacheFileTest, ErrorsAreNotWritten) {
  const auto cache = Open(path_);
  EXPECT_EQ(Known(*cache, "a"), std::nullopt);
  EXPECT_EQ(Content(), kFirst);
}

}  // namespace
}  // namespace whet
