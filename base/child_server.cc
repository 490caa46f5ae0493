#include "base/child_server.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <limits>
#include <optional>

#include "base/child_codec.h"
#include "base/status.h"

namespace whet {
namespace {

constexpr int kChannelFd = 3;  // As base/child_process.cc makes it.

// The request that is being worked on; kGreetingId while there is none.
std::atomic<uint64_t> working_on = kGreetingId;

absl::Status Write(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = send(kChannelFd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return ErrnoStatus(errno, "write to the parent");
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

// As FrameCodec has it, without memory of its own.
void SendFrame(uint64_t id, absl::string_view payload) {
  char header[FrameCodec::kHeaderBytes];
  for (size_t i = 0; i < 4; ++i) header[i] = static_cast<char>(payload.size() >> (8 * i));
  for (size_t i = 0; i < 8; ++i) header[4 + i] = static_cast<char>(id >> (8 * i));
  if (!Write({header, sizeof(header)}).ok() || !Write(payload).ok()) _exit(1);
}

// Appends what the parent sent. Returns false at the end.
absl::StatusOr<bool> Read(std::string* received) {
  char buffer[64 * 1024];
  ssize_t count = 0;
  do {
    count = read(kChannelFd, buffer, sizeof(buffer));
  } while (count < 0 && errno == EINTR);
  if (count < 0 && errno == ECONNRESET) return false;
  if (count < 0) return ErrnoStatus(errno, "read from the parent");
  received->append(buffer, static_cast<size_t>(count));
  return count > 0;
}

}  // namespace

absl::Status ServeRequests(absl::FunctionRef<std::string(absl::string_view request)> answer,
                           absl::FunctionRef<void()> rest) {
  struct stat info = {};
  if (fstat(kChannelFd, &info) != 0 || !S_ISSOCK(info.st_mode)) {
    return absl::FailedPreconditionError("this program is started by whet, not by hand");
  }
  // The signal comes when the thread ends that started us: that of Child, which lives as long as
  // the Child does. If the parent died before this line, the read below meets the end.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const FrameCodec codec;
  WHET_RETURN_IF_ERROR(Write(codec.Encode({kGreetingId, ""})));
  rest();
  std::string received;
  while (true) {
    size_t consumed = 0;
    // The parent limits what it sends; here a length is only a length.
    WHET_ASSIGN_OR_RETURN(std::optional<ChildMessage> request,
                          codec.Decode(received, std::numeric_limits<uint32_t>::max(), &consumed));
    if (request.has_value()) {
      received.erase(0, consumed);
      working_on = request->id;
      const std::string text = answer(request->payload);
      working_on = kGreetingId;
      WHET_RETURN_IF_ERROR(Write(codec.Encode({request->id, text})));
      rest();
      continue;
    }
    WHET_ASSIGN_OR_RETURN(const bool open, Read(&received));
    if (!open) return absl::OkStatus();
  }
}

void AnswerAndExit(absl::string_view text) {
  const uint64_t id = working_on;
  if (id == kGreetingId) _exit(1);
  SendFrame(id, text);
  SendFrame(kGreetingId, "");
  _exit(0);
}

}  // namespace whet
