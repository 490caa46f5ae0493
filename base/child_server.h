// The other end of base/child.h: the main loop of a helper program of ours.
#ifndef WHET_BASE_CHILD_SERVER_H_
#define WHET_BASE_CHILD_SERVER_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace whet {

// Greets, then answers the requests on file descriptor 3 one after another until the parent closes
// it. The process is killed when its parent dies. Returns OK at the end, FailedPrecondition if
// descriptor 3 leads to no parent (somebody started the program by hand), InvalidArgument for bytes
// that are no request.
//
// `rest` runs after the greeting and after each answer, when nobody waits: for what the next
// request would else wait for.
absl::Status ServeRequests(
    absl::FunctionRef<std::string(absl::string_view request)> answer,
    absl::FunctionRef<void()> rest = [] {});

// Answers the request that is being worked on with `text`, takes leave of the parent, which starts
// the program again, and ends the process: for handlers of signals, when a request takes too long,
// and for libraries that give up. Async-signal-safe. Where no request is being worked on, it exits
// with 1.
[[noreturn]] void AnswerAndExit(absl::string_view text);

}  // namespace whet

#endif  // WHET_BASE_CHILD_SERVER_H_
