// Judgements by what was judged, so that nothing is asked twice.
#ifndef WHET_REWARDS_REMOTE_JUDGE_CACHE_H_
#define WHET_REWARDS_REMOTE_JUDGE_CACHE_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/mutex.h"
#include "base/unique_fd.h"
#include "rewards/remote/judgement.h"

namespace whet {

// Remembers the newest `size_max` judgements, and all of them in a file if it has one: JSON lines
// that are only ever appended to, a judgement a write. So a crash costs at most the last line,
// which is passed over when the file is read, and several runs may share a file; each knows what
// was in it when it began. Errors are not remembered. Thread-safe.
class JudgeCache {
 public:
  using Done = std::function<void(const absl::StatusOr<Judgement>& judgement)>;

  static constexpr size_t kSizeMax = 1'000'000;

  // Without a path it has no file; one that is missing is made. Statuses of ErrnoStatus, and
  // FailedPrecondition for a file that is something else.
  static absl::StatusOr<std::unique_ptr<JudgeCache>> Open(const std::string& path,
                                                          size_t size_max = kSizeMax);

  // Calls `done` with the judgement of that key: at once if it is known, else when whoever was the
  // first to ask settles it. True if that is the caller, who must then ask and Settle.
  [[nodiscard]] bool Ask(const std::string& key, Done done) ABSL_LOCKS_EXCLUDED(mu_);

  // What came of asking. All who wait for it are told, on this thread; an error is forgotten, so
  // that the next one asks again.
  void Settle(const std::string& key, const absl::StatusOr<Judgement>& judgement)
      ABSL_LOCKS_EXCLUDED(mu_);

 private:
  explicit JudgeCache(size_t size_max) : size_max_(size_max) {}

  absl::Status OpenFile(const std::string& path) ABSL_LOCKS_EXCLUDED(mu_);
  void ReadLine(absl::string_view line) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Remember(const std::string& key, Judgement judgement) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // A file that cannot be written to is given up, with a warning.
  void Write(absl::string_view line) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const size_t size_max_;
  std::string path_;

  Mutex mu_;
  UniqueFd file_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<std::string, Judgement> known_ ABSL_GUARDED_BY(mu_);
  std::deque<std::string> oldest_first_ ABSL_GUARDED_BY(mu_);  // The keys of known_.
  absl::flat_hash_map<std::string, std::vector<Done>> waiting_ ABSL_GUARDED_BY(mu_);
};

}  // namespace whet

#endif  // WHET_REWARDS_REMOTE_JUDGE_CACHE_H_
