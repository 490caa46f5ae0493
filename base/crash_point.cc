#include "base/crash_point.h"

#include <signal.h>

#include <atomic>
#include <cstdlib>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"

namespace whet {
namespace {

// The crash point that the environment arms, and the pass at which it kills.
class ArmedPoint {
 public:
  ArmedPoint() {
    const char* armed = std::getenv("WHET_CRASH_POINT");
    if (armed == nullptr) return;
    name_ = armed;
    const size_t colon = name_.rfind(':');
    int pass = 0;
    if (colon != std::string::npos && absl::SimpleAtoi(name_.substr(colon + 1), &pass)) {
      name_.resize(colon);
      passes_left_ = pass;
    }
  }

  bool any() const { return !name_.empty(); }
  bool HitBy(absl::string_view name) { return name == name_ && --passes_left_ == 0; }

 private:
  std::string name_;
  std::atomic<int> passes_left_ = 1;
};

}  // namespace

void CrashPoint(const char* name) {
  static ArmedPoint armed;
  if (armed.any() && armed.HitBy(name)) raise(SIGKILL);
}

}  // namespace whet
