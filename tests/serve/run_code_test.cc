#include "serve/run_code.h"

#include <csignal>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace whet::serve {
namespace {

using sandbox::Ending;
using sandbox::Report;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int64_t kMebibyte = int64_t{1} << 20;

RunCodeOptions Options() {
  RunCodeOptions options;
  options.limits.cpu = absl::Seconds(60);
  options.limits.wall = absl::Seconds(150);
  options.limits.memory_bytes = 1024 * kMebibyte;
  return options;
}

RunCodeRequest Parsed(absl::string_view json) {
  const absl::StatusOr<RunCodeRequest> request = ParseRunCode(json, Options());
  EXPECT_TRUE(request.ok()) << request.status() << " " << json;
  return request.value_or(RunCodeRequest());
}

// A request for python with further members: ", \"stdin\": \"5\"".
std::string PythonWith(absl::string_view members) {
  return absl::StrCat(R"({"language": "python", "code": "pass")", members, "}");
}

std::string Refusal(absl::string_view json) {
  const absl::Status status = ParseRunCode(json, Options()).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status) || absl::IsNotFound(status)) << status << json;
  return std::string(status.message());
}

// As verl writes it.
TEST(ParseRunCodeTest, ReadsWhatVerlSends) {
  const RunCodeRequest request = Parsed(
      R"json({"compile_timeout": 10, "run_timeout": 10, "code": "print(int(input()) ** 2)",
          "stdin": "5\n", "memory_limit_MB": 1024, "language": "python", "files": {},
          "fetch_files": []})json");
  EXPECT_EQ(request.program.language, "python");
  EXPECT_EQ(request.program.source, "print(int(input()) ** 2)");
  EXPECT_EQ(request.run.input, "5\n");
  EXPECT_EQ(request.run.limits.memory_bytes, 1024 * kMebibyte);
  EXPECT_TRUE(request.run.files.empty());
  EXPECT_THAT(request.run.collected, IsEmpty());
  EXPECT_FALSE(request.compiled);
}

TEST(ParseRunCodeTest, MostMembersMayBeMissingOrNull) {
  for (const char* members : {"", R"(, "stdin": null, "files": null, "fetch_files": null)",
                              R"(, "memory_limit_MB": -1, "args": [], "unknown": 1)"}) {
    const RunCodeRequest request = Parsed(PythonWith(members));
    EXPECT_EQ(request.run.input, "");
    EXPECT_EQ(request.run.limits.cpu, absl::Seconds(10));
    EXPECT_EQ(request.run.limits.memory_bytes, 1024 * kMebibyte);
  }
}

TEST(ParseRunCodeTest, RunTimeoutIsCpuTimeAndTheWallLimitIsLonger) {
  // 2.5 × 2 s = 5 s; 2.5 × 10 s would be 25 s, but at most 10 s + 5 s.
  const RunCodeRequest short_run = Parsed(PythonWith(R"(, "run_timeout": 2)"));
  EXPECT_EQ(short_run.run.limits.cpu, absl::Seconds(2));
  EXPECT_EQ(short_run.run.limits.wall, absl::Seconds(5));
  const RunCodeRequest long_run = Parsed(PythonWith(R"(, "run_timeout": 10.0)"));
  EXPECT_EQ(long_run.run.limits.cpu, absl::Seconds(10));
  EXPECT_EQ(long_run.run.limits.wall, absl::Seconds(15));
  RunCodeOptions options = Options();
  options.limits.wall = absl::Seconds(3);
  EXPECT_EQ(ParseRunCode(PythonWith(""), options)->run.limits.wall, absl::Seconds(3));
}

TEST(ParseRunCodeTest, WaitsForAJailNoLongerThanTheClientDoes) {
  // verl waits 5 s + 10 s + 10 s. The run may take 15 s; a second is for the way: 9 s are left.
  EXPECT_EQ(Parsed(PythonWith(R"(, "compile_timeout": 5, "run_timeout": 10)")).patience,
            absl::Seconds(9));
  // 1 s + 1 s + 10 s; the compiler may take 10 s and the run 2.5 s: nothing is left, so 1 s.
  EXPECT_EQ(
      Parsed(R"({"language": "cpp", "code": "", "compile_timeout": 1, "run_timeout": 1})").patience,
      absl::Seconds(1));
}

TEST(ParseRunCodeTest, MemoryIsInMebibytesAndBoundsTheStack) {
  const RunCodeRequest request = Parsed(PythonWith(R"(, "memory_limit_MB": 64)"));
  EXPECT_EQ(request.run.limits.memory_bytes, 64 * kMebibyte);
  EXPECT_EQ(request.run.limits.stack_bytes, 64 * kMebibyte);
}

TEST(ParseRunCodeTest, KnowsWhichLanguagesAreCompiled) {
  EXPECT_TRUE(Parsed(R"({"language": "cpp", "code": "int main() {}"})").compiled);
  EXPECT_FALSE(Parsed(R"({"language": "bash", "code": ":"})").compiled);
}

