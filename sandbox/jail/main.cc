// whet-jail: runs programs in jails for whet, one at a time, as base/child.h asks. One thread, no
// gRPC, no LibTorch: it is forked for every program.
//
//   whet-jail [--control=cgroup-v2|cgroup-v1|polling] [--weak=allow|force] [--directory=PATH]…
//             [--python-zygote]
#include <cstdio>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "base/child_server.h"
#include "base/status.h"
#include "sandbox/jail/jail.h"
#include "sandbox/wire.h"

namespace whet::sandbox {
namespace {

absl::Status ParseControl(absl::string_view text, JailOptions* options) {
  for (const ResourceControl control :
       {ResourceControl::kCgroupV2, ResourceControl::kCgroupV1, ResourceControl::kPolling}) {
    if (text == ResourceControlName(control)) options->control = control;
  }
  if (options->control.has_value()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("there is no resource control ", text));
}

absl::StatusOr<JailOptions> ParseOptions(int argc, char** argv) {
  JailOptions options;
  for (int i = 1; i < argc; ++i) {
    absl::string_view argument = argv[i];
    if (absl::ConsumePrefix(&argument, "--control=")) {
      WHET_RETURN_IF_ERROR(ParseControl(argument, &options));
    } else if (absl::ConsumePrefix(&argument, "--directory=")) {
      options.directories.emplace_back(argument);
    } else if (argument == "--python-zygote") {
      options.python_zygote = true;
    } else if (argument == "--weak=allow" || argument == "--weak=force") {
      options.allow_weak_isolation = true;
      options.force_weak_isolation = argument == "--weak=force";
    } else {
      return absl::InvalidArgumentError(absl::StrCat("unknown argument ", argument));
    }
  }
  return options;
}

absl::Status Serve(int argc, char** argv) {
  WHET_ASSIGN_OR_RETURN(const JailOptions options, ParseOptions(argc, argv));
  if (options.python_zygote) WHET_RETURN_IF_ERROR(BeginBare(argv));
  WHET_ASSIGN_OR_RETURN(const std::unique_ptr<Jail> jail, Jail::Create(options));
  return ServeRequests(
      [&jail](absl::string_view request) {
        const absl::StatusOr<Command> command = DecodeCommand(request);
        if (!command.ok()) return EncodeAnswer(command.status());
        return EncodeAnswer(jail->Run(*command));
      },
      [&jail] { jail->Prepare(); });
}

}  // namespace
}  // namespace whet::sandbox

int main(int argc, char** argv) {
  const absl::Status status = whet::sandbox::Serve(argc, argv);
  if (status.ok()) return 0;
  std::fprintf(stderr, "whet-jail: %s\n", std::string(status.message()).c_str());
  return 1;
}
