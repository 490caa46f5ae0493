#include "sandbox/compile_cache.h"

#include <utility>

namespace whet::sandbox {
namespace {

int64_t BytesOf(const Compiled& compiled) {
  constexpr int64_t kEntry = 1024;
  int64_t bytes = kEntry + static_cast<int64_t>(compiled->error_output.size());
  for (const File& file : compiled->collected) bytes += static_cast<int64_t>(file.bytes.size());
  return bytes;
}

}  // namespace

bool CompileCache::Get(const std::string& key, Waiter waiter) {
  Compiled known;
  {
    MutexLock lock(&mu_);
    const auto [at, is_new] = entries_.try_emplace(key);
    Entry& entry = at->second;
    if (entry.result == nullptr) {
      entry.waiters.push_back(std::move(waiter));
      return is_new;
    }
    used_.splice(used_.begin(), used_, entry.place);
    known = entry.result;
  }
  waiter(known);
  return false;
}

void CompileCache::Set(const std::string& key, absl::StatusOr<Compiled> result) {
  std::vector<Waiter> waiters;
  {
    MutexLock lock(&mu_);
    Entry& entry = entries_[key];
    waiters = std::move(entry.waiters);
    if (result.ok()) {
      entry.result = *result;
      entry.waiters.clear();
      used_.push_front(key);
      entry.place = used_.begin();
      bytes_ += BytesOf(*result);
      Evict();
    } else {
      entries_.erase(key);
    }
  }
  for (const Waiter& waiter : waiters) waiter(result);
}

void CompileCache::Evict() {
  while (bytes_ > bytes_max_ && used_.size() > 1) {
    const auto last = entries_.find(used_.back());
    bytes_ -= BytesOf(last->second.result);
    entries_.erase(last);
    used_.pop_back();
  }
}

}  // namespace whet::sandbox