TEST(ParseRunCodeTest, DecodesFiles) {
  const RunCodeRequest request =
      Parsed(PythonWith(R"(, "files": {"a.txt": "aGVsbG8=", "d/b": "AP8=", "none": null})"
                        R"(, "fetch_files": ["d/c", "e"])"));
  ASSERT_EQ(request.run.files.size(), 2);
  EXPECT_EQ(request.run.files[0].name, "a.txt");
  EXPECT_EQ(request.run.files[0].bytes, "hello");
  EXPECT_EQ(request.run.files[1].name, "d/b");
  EXPECT_EQ(request.run.files[1].bytes, std::string("\0\xff", 2));
  EXPECT_THAT(request.run.collected, ElementsAre("d/c", "e"));
}

TEST(ParseRunCodeTest, SaysWhatIsWrong) {
  EXPECT_THAT(Refusal("{"), HasSubstr("line 1, column"));
  EXPECT_THAT(Refusal("[]"), HasSubstr("object"));
  EXPECT_THAT(Refusal(R"({"language": "python"})"), HasSubstr("code"));
  EXPECT_THAT(Refusal(R"({"code": "1"})"), HasSubstr("language"));
  EXPECT_THAT(Refusal(R"({"language": "python", "code": 1})"), HasSubstr("code"));
  EXPECT_EQ(Refusal(R"({"language": "nodejs", "code": "1"})"),
            "there is no language nodejs; there are python, c, cpp, bash");
}

TEST(ParseRunCodeTest, RefusesNumbersThatCannotBe) {
  for (const char* timeout : {"0", "-1", "60.5", "1e300"}) {
    EXPECT_THAT(Refusal(PythonWith(absl::StrCat(", \"run_timeout\": ", timeout))),
                HasSubstr("this server allows more than 0 and at most 60 seconds"));
  }
  EXPECT_THAT(Refusal(PythonWith(R"(, "run_timeout": 1e-9)")), HasSubstr("1ms"));
  EXPECT_THAT(Refusal(PythonWith(R"(, "run_timeout": "10")")), HasSubstr("run_timeout"));
  EXPECT_THAT(Refusal(PythonWith(R"(, "compile_timeout": 0)")), HasSubstr("compile_timeout"));
  EXPECT_THAT(Refusal(PythonWith(R"(, "compile_timeout": 3601)")), HasSubstr("compile_timeout"));
  for (const char* memory : {"0", "-2", "1025", "9000000000000000000"}) {
    EXPECT_THAT(Refusal(PythonWith(absl::StrCat(", \"memory_limit_MB\": ", memory))),
                HasSubstr("this server allows -1, or 1 to 1024"));
  }
  EXPECT_THAT(Refusal(PythonWith(R"(, "memory_limit_MB": 1)")), HasSubstr("the limit of memory"));
  EXPECT_THAT(Refusal(PythonWith(R"(, "memory_limit_MB": 0.5)")), HasSubstr("memory_limit_MB"));
}

TEST(ParseRunCodeTest, RefusesFilesThatCannotBe) {
  EXPECT_EQ(Refusal(PythonWith(R"(, "files": {"a\n": "!"})")), R"(files: "a\n" is not in base64)");
  EXPECT_THAT(Refusal(PythonWith(R"(, "files": {"a": 1})")), HasSubstr("base64"));
  EXPECT_THAT(Refusal(PythonWith(R"(, "files": ["a"])")), HasSubstr("files"));
  for (const char* name : {"../a", "/etc/passwd", "a/../../b", ".", ""}) {
    EXPECT_THAT(Refusal(PythonWith(absl::StrCat(R"(, "files": {")", name, R"(": ""})"))),
                HasSubstr("no path below the working directory"));
  }
  EXPECT_THAT(Refusal(PythonWith(R"(, "files": {"main.py": ""})")), HasSubstr("two files"));
  EXPECT_THAT(Refusal(PythonWith(R"(, "fetch_files": ["../a"])")), HasSubstr("no path below"));
  EXPECT_THAT(Refusal(PythonWith(R"(, "fetch_files": ["a", ""])")), HasSubstr("no path below"));
  EXPECT_THAT(Refusal(PythonWith(R"(, "fetch_files": [1])")), HasSubstr("string"));
}

Report ReportOf(Ending ending) {
  Report report;
  report.ending = ending;
  report.wall = absl::Seconds(1.5);
  report.output = "out";
  report.error_output = "err";
  return report;
}

std::string Responded(const Report& report, absl::string_view language = "python") {
  const RunCodeRequest request =
      Parsed(absl::StrCat(R"({"code": "", "language": ")", language, R"("})"));
  return RunCodeResponse(request, report).Dump();
}

// The whole of it, for a program that was not compiled.
std::string Whole(absl::string_view status, absl::string_view message, absl::string_view result) {
  return absl::StrCat(R"({"status":")", status, R"(","message":")", message,
                      R"(","compile_result":null,"run_result":)", result,
                      R"(,"executor_pod_name":null,"files":{}})");
}

