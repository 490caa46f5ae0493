// Requests to run code, as strangers send them: what is understood can be run.
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "base/check.h"
#include "sandbox/command.h"
#include "serve/run_code.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const auto request = whet::serve::ParseRunCode(text, {});
  if (!request.ok()) {
    WHET_CHECK(!whet::serve::RunCodeError(request.status().message()).Dump().empty());
    return 0;
  }
  WHET_CHECK(request->patience > absl::ZeroDuration());
  WHET_CHECK(CheckLimits(request->run.limits).ok());
  whet::sandbox::Report report;
  report.output = std::string(text.substr(0, 100));
  for (const std::string& name : request->run.collected) report.collected.push_back({name, "x"});
  WHET_CHECK(whet::Json::Parse(RunCodeResponse(*request, report).Dump()).ok());
  return 0;
}
