// The one place where LibTorch's exceptions become statuses.
#ifndef WHET_POLICY_TORCH_GUARD_H_
#define WHET_POLICY_TORCH_GUARD_H_

#include <c10/util/Exception.h>

#include <exception>
#include <new>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace whet {

// Runs `body`, which returns absl::Status or absl::StatusOr<T>, and turns what LibTorch throws into
// a Status: ResourceExhausted where memory ran out, else Internal. Every public function of policy/
// that touches a tensor has its body in one.
template <typename Body>
auto CatchTorch(Body&& body) -> decltype(body()) {
  try {
    return body();
  } catch (const c10::Error& e) {
    const std::string what = e.what_without_backtrace();
    if (absl::StrContains(what, "out of memory") || absl::StrContains(what, "alloc")) {
      return absl::ResourceExhaustedError(absl::StrCat("torch: ", what));
    }
    return absl::InternalError(absl::StrCat("torch: ", what));
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError("torch: out of memory");
  } catch (const std::exception& e) {
    return absl::InternalError(absl::StrCat("torch: ", e.what()));
  }
}

}  // namespace whet

#endif  // WHET_POLICY_TORCH_GUARD_H_
