#include "rewards/remote/judge_cache.h"

#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/atomic_file.h"
#include "base/log.h"
#include "base/status.h"
#include "text/json.h"

namespace whet {
namespace {

constexpr absl::string_view kFirstLine = "{\"whet_judgements\":1}\n";

}  // namespace

absl::StatusOr<std::unique_ptr<JudgeCache>> JudgeCache::Open(const std::string& path,
                                                             size_t size_max) {
  auto cache = std::unique_ptr<JudgeCache>(new JudgeCache(size_max));
  if (!path.empty()) WHET_RETURN_IF_ERROR(cache->OpenFile(path));
  return cache;
}

absl::Status JudgeCache::OpenFile(const std::string& path) {
  MutexLock lock(&mu_);
  path_ = path;
  file_.Reset(open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!file_.valid()) return ErrnoStatus(errno, path);
  WHET_ASSIGN_OR_RETURN(const std::string content, ReadFile(path));
  absl::string_view lines = content;
  if (!absl::ConsumePrefix(&lines, kFirstLine)) {
    // Empty, or torn in its first line.
    if (!absl::StartsWith(kFirstLine, content)) {
      return absl::FailedPreconditionError(
          absl::StrCat(path, " is no file of judgements; name another"));
    }
    // Not if it is empty: another run may have begun it just now.
    if (!content.empty() && ftruncate(file_.get(), 0) != 0) return ErrnoStatus(errno, path);
    Write(kFirstLine);
    return absl::OkStatus();
  }
  for (const absl::string_view line : absl::StrSplit(lines, '\n')) ReadLine(line);
  // What is appended to a torn line would be torn too.
  if (!lines.empty() && !absl::EndsWith(lines, "\n")) Write("\n");
  return absl::OkStatus();
}

void JudgeCache::ReadLine(absl::string_view line) {
  const absl::StatusOr<Json> json = Json::Parse(line);
  if (!json.ok()) return;
  const absl::StatusOr<absl::string_view> key = json->GetString("key");
  absl::StatusOr<Judgement> judgement = ReadVerdict(*json);
  if (key.ok() && judgement.ok()) Remember(std::string(*key), *std::move(judgement));
}

bool JudgeCache::Ask(const std::string& key, Done done) {
  std::optional<Judgement> judgement;
  {
    MutexLock lock(&mu_);
    const auto known = known_.find(key);
    if (known == known_.end()) {
      std::vector<Done>& waiting = waiting_[key];
      waiting.push_back(std::move(done));
      return waiting.size() == 1;
    }
    judgement = known->second;
  }
  done(*std::move(judgement));
  return false;
}

void JudgeCache::Settle(const std::string& key, const absl::StatusOr<Judgement>& judgement) {
  std::vector<Done> waiting;
  {
    MutexLock lock(&mu_);
    const auto node = waiting_.extract(key);
    if (!node.empty()) waiting = std::move(node.mapped());
    if (judgement.ok()) {
      Remember(key, *judgement);
      Write(absl::StrCat(Json::Object({{"key", key},
                                       {"verdict", judgement->correct ? "correct" : "wrong"},
                                       {"reason", judgement->reason}})
                             .Dump(),
                         "\n"));
    }
  }
  for (const Done& done : waiting) done(judgement);
}

void JudgeCache::Remember(const std::string& key, Judgement judgement) {
  if (!known_.insert_or_assign(key, std::move(judgement)).second) return;
  oldest_first_.push_back(key);
  if (oldest_first_.size() <= size_max_) return;
  known_.erase(oldest_first_.front());
  oldest_first_.pop_front();
}

void JudgeCache::Write(absl::string_view line) {
  if (!file_.valid()) return;
  errno = 0;
  const ssize_t written = write(file_.get(), line.data(), line.size());
  if (written == static_cast<ssize_t>(line.size())) return;
  const absl::Status why = ErrnoStatus(errno == 0 ? ENOSPC : errno, path_);
  LogWarning(absl::StrCat(why.message(), "; further judgements are kept in memory only"));
  file_.Reset();
}

}  // namespace whet
