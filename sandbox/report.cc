#include "sandbox/report.h"

#include "absl/strings/str_cat.h"

namespace whet::sandbox {

absl::string_view EndingName(Ending ending) {
  switch (ending) {
    case Ending::kCompileError:
      return "ce";
    case Ending::kOutputLimit:
      return "ole";
    case Ending::kCpuLimit:
      return "tle";
    case Ending::kWallLimit:
      return "wall";
    case Ending::kMemoryLimit:
      return "mle";
    case Ending::kSignal:
      return "sig";
    case Ending::kFailed:
      return "re";
    case Ending::kOk:
      return "ok";
  }
  return "";
}

absl::string_view ResourceControlName(ResourceControl control) {
  switch (control) {
    case ResourceControl::kCgroupV2:
      return "cgroup-v2";
    case ResourceControl::kCgroupV1:
      return "cgroup-v1";
    case ResourceControl::kPolling:
      return "polling";
  }
  return "";
}

std::string IsolationText(const Isolation& isolation) {
  return absl::StrCat(
      isolation.namespaces ? "namespaces, " : "WEAK: no namespaces, ",
      ResourceControlName(isolation.control),
      isolation.landlock > 0 ? absl::StrCat(", landlock ", isolation.landlock) : ", no landlock",
      isolation.zygote ? ", zygote" : "");
}

}  // namespace whet::sandbox