std::string Result(absl::string_view status, absl::string_view return_code) {
  return absl::StrCat(R"({"status":")", status, R"(","execution_time":1.5,"return_code":)",
                      return_code, R"(,"stdout":"out","stderr":"err"})");
}

TEST(RunCodeResponseTest, SuccessIsToExitWithZero) {
  EXPECT_EQ(Responded(ReportOf(Ending::kOk)), Whole("Success", "", Result("Finished", "0")));
}

TEST(RunCodeResponseTest, AnotherExitStatusIsFinishedButFailed) {
  Report report = ReportOf(Ending::kFailed);
  report.exit_status = 3;
  EXPECT_EQ(Responded(report), Whole("Failed", "", Result("Finished", "3")));
}

TEST(RunCodeResponseTest, ASignalIsANegativeReturnCode) {
  Report report = ReportOf(Ending::kSignal);
  report.signal = SIGSEGV;
  EXPECT_EQ(Responded(report), Whole("Failed", "", Result("Finished", "-11")));
}

TEST(RunCodeResponseTest, BothTimeLimitsAreTimeLimitExceeded) {
  for (const Ending ending : {Ending::kCpuLimit, Ending::kWallLimit}) {
    Report report = ReportOf(ending);
    report.signal = SIGKILL;
    EXPECT_EQ(Responded(report), Whole("Failed", "", Result("TimeLimitExceeded", "null")));
  }
}

TEST(RunCodeResponseTest, OtherLimitsAreKillsAndSaidInTheMessage) {
  Report report = ReportOf(Ending::kMemoryLimit);
  report.signal = SIGKILL;
  EXPECT_EQ(Responded(report),
            Whole("Failed", "it was killed: more than 1073741824 bytes of memory",
                  Result("Finished", "-9")));
  // Its end does not look like a success, even if the process that was not killed exited with 0.
  report.signal = 0;
  EXPECT_THAT(Responded(report), HasSubstr(Result("Finished", "-9")));
  EXPECT_EQ(Responded(ReportOf(Ending::kOutputLimit)),
            Whole("Failed", "it was killed: more than 1048576 bytes of output",
                  Result("Finished", "-9")));
}

TEST(RunCodeResponseTest, WhatWasCompiledHasBothResults) {
  const std::string response = Responded(ReportOf(Ending::kOk), "cpp");
  EXPECT_THAT(response, HasSubstr(R"("compile_result":{"status":"Finished","execution_time":null,)"
                                  R"("return_code":0,"stdout":"","stderr":""})"));
  EXPECT_THAT(response, HasSubstr(absl::StrCat(R"("run_result":)", Result("Finished", "0"))));
}

TEST(RunCodeResponseTest, WhatDoesNotCompileHasNotRun) {
  Report report = ReportOf(Ending::kCompileError);
  report.compile_ending = Ending::kFailed;
  report.exit_status = 1;
  const std::string rest = R"(,"run_result":null,"executor_pod_name":null,"files":{}})";
  const std::string head = R"({"status":"Failed","message":"","compile_result":)";
  EXPECT_EQ(Responded(report, "cpp"), absl::StrCat(head, Result("Finished", "1"), rest));
  // The compiler was content, but left no program behind.
  report.compile_ending = Ending::kOk;
  report.exit_status = 0;
  EXPECT_EQ(Responded(report, "cpp"), absl::StrCat(head, Result("Finished", "1"), rest));
  report.compile_ending = Ending::kCpuLimit;
  EXPECT_EQ(Responded(report, "cpp"),
            absl::StrCat(head, Result("TimeLimitExceeded", "null"), rest));
}

TEST(RunCodeResponseTest, FetchedFilesAreInBase64) {
  Report report = ReportOf(Ending::kOk);
  report.collected = {{"a.txt", "hello"}, {"empty", ""}};
  EXPECT_THAT(Responded(report), HasSubstr(R"("files":{"a.txt":"aGVsbG8=","empty":""})"));
}

TEST(RunCodeResponseTest, OutputThatIsNoTextIsStillJson) {
  Report report = ReportOf(Ending::kOk);
  report.output = "a\xff";
  EXPECT_THAT(Responded(report), HasSubstr("\"stdout\":\"a\xEF\xBF\xBD\""));
}

TEST(RunCodeResponseTest, AnErrorOfOursIsASandboxError) {
  EXPECT_EQ(RunCodeError("why").Dump(), Whole("SandboxError", "why", "null"));
}

TEST(RunCodeResponseTest, TheMachineIsSlowWhereAProgramMostlyWaitedForAProcessor) {
  Report report = ReportOf(Ending::kWallLimit);
  report.stalled = absl::Seconds(0.7);
  EXPECT_FALSE(IsMachineSlow(report));
  report.stalled = absl::Seconds(0.8);
  EXPECT_TRUE(IsMachineSlow(report));
  report.ending = Ending::kOk;
  EXPECT_FALSE(IsMachineSlow(report));
}

}  // namespace
}  // namespace whet::serve
