// What compilers made of sources, so that each is compiled once.
#ifndef WHET_SANDBOX_COMPILE_CACHE_H_
#define WHET_SANDBOX_COMPILE_CACHE_H_

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "sandbox/report.h"

namespace whet::sandbox {

// A compiler's run; what it collected is the executable. Shared, for executables are large.
using Compiled = std::shared_ptr<const Report>;

// Thread-safe.
class CompileCache {
 public:
  using Waiter = std::function<void(const absl::StatusOr<Compiled>&)>;

  // Keeps `bytes_max` of executables, those that were asked for last.
  explicit CompileCache(int64_t bytes_max) : bytes_max_(bytes_max) {}

  // Calls `waiter` with what is known by `key`, now or when it is. True if the caller is to find it
  // out, and say so by Set.
  bool Get(const std::string& key, Waiter waiter) ABSL_LOCKS_EXCLUDED(mu_);
  // A Status is told to those who wait, and forgotten: the next one tries again.
  void Set(const std::string& key, absl::StatusOr<Compiled> result) ABSL_LOCKS_EXCLUDED(mu_);

 private:
  struct Entry {
    Compiled result;  // Null while somebody finds it out.
    std::vector<Waiter> waiters;
    std::list<std::string>::iterator place;  // In used_, once there is a result.
  };

  void Evict() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const int64_t bytes_max_;
  Mutex mu_;
  absl::flat_hash_map<std::string, Entry> entries_ ABSL_GUARDED_BY(mu_);
  std::list<std::string> used_ ABSL_GUARDED_BY(mu_);  // Keys, the latest first.
  int64_t bytes_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace whet::sandbox

#endif  // WHET_SANDBOX_COMPILE_CACHE_H_
