// What judging answers in mathematics costs through whet-verify.
//
//   math_bench FILE.jsonl [ROUNDS]     lines of gold, answer, options; 20 rounds by default
//
// Prints a JSON object: microseconds of a pair in whet-verify (median, mean, the largest), and of
// wall time of all pairs, pipelined through one process (mean of a pair). Pin it to one core to
// have both processes on that one. bench/math_verify_pairs.py runs it beside others.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "base/clock.h"
#include "base/status.h"
#include "cli/math_rows.h"
#include "rewards/verify/math_pool.h"
#include "text/json_lines.h"

namespace whet {
namespace {

absl::StatusOr<std::vector<MathRequest>> ReadRequests(const std::string& file) {
  std::vector<MathRequest> requests;
  WHET_RETURN_IF_ERROR(ForEachJsonLine(file, [&requests](const Json& row) -> absl::Status {
    WHET_ASSIGN_OR_RETURN(MathRequest request, ReadMathRow(row));
    requests.push_back(std::move(request));
    return absl::OkStatus();
  }));
  if (requests.empty()) return absl::InvalidArgumentError("no pairs");
  return requests;
}

absl::Status Run(const std::string& file, int rounds) {
  WHET_ASSIGN_OR_RETURN(const std::vector<MathRequest> requests, ReadRequests(file));
  MathPoolOptions options;
  options.workers = 1;
  WHET_ASSIGN_OR_RETURN(const std::unique_ptr<MathPool> pool, MathPool::Create(options));
  pool->Ask(requests);  // What is made on first use.
  SystemClock clock;
  std::vector<double> micros;
  double sum = 0;
  const absl::Duration begin = clock.Monotonic();
  for (int round = 0; round < rounds; ++round) {
    for (const MathReply& reply : pool->Ask(requests)) {
      micros.push_back(absl::ToDoubleMicroseconds(reply.elapsed));
      sum += micros.back();
    }
  }
  const absl::Duration wall = clock.Monotonic() - begin;
  std::sort(micros.begin(), micros.end());
  const auto count = static_cast<double>(micros.size());
  const Json json = Json::Object({{"pairs", static_cast<int64_t>(requests.size())},
                                  {"median_us", micros[micros.size() / 2]},
                                  {"mean_us", sum / count},
                                  {"largest_us", micros.back()},
                                  {"wall_mean_us", absl::ToDoubleMicroseconds(wall) / count}});
  std::puts(json.Dump().c_str());
  return absl::OkStatus();
}

}  // namespace
}  // namespace whet

int main(int argc, char** argv) {
  int rounds = 20;
  if (argc < 2 || (argc > 2 && !absl::SimpleAtoi(argv[2], &rounds))) {
    std::fprintf(stderr, "usage: math_bench FILE.jsonl [ROUNDS]\n");
    return 2;
  }
  const absl::Status status = whet::Run(argv[1], rounds);
  if (status.ok()) return 0;
  std::fprintf(stderr, "math_bench: %s\n", std::string(status.message()).c_str());
  return 1;
}
