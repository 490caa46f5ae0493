#include "rewards/verify/math_server.h"

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "base/child_server.h"
#include "base/clock.h"
#include "base/status.h"
#include "rewards/math/math_verifier.h"
#include "rewards/verify/confinement.h"
#include "rewards/verify/math_pool.h"
#include "rewards/verify/math_wire.h"

namespace whet {
namespace {

std::string AnswerOf(Verdict verdict, absl::string_view why) {
  return EncodeMathReply({.judgement = {.verdict = verdict, .why = std::string(why)}});
}

absl::StatusOr<ConfinementOptions> ParseOptions(absl::Span<char* const> arguments) {
  int64_t cpu_us = 0;
  int64_t memory_bytes = 0;
  for (absl::string_view argument : arguments) {
    const absl::string_view whole = argument;
    const bool known =
        (absl::ConsumePrefix(&argument, "--cpu-us=") && absl::SimpleAtoi(argument, &cpu_us)) ||
        (absl::ConsumePrefix(&argument, "--memory=") && absl::SimpleAtoi(argument, &memory_bytes));
    if (!known) return absl::InvalidArgumentError(absl::StrCat("unknown argument ", whole));
  }
  if (cpu_us <= 0 || memory_bytes <= 0) {
    return absl::InvalidArgumentError("it needs --cpu-us and --memory");
  }
  const absl::Duration cpu_max = absl::Microseconds(cpu_us);
  return ConfinementOptions{
      .cpu_max = cpu_max,
      .memory_bytes = memory_bytes,
      .timeout_answer = AnswerOf(
          Verdict::kTimeout,
          absl::StrCat("no result after ", absl::FormatDuration(cpu_max), " of processor time")),
      .memory_answer = AnswerOf(Verdict::kUnsupported,
                                absl::StrCat("takes more than ", memory_bytes, " bytes of memory")),
  };
}

MathReply KeyOf(const MathRequest& request) {
  absl::StatusOr<std::string> key = math::MathKey(request.answer, request.options);
  if (key.ok()) return {.judgement = {.verdict = Verdict::kCorrect, .why = ""}, .key = *key};
  const Verdict verdict =
      absl::IsInvalidArgument(key.status()) ? Verdict::kUnparseableAnswer : Verdict::kUnsupported;
  return {.judgement = {.verdict = verdict, .why = std::string(key.status().message())}};
}

std::string Answer(absl::string_view bytes) {
  const RequestAlarm alarm;
  SystemClock clock;
  const absl::Duration begin = clock.Monotonic();
  const absl::StatusOr<MathRequest> request = DecodeMathRequest(bytes);
  if (!request.ok()) return AnswerOf(Verdict::kFault, request.status().message());
  MathReply reply;
  if (request->kind == MathRequest::Kind::kKey) {
    reply = KeyOf(*request);
  } else {
    reply.judgement = math::JudgeMath(request->gold, request->answer, request->options);
  }
  reply.elapsed = clock.Monotonic() - begin;
  return EncodeMathReply(reply);
}

}  // namespace

absl::Status ServeMath(absl::Span<char* const> arguments) {
  WHET_ASSIGN_OR_RETURN(const ConfinementOptions options, ParseOptions(arguments));
  // Tables of the libraries below are made on first use; files are read now or never.
  math::JudgeMath("\\sqrt{2}+\\sin 1+x", "\\frac{2}{\\sqrt{2}}+\\sin 1+x", {});
  WHET_RETURN_IF_ERROR(Confine(options));
  return ServeRequests(Answer);
}

}  // namespace whet
