#include "serve/run_code.h"

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <optional>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/status.h"
#include "sandbox/command.h"

namespace whet::serve {
namespace {

using sandbox::Ending;
using sandbox::Limits;
using sandbox::Report;

constexpr double kTimeoutDefault = 10;  // Seconds, for the compiler and for the run.
constexpr double kTimeoutMax = 3600;
constexpr double kWallPerCpu = 2.5;
constexpr absl::Duration kWallBeyondCpuMax = absl::Seconds(5);
// A second less than what verl waits beyond both timeouts.
constexpr absl::Duration kClientGrace = absl::Seconds(9);
constexpr absl::Duration kPatienceMin = absl::Seconds(1);

constexpr char kFinished[] = "Finished";
constexpr char kTimeLimitExceeded[] = "TimeLimitExceeded";

absl::StatusOr<absl::Duration> Timeout(const Json& json, absl::string_view key, double most) {
  WHET_ASSIGN_OR_RETURN(const double seconds,
                        json.GetDoubleOr(key, std::min(kTimeoutDefault, most)));
  if (seconds > 0 && seconds <= most) return absl::Seconds(seconds);
  return absl::InvalidArgumentError(absl::StrCat(
      key, " is ", seconds, "; this server allows more than 0 and at most ", most, " seconds"));
}

// SandboxFusion's -1 is no limit; here it is all that a request may have.
absl::StatusOr<int64_t> MemoryBytes(const Json& json, int64_t most) {
  constexpr int64_t kMegabyte = int64_t{1} << 20;  // As SandboxFusion counts them.
  WHET_ASSIGN_OR_RETURN(const int64_t megabytes, json.GetIntOr("memory_limit_MB", -1));
  if (megabytes == -1) return most;
  if (megabytes > 0 && megabytes <= most / kMegabyte) return megabytes * kMegabyte;
  return absl::InvalidArgumentError(absl::StrCat(
      "memory_limit_MB is ", megabytes, "; this server allows -1, or 1 to ", most / kMegabyte));
}

absl::StatusOr<Limits> RunLimits(const Json& json, const Limits& most) {
  Limits limits = most;
  WHET_ASSIGN_OR_RETURN(limits.cpu, Timeout(json, "run_timeout", absl::ToDoubleSeconds(most.cpu)));
  limits.wall = std::min({kWallPerCpu * limits.cpu, limits.cpu + kWallBeyondCpuMax, most.wall});
  WHET_ASSIGN_OR_RETURN(limits.memory_bytes, MemoryBytes(json, most.memory_bytes));
  limits.stack_bytes = std::min(limits.stack_bytes, limits.memory_bytes);
  return limits;
}

// {name: base64 or null}
absl::StatusOr<std::vector<sandbox::File>> Files(const Json& json) {
  std::vector<sandbox::File> files;
  const Json* const given = json.Find("files");
  if (given == nullptr || given->is_null()) return files;
  WHET_ASSIGN_OR_RETURN(const absl::Span<const Json::Member> members, json.GetMembers("files"));
  for (const Json::Member& member : members) {
    if (member.value.is_null()) continue;
    const absl::StatusOr<absl::string_view> text = member.value.String();
    std::string bytes;
    if (!text.ok() || !absl::Base64Unescape(*text, &bytes)) {
      return absl::InvalidArgumentError(
          absl::StrCat("files: \"", absl::CHexEscape(member.key), "\" is not in base64"));
    }
    files.push_back({.name = member.key, .bytes = std::move(bytes)});
  }
  return files;
}

absl::StatusOr<std::vector<std::string>> FetchedFiles(const Json& json) {
  std::vector<std::string> fetched;
  const Json* const given = json.Find("fetch_files");
  if (given == nullptr || given->is_null()) return fetched;
  WHET_ASSIGN_OR_RETURN(const absl::Span<const Json> names, json.GetElements("fetch_files"));
  for (const Json& name : names) {
    WHET_ASSIGN_OR_RETURN(const absl::string_view text, name.String());
    fetched.emplace_back(text);
  }
  return fetched;
}

// The longest that it takes once it has a jail.
absl::Duration LongestRun(const RunCodeRequest& request) {
  const absl::Duration compiler =
      request.compiled ? sandbox::CompileLimits().wall : absl::ZeroDuration();
  return compiler + request.run.limits.wall;
}

// What must not look like 0, although a program may have exited with it.
int ReturnCode(const Report& report) {
  if (report.signal != 0) return -report.signal;  // As Python's subprocess has it.
  if (report.exit_status != 0) return report.exit_status;
  if (report.ending == Ending::kCompileError) return 1;
  return report.ending == Ending::kOk ? 0 : -SIGKILL;
}

bool IsTimeLimit(Ending ending) {
  return ending == Ending::kCpuLimit || ending == Ending::kWallLimit;
}

// A program's, or a compiler's, end.
Json CommandResult(const Report& report, Ending ending) {
  const bool late = IsTimeLimit(ending);
  return Json::Object({{"status", late ? kTimeLimitExceeded : kFinished},
                       {"execution_time", absl::ToDoubleSeconds(report.wall)},
                       {"return_code", late ? Json() : Json(ReturnCode(report))},
                       {"stdout", report.output},
                       {"stderr", report.error_output}});
}

// Of a compiler that had nothing to complain of. How long it took is not known: what it made may
// have been kept from an earlier request.
Json CompiledResult() {
  return Json::Object({{"status", kFinished},
                       {"execution_time", Json()},
                       {"return_code", 0},
                       {"stdout", ""},
                       {"stderr", ""}});
}

// What SandboxFusion's fields cannot tell.
std::string Reason(const RunCodeRequest& request, Ending ending) {
  const Limits& limits = request.run.limits;
  if (ending == Ending::kMemoryLimit) {
    return absl::StrCat("it was killed: more than ", limits.memory_bytes, " bytes of memory");
  }
  if (ending == Ending::kOutputLimit) {
    return absl::StrCat("it was killed: more than ", limits.output_bytes, " bytes of output");
  }
  return "";
}

Json Response(absl::string_view status, absl::string_view message) {
  return Json::Object({{"status", status},
                       {"message", message},
                       {"compile_result", Json()},
                       {"run_result", Json()},
                       {"executor_pod_name", Json()},
                       {"files", Json::Object()}});
}

}  // namespace

absl::StatusOr<RunCodeRequest> ParseRunCode(absl::string_view text, const RunCodeOptions& options) {
  WHET_ASSIGN_OR_RETURN(const Json json, Json::Parse(text));
  RunCodeRequest request;
  WHET_ASSIGN_OR_RETURN(const absl::string_view language, json.GetString("language"));
  WHET_ASSIGN_OR_RETURN(const sandbox::Language* const found,
                        sandbox::FindLanguage(options.languages, language));
  request.compiled = !found->compile.empty();
  WHET_ASSIGN_OR_RETURN(const absl::string_view code, json.GetString("code"));
  request.program = {.language = found->name, .source = std::string(code)};
  WHET_ASSIGN_OR_RETURN(request.run.input, json.GetStringOr("stdin", ""));
  WHET_ASSIGN_OR_RETURN(request.run.files, Files(json));
  WHET_ASSIGN_OR_RETURN(request.run.collected, FetchedFiles(json));
  WHET_ASSIGN_OR_RETURN(request.run.limits, RunLimits(json, options.limits));
  WHET_ASSIGN_OR_RETURN(const absl::Duration compile_timeout,
                        Timeout(json, "compile_timeout", kTimeoutMax));
  // What it would be is checked before it waits for a jail.
  WHET_RETURN_IF_ERROR(CheckCommand(
      RunCommand(*found, request.compiled ? "" : request.program.source, request.run)));
  const absl::Duration client = compile_timeout + request.run.limits.cpu + kClientGrace;
  request.patience = std::max(client - LongestRun(request), kPatienceMin);
  return request;
}

Json RunCodeResponse(const RunCodeRequest& request, const Report& report) {
  if (report.ending == Ending::kCompileError) {
    Json response = Response("Failed", "");
    response.Set("compile_result", CommandResult(report, report.compile_ending));
    return response;
  }
  Json response =
      Response(report.ending == Ending::kOk ? "Success" : "Failed", Reason(request, report.ending));
  if (request.compiled) response.Set("compile_result", CompiledResult());
  response.Set("run_result", CommandResult(report, report.ending));
  Json files = Json::Object({});
  for (const sandbox::File& file : report.collected) {
    files.Set(file.name, absl::Base64Escape(file.bytes));
  }
  response.Set("files", std::move(files));
  return response;
}

Json RunCodeError(absl::string_view message) { return Response("SandboxError", message); }

bool IsMachineSlow(const Report& report) {
  return report.ending == Ending::kWallLimit && report.stalled > report.wall / 2;
}

}  // namespace whet::serve
