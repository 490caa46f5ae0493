#include "cli/doctor.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/cpu_features.h"
#include "cli/version.h"
#include "policy/exactness.h"
#include "policy/memory_plan.h"
#include "policy/torch_info.h"
#include "rewards/verify/math_pool.h"
#include "rollout/wire_check.h"
#include "sandbox/jail_executor.h"

namespace whet {
namespace {

constexpr absl::Duration kWireTimeout = absl::Seconds(10);
constexpr double kGibibyte = 1 << 30;

std::string HealthName(Health health) {
  switch (health) {
    case Health::kGood:
      return "good";
    case Health::kLimited:
      return "limited";
    case Health::kBroken:
      return "broken";
  }
  return "?";
}

Finding ExamineVersion() { return {"whet", Health::kGood, VersionText(), Json::Object()}; }

Finding ExamineCpu() {
  const CpuFeatures features = DetectCpuFeatures();
  const std::string model = CpuModelName();
  const int count = UsableCpuCount();
  Finding finding{
      "cpu", Health::kGood, absl::StrCat(model, ", ", count, " processors, ", features.Name()),
      Json::Object({{"model", model}, {"processors", count}, {"features", features.Name()}})};
  if (!features.avx2) {
    finding.health = Health::kBroken;
    absl::StrAppend(&finding.text, ": whet needs AVX2, which this processor lacks");
  }
  return finding;
}

Finding ExamineMemory() {
  const double page = static_cast<double>(sysconf(_SC_PAGESIZE));
  const double all = page * static_cast<double>(sysconf(_SC_PHYS_PAGES));
  const double free = static_cast<double>(AvailableMemory());
  return {"memory", Health::kGood,
          absl::StrFormat("%.1f GiB, %.1f GiB available", all / kGibibyte, free / kGibibyte),
          Json::Object({{"bytes", all}, {"available_bytes", free}})};
}

Finding ExamineTorch() {
  const TorchInfo info = GetTorchInfo();
  Finding finding{
      "torch", Health::kGood,
      absl::StrCat(info.version, ", kernels for ", info.cpu_capability, ", ", info.path),
      Json::Object({{"version", info.version},
                    {"cpu_capability", info.cpu_capability},
                    {"path", info.path}})};
  if (!info.mkl || !info.onednn) {
    finding.health = Health::kLimited;
    absl::StrAppend(&finding.text, ": built without MKL or oneDNN, so slow");
  }
  return finding;
}

Json RowsJson(const std::optional<int>& rows) { return rows.has_value() ? Json(*rows) : Json(); }

std::string RowsText(const std::optional<int>& rows) {
  if (!rows.has_value()) return "not exact";
  return *rows == 1 ? "exact" : absl::StrCat("exact from ", *rows, " rows on");
}

Finding ExamineExactness() {
  const absl::StatusOr<Exactness> exactness = TestExactness(TypicalLinearShapes());
  if (!exactness.ok()) {
    return {"exactness", Health::kBroken, std::string(exactness.status().message()),
            Json::Object()};
  }
  Finding finding{
      "exactness", Health::kGood,
      absl::StrFormat("f32 %s, bf16 %s, with %d threads (tried in %.0f ms)",
                      RowsText(exactness->f32_rows_min), RowsText(exactness->bf16_rows_min),
                      exactness->threads, absl::ToDoubleMilliseconds(exactness->took)),
      Json::Object({{"f32_rows_min", RowsJson(exactness->f32_rows_min)},
                    {"bf16_rows_min", RowsJson(exactness->bf16_rows_min)},
                    {"threads", exactness->threads}})};
  if (!exactness->f32_rows_min.has_value() || !exactness->bf16_rows_min.has_value()) {
    finding.health = Health::kLimited;
    absl::StrAppend(&finding.text, ": runs in the inexact type repeat to rounding, not to the bit");
  }
  return finding;
}

Finding ExamineGrpc() {
  const absl::StatusOr<WireCheck> wire = CheckWire(kWireTimeout);
  if (!wire.ok()) {
    return {"grpc", Health::kBroken, std::string(wire.status().message()), Json::Object()};
  }
  const double milliseconds = absl::ToDoubleMilliseconds(wire->round_trip);
  return {
      "grpc", Health::kGood,
      absl::StrFormat("%s, a call over loopback takes %.1f ms", wire->grpc_version, milliseconds),
      Json::Object({{"version", wire->grpc_version}, {"round_trip_ms", milliseconds}})};
}

// Without it everything works but what runs programs.
Finding ExamineSandbox() {
  sandbox::JailExecutorOptions options;
  options.jails = 1;
  const auto executor = MakeJailExecutor(options);
  if (!executor.ok()) {
    return {"sandbox", Health::kLimited, std::string(executor.status().message()), Json::Object()};
  }
  const absl::StatusOr<sandbox::Report> report = (*executor)->Execute({"bash", ":"}, {});
  if (!report.ok()) {
    return {"sandbox", Health::kLimited, std::string(report.status().message()), Json::Object()};
  }
  const sandbox::Isolation& isolation = report->isolation;
  const std::string control(ResourceControlName(isolation.control));
  const double milliseconds = absl::ToDoubleMilliseconds(report->wall);
  Finding finding{
      "sandbox", Health::kGood,
      absl::StrFormat("%s, an empty script takes %.1f ms", IsolationText(isolation), milliseconds),
      Json::Object({{"resource_control", control},
                    {"landlock", int64_t{isolation.landlock}},
                    {"run_ms", milliseconds}})};
  if (isolation.control == sandbox::ResourceControl::kPolling) {
    finding.health = Health::kLimited;
    absl::StrAppend(&finding.text,
                    ": memory and CPU time are counted every 10 ms; as root, or in "
                    "a control group of its own, whet counts exactly");
  }
  return finding;
}

// Without it everything works but the rule for mathematics.
Finding ExamineMathematics() {
  const auto limited = [](absl::string_view why) {
    return Finding{"mathematics", Health::kLimited, std::string(why), Json::Object()};
  };
  MathPoolOptions options;
  options.workers = 1;
  const auto pool = MathPool::Create(options);
  if (!pool.ok()) return limited(pool.status().message());
  const MathRequest request = {.gold = "\\sqrt{3 + 2\\sqrt{2}}", .answer = "1 + \\sqrt{2}"};
  const MathReply reply = (*pool)->Ask({request}).front();
  if (reply.judgement.verdict != Verdict::kCorrect) return limited(reply.judgement.why);
  const double micros = absl::ToDoubleMicroseconds(reply.elapsed);
  return {"mathematics", Health::kGood,
          absl::StrFormat("whet-verify, a nested root takes %.0f us", micros),
          Json::Object({{"judge_us", micros}})};
}

}  // namespace

std::vector<Finding> Examine() {
  return {ExamineVersion(),   ExamineCpu(),  ExamineMemory(),  ExamineTorch(),
          ExamineExactness(), ExamineGrpc(), ExamineSandbox(), ExamineMathematics()};
}

std::string FindingsTable(const std::vector<Finding>& findings) {
  size_t name_width = 0;
  for (const Finding& finding : findings) name_width = std::max(name_width, finding.name.size());
  std::string table;
  for (const Finding& finding : findings) {
    absl::StrAppendFormat(&table, "%-*s  %-7s  %s\n", static_cast<int>(name_width), finding.name,
                          HealthName(finding.health), finding.text);
  }
  return table;
}

Json FindingsJson(const std::vector<Finding>& findings) {
  Json json = Json::Object();
  for (const Finding& finding : findings) {
    Json entry = Json::Object({{"health", HealthName(finding.health)}, {"text", finding.text}});
    const absl::Span<const Json::Member> details = finding.details.Members().value();
    for (const Json::Member& detail : details) {
      entry.Set(detail.key, detail.value);
    }
    json.Set(finding.name, std::move(entry));
  }
  return json;
}

}  // namespace whet
