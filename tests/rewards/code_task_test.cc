#include "rewards/code/code_task.h"

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "text/json.h"

namespace whet {
namespace {

using absl::string_view;
using sandbox::CheckerKind;
using sandbox::CheckerOptions;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

CodeTask Parse(string_view ground_truth) {
  absl::StatusOr<CodeTask> task = ParseCodeTask(ground_truth);
  EXPECT_TRUE(task.ok()) << task.status() << "\n" << ground_truth;
  return task.ok() ? *std::move(task) : CodeTask();
}

// The tests of `ground_truth`, which is to be of that kind.
template <typename Tests>
Tests ParseAs(string_view ground_truth) {
  const CodeTask task = Parse(ground_truth);
  EXPECT_TRUE(std::holds_alternative<Tests>(task.tests)) << ground_truth;
  const auto* tests = std::get_if<Tests>(&task.tests);
  return tests == nullptr ? Tests() : *tests;
}

std::string ErrorOf(string_view ground_truth) {
  const absl::StatusOr<CodeTask> task = ParseCodeTask(ground_truth);
  EXPECT_EQ(task.status().code(), absl::StatusCode::kInvalidArgument) << ground_truth;
  return std::string(task.status().message());
}

std::string AsJsonString(string_view text) { return Json(text).Dump(); }

// A stdin task of ours with one test and the members `more`.
std::string StdinTask(string_view more) {
  return absl::StrCat(R"({"tests":[{"stdin":"2","expected_stdout":"1.5"}])", more, "}");
}

std::string CallTask(string_view more) {
  return absl::StrCat(R"({"entry":"f","tests":[{"args":[2],"expected":1.5}])", more, "}");
}

CheckerOptions TextCheckerOf(string_view more) {
  const OutputChecker checker = ParseAs<StdinTests>(StdinTask(more)).checker;
  EXPECT_TRUE(std::holds_alternative<CheckerOptions>(checker)) << more;
  const auto* options = std::get_if<CheckerOptions>(&checker);
  return options == nullptr ? CheckerOptions() : *options;
}

TEST(CodeTaskTest, OursHasTestsOfStdin) {
  const CodeTask task = Parse(R"({"mode":"stdin","language":"cpp","tests":[
      {"stdin":"1 2\n","expected_stdout":"3\n"},{"stdin":"","expected_stdout":""}]})");
  EXPECT_EQ(task.language, "cpp");
  EXPECT_EQ(TestCount(task), 2);
  const auto& tests = std::get<StdinTests>(task.tests);
  EXPECT_EQ(tests.tests[0].stdin_bytes, "1 2\n");
  EXPECT_EQ(tests.tests[0].expected_stdout, "3\n");
  EXPECT_EQ(tests.tests[1].stdin_bytes, "");
}

TEST(CodeTaskTest, OursHasTestsOfCalls) {
  const CodeTask task = Parse(R"({"mode":"call","entry":"solve","tests":[
      {"args":[[3, 1], "x"],"expected":[1, 3]},{"args":[],"expected":null}]})");
  EXPECT_EQ(task.language, "python");
  const auto& calls = std::get<CallTests>(task.tests);
  EXPECT_EQ(calls.entry, "solve");
  EXPECT_FALSE(calls.tolerance.has_value());
  ASSERT_EQ(calls.tests.size(), 2);
  EXPECT_EQ(calls.tests[0].args_json, R"([[3,1],"x"])");
  EXPECT_THAT(calls.tests[0].accepted_json, ElementsAre("[1,3]"));
  EXPECT_EQ(calls.tests[1].args_json, "[]");
  EXPECT_THAT(calls.tests[1].accepted_json, ElementsAre("null"));
}

TEST(CodeTaskTest, OursHasAnAssertScript) {
  const auto tests = ParseAs<AssertTests>(
      R"({"mode":"assert_script","entry":"f","prelude":"import re",
          "test_code":"assert f(1) == 2\n"})");
  EXPECT_EQ(tests.entry, "f");
  EXPECT_EQ(tests.prelude, "import re");
  EXPECT_THAT(tests.tests, ElementsAre("assert f(1) == 2\n"));
}

TEST(CodeTaskTest, IntegersKeepAllTheirDigits) {
  const auto calls = ParseAs<CallTests>(
      R"({"entry":"f","tests":[{"args":[123456789012345678901],"expected":9007199254740993}]})");
  EXPECT_EQ(calls.tests[0].args_json, "[123456789012345678901]");
  EXPECT_THAT(calls.tests[0].accepted_json, ElementsAre("9007199254740993"));
}

TEST(CodeTaskTest, LimitsAreHints) {
  const CodeTask silent = Parse(StdinTask(""));
  EXPECT_FALSE(silent.time_limit.has_value());
  EXPECT_FALSE(silent.memory_bytes_max.has_value());
  const CodeTask task = Parse(StdinTask(R"(,"time_limit_s":0.5,"memory_limit_mb":64)"));
  EXPECT_EQ(task.time_limit, absl::Milliseconds(500));
  EXPECT_EQ(task.memory_bytes_max, int64_t{64} << 20);
}

TEST(CodeTaskTest, TheCheckerIsOfLinesUnlessDeclared) {
  EXPECT_EQ(TextCheckerOf("").kind, CheckerKind::kLines);
  EXPECT_EQ(TextCheckerOf(R"(,"checker":null)").kind, CheckerKind::kLines);
  EXPECT_EQ(TextCheckerOf(R"(,"checker":"exact")").kind, CheckerKind::kExact);
  EXPECT_EQ(TextCheckerOf(R"(,"checker":"tokens")").kind, CheckerKind::kTokens);
  EXPECT_EQ(TextCheckerOf(R"(,"checker":"unordered_lines")").kind, CheckerKind::kUnorderedLines);
}

TEST(CodeTaskTest, AFloatCheckerHasATolerance) {
  const CheckerOptions usual = TextCheckerOf(R"(,"checker":"float")");
  EXPECT_EQ(usual.kind, CheckerKind::kFloat);
  EXPECT_EQ(usual.tolerance.absolute, 1e-6);
  EXPECT_EQ(usual.tolerance.relative, 1e-6);
  const CheckerOptions one = TextCheckerOf(R"(,"checker":"float","tolerance":0.5)");
  EXPECT_EQ(one.tolerance.absolute, 0.5);
  EXPECT_EQ(one.tolerance.relative, 0.5);
  const CheckerOptions two = TextCheckerOf(R"(,"tolerance":{"absolute":0.5})");
  EXPECT_EQ(two.kind, CheckerKind::kFloat);
  EXPECT_EQ(two.tolerance.absolute, 0.5);
  EXPECT_EQ(two.tolerance.relative, 0);
}

TEST(CodeTaskTest, AJsonCheckerComparesValues) {
  const auto tests = ParseAs<StdinTests>(StdinTask(R"(,"checker":"json")"));
  const auto check = [&](string_view actual) {
    return CheckOutput(tests.checker, R"({"a":1,"b":[1.5]})", actual)->equal;
  };
  EXPECT_TRUE(check("{\"b\": [1.5], \"a\": 1}\n"));
  EXPECT_FALSE(check("{\"b\": [1.5], \"a\": 1.0}\n"));
  EXPECT_FALSE(check("{\"b\": [1.5]"));
}

TEST(CodeTaskTest, ACheckerProgramNeedsNoExpectedOutput) {
  const auto tests = ParseAs<StdinTests>(
      R"({"checker":{"language":"cpp","source":"int main() {}"},"tests":[{"stdin":"1"}]})");
  const auto& program = std::get<ProgramChecker>(tests.checker);
  EXPECT_EQ(program.language, "cpp");
  EXPECT_EQ(program.source, "int main() {}");
  EXPECT_EQ(tests.tests[0].expected_stdout, "");
  EXPECT_FALSE(CheckOutput(tests.checker, "", "").ok());
}

TEST(CodeTaskTest, CallsHaveAToleranceIfDeclared) {
  const auto calls = ParseAs<CallTests>(CallTask(R"(,"tolerance":1e-3)"));
  ASSERT_TRUE(calls.tolerance.has_value());
  EXPECT_EQ(calls.tolerance->relative, 1e-3);
  EXPECT_TRUE(ParseAs<CallTests>(CallTask(R"(,"checker":"float")")).tolerance.has_value());
  EXPECT_FALSE(ParseAs<CallTests>(CallTask(R"(,"checker":"json")")).tolerance.has_value());
}

TEST(CodeTaskTest, AppsHasInputsAndOutputs) {
  const auto tests =
      ParseAs<StdinTests>(R"({"inputs":["1 2\n",["3","4"]],"outputs":["3\n",["7"]]})");
  ASSERT_EQ(tests.tests.size(), 2);
  EXPECT_EQ(tests.tests[0].stdin_bytes, "1 2\n");
  EXPECT_EQ(tests.tests[0].expected_stdout, "3\n");
  EXPECT_EQ(tests.tests[1].stdin_bytes, "3\n4");
  EXPECT_EQ(tests.tests[1].expected_stdout, "7");
}

TEST(CodeTaskTest, AppsCallsWithListsOfArguments) {
  const auto calls =
      ParseAs<CallTests>(R"({"fn_name":"f","inputs":[[1,"a"],[[2],"b"]],"outputs":["x",[]]})");
  EXPECT_EQ(calls.entry, "f");
  EXPECT_EQ(calls.tests[0].args_json, R"([1,"a"])");
  EXPECT_THAT(calls.tests[0].accepted_json, ElementsAre(R"("x")"));
  EXPECT_EQ(calls.tests[1].args_json, R"([[2],"b"])");
  EXPECT_THAT(calls.tests[1].accepted_json, ElementsAre("[]"));
}

TEST(CodeTaskTest, AppsCallsWithOneJsonValueALine) {
  const auto calls = ParseAs<CallTests>(
      R"({"fn_name":"f","inputs":["[1, 2]\n\"a\"\n",""],"outputs":["99999999999999999999","{}"]})");
  EXPECT_EQ(calls.tests[0].args_json, R"([[1,2],"a"])");
  EXPECT_THAT(calls.tests[0].accepted_json, ElementsAre("99999999999999999999"));
  EXPECT_EQ(calls.tests[1].args_json, "[]");
}

TEST(CodeTaskTest, OutputsThatAreAllListsOfOneMayMeanTheElement) {
  const auto all =
      ParseAs<CallTests>(R"({"fn_name":"f","inputs":[[1],[2]],"outputs":[[5],[[6]]]})");
  EXPECT_THAT(all.tests[0].accepted_json, ElementsAre("[5]", "5"));
  EXPECT_THAT(all.tests[1].accepted_json, ElementsAre("[[6]]", "[6]"));
  const auto some =
      ParseAs<CallTests>(R"({"fn_name":"f","inputs":[[1],[2]],"outputs":[[5],[6,7]]})");
  EXPECT_THAT(some.tests[0].accepted_json, ElementsAre("[5]"));
}

TEST(CodeTaskTest, InputsAndOutputsMayBeJsonStrings) {
  const std::string inputs = AsJsonString(R"(["1\n"])");
  const std::string outputs = AsJsonString(R"(["2\n"])");
  const std::string inner = absl::StrCat("{\"inputs\":", inputs, ",\"outputs\":", outputs, "}");
  for (const std::string& text : {inner, AsJsonString(inner), AsJsonString(AsJsonString(inner))}) {
    const auto tests = ParseAs<StdinTests>(text);
    EXPECT_EQ(tests.tests[0].stdin_bytes, "1\n");
    EXPECT_EQ(tests.tests[0].expected_stdout, "2\n");
  }
}

TEST(CodeTaskTest, LiveCodeBenchIsAListOfTests) {
  const string_view list = R"([{"input":"1\n","output":"2\n","testtype":"stdin"},
                               {"input":"3\n","output":"4\n","testtype":"stdin"}])";
  for (const std::string& text :
       {std::string(list), AsJsonString(list), absl::StrCat("{\"tests\":", list, "}")}) {
    const auto tests = ParseAs<StdinTests>(text);
    ASSERT_EQ(tests.tests.size(), 2);
    EXPECT_EQ(tests.tests[1].stdin_bytes, "3\n");
    EXPECT_EQ(tests.tests[1].expected_stdout, "4\n");
  }
}

TEST(CodeTaskTest, LiveCodeBenchCallsTheFunctionOfItsMetadata) {
  const string_view test = R"({"input":"[1, 2]\n7","output":"true","testtype":"functional")";
  for (const std::string& text : {
           absl::StrCat("[", test, R"(,"metadata":{"func_name":"f"}}])"),
           absl::StrCat("[", test, R"(,"metadata":"{\"func_name\":\"f\"}"}])"),
           absl::StrCat("{\"tests\":[", test, R"(}],"metadata":"{\"func_name\":\"f\"}"})"),
           absl::StrCat("{\"tests\":[", test, R"(}],"fn_name":"f"})"),
       }) {
    const auto calls = ParseAs<CallTests>(text);
    EXPECT_EQ(calls.entry, "f");
    ASSERT_EQ(calls.tests.size(), 1) << text;
    EXPECT_EQ(calls.tests[0].args_json, "[[1,2],7]");
    EXPECT_THAT(calls.tests[0].accepted_json, ElementsAre("true"));
  }
}

TEST(CodeTaskTest, HumanEvalCallsItsCheck) {
  const auto tests = ParseAs<AssertTests>(
      R"({"prompt":"import math\n","entry_point":"f",
          "test":"def check(candidate):\n    assert candidate(1) == 2\n"})");
  EXPECT_EQ(tests.entry, "f");
  EXPECT_EQ(tests.prelude, "import math\n");
  EXPECT_THAT(tests.tests,
              ElementsAre("def check(candidate):\n    assert candidate(1) == 2\n\n\ncheck(f)\n"));
}

TEST(CodeTaskTest, ACheckThatIsCalledIsNotCalledAgain) {
  const auto tests = ParseAs<AssertTests>(
      R"({"test_code":"def check(c):\n    assert c(1) == 2\ncheck(f)\n","entry":"f"})");
  EXPECT_THAT(tests.tests, ElementsAre("def check(c):\n    assert c(1) == 2\ncheck(f)\n"));
}

TEST(CodeTaskTest, MbppHasATestForEachAssert) {
  const auto tests = ParseAs<AssertTests>(
      R"json({"test_list":["assert f(1) == 2","assert f(2) == 3"],
          "test_imports":["import math","import re"],"test_setup_code":"x = Pair(1)"})json");
  EXPECT_EQ(tests.setup, "import math\nimport re\nx = Pair(1)");
  EXPECT_THAT(tests.tests, ElementsAre("assert f(1) == 2", "assert f(2) == 3"));
  EXPECT_THAT(ParseAs<AssertTests>(R"(["assert f(1) == 2"])").tests,
              ElementsAre("assert f(1) == 2"));
}

TEST(CodeTaskTest, ATextOfAssertsIsOneTest) {
  const string_view asserts = "x = 1\nassert f(x) == 2\nassert f(2) == 3\n";
  for (const std::string& text : {std::string(asserts), AsJsonString(asserts)}) {
    EXPECT_THAT(ParseAs<AssertTests>(text).tests, ElementsAre(asserts));
  }
}

TEST(CodeTaskTest, AssertsThatNobodyCallsAreNoTest) {
  EXPECT_THAT(ErrorOf("def check(c):\n    assert c(1) == 2\n"),
              HasSubstr("neither JSON nor asserts"));
  EXPECT_THAT(ErrorOf(R"({"test":"def check(c):\n    assert c(1) == 2\n"})"),
              HasSubstr("the function that is to be checked has no name"));
}

TEST(CodeTaskTest, ATaskWithoutATestIsAnError) {
  for (const string_view text :
       {"{}", "[]", R"({"tests":[]})", R"({"tests":null})", R"({"inputs":[],"outputs":[]})",
        R"({"fn_name":"f","inputs":[],"outputs":[]})", R"({"test_list":[]})",
        R"({"test_code":" \n","entry":"f"})", R"({"mode":"call","entry":"f"})"}) {
    EXPECT_THAT(ErrorOf(text), HasSubstr("there is no test")) << text;
  }
}

TEST(CodeTaskTest, WhatIsNoTaskIsAnError) {
  for (const string_view text :
       {"", "42", "null", "the answer", "assertion", "{", "[1]", "[[]]", R"({"tests":5})",
        R"({"tests":[{}]})", R"(["assert f(1) == 2", 5])", "assert f() == '\xFF'",
        R"({"inputs":["1"]})", R"({"test_list":[" "]})"}) {
    EXPECT_THAT(ErrorOf(text), HasSubstr("the tests of the task: ")) << text;
  }
}

TEST(CodeTaskTest, ErrorsSayWhatIsWrongAndWhere) {
  constexpr std::pair<string_view, string_view> kCases[] = {
      {R"({"tests":[{"stdin":"1","expected_stdout":"1"},{"stdin":"1"}]})",
       R"(test 2: "expected_stdout" is missing)"},
      {R"({"tests":[{"args":[1]}],"entry":"f"})", R"(test 1: "expected" is missing)"},
      {R"({"tests":[{"args":1,"expected":1}],"entry":"f"})",
       R"(test 1: "args": expected a list, found an integer)"},
      {R"({"tests":[{"args":[1],"expected":1}]})", "the function that is to be called has no name"},
      {R"json({"tests":[{"args":[1],"expected":1}],"entry":"f(x)"})json",
       R"json("entry": "f(x)" is not the name of a function)json"},
      {R"({"tests":[{"args":[1],"expected":1},{"stdin":"","expected_stdout":""}],"entry":"f"})",
       "some tests are calls, and some have stdin"},
      {R"({"mode":"call","tests":[{"stdin":"","expected_stdout":""}]})",
       R"("mode" is "call", but the tests are of stdin)"},
      {R"({"inputs":["1","2"],"outputs":["1"]})", "2 inputs, but 1 outputs"},
      {R"({"inputs":["1",2],"outputs":["1","2"]})",
       "test 2: input: expected a list, found an integer"},
      {R"({"fn_name":"f","inputs":["1\n[2"],"outputs":["1"]})", "test 1: argument 2: byte 3"},
      {R"({"fn_name":"f","inputs":["1"],"outputs":["True"]})", "test 1: output: byte 1"},
      {R"([{"input":"","output":"","testtype":"x"}])",
       R"(test 1: "testtype": "x" is neither stdin nor functional)"},
      {R"([{"input":"1","output":"1","testtype":"functional","metadata":{"func_name":"f"}},
           {"input":"1","output":"1","testtype":"functional","metadata":{"func_name":"g"}}])",
       "test 2: calls g, but another test calls f"},
  };
  for (const auto& [text, message] : kCases) {
    EXPECT_THAT(ErrorOf(text), HasSubstr(message)) << text;
  }
}

TEST(CodeTaskTest, CheckersThatCannotBeAreErrors) {
  EXPECT_THAT(ErrorOf(StdinTask(R"(,"checker":"flaot")")), HasSubstr("is none of exact"));
  EXPECT_THAT(ErrorOf(StdinTask(R"(,"checker":{"source":""})")),
              HasSubstr("\"language\" is missing"));
  EXPECT_THAT(ErrorOf(StdinTask(R"(,"checker":"exact","tolerance":1)")),
              HasSubstr("\"tolerance\""));
  EXPECT_THAT(ErrorOf(StdinTask(R"(,"tolerance":-1)")), HasSubstr("not negative"));
  EXPECT_THAT(ErrorOf(StdinTask(R"(,"tolerance":NaN)")), HasSubstr("not negative"));
  EXPECT_THAT(ErrorOf(StdinTask(R"(,"tolerance":"1e-6")")), HasSubstr("not negative"));
  EXPECT_THAT(ErrorOf(CallTask(R"(,"checker":"tokens")")), HasSubstr("is not for calls"));
  EXPECT_THAT(ErrorOf(StdinTask(R"(,"time_limit_s":1e9)")), HasSubstr("more than an hour"));
  EXPECT_THAT(ErrorOf(StdinTask(R"(,"memory_limit_mb":1e9)")), HasSubstr("more than a terabyte"));
}

TEST(CodeTaskTest, TestsThatNoProgramPassesAreErrors) {
  const auto deep = absl::StrCat(std::string(70, '['), std::string(70, ']'));
  for (const std::string& text : {
           std::string(R"({"entry":"f","tests":[{"args":[],"expected":[NaN]}]})"),
           std::string(R"({"entry":"f","tests":[{"args":[],"expected":1e999}]})"),
           absl::StrCat(R"({"entry":"f","tests":[{"args":[],"expected":)", deep, "}]}"),
           absl::StrCat(R"({"entry":"f","tests":[{"args":[],"expected":")",
                        std::string(size_t{1} << 20, 'x'), "\"}]}"),
           std::string(R"({"checker":"float","tests":[{"stdin":"","expected_stdout":"inf"}]})"),
           std::string(R"({"checker":"json","tests":[{"stdin":"","expected_stdout":"{"}]})"),
       }) {
    EXPECT_THAT(ErrorOf(text), HasSubstr("test 1")) << text.substr(0, 100);
  }
}

TEST(CodeTaskTest, IsBoundedInBytesAndTests) {
  EXPECT_THAT(ErrorOf(std::string(kTaskBytesMax + 1, ' ')), HasSubstr("67108864 are allowed"));
  std::vector<Json> asserts(kTaskTestsMax, Json("assert f()"));
  EXPECT_EQ(TestCount(Parse(Json::Array(asserts).Dump())), 10000);
  asserts.emplace_back("assert f()");
  EXPECT_THAT(ErrorOf(Json::Array(asserts).Dump()), HasSubstr("10001; at most 10000 are allowed"));
}

}  // namespace
}  // namespace whet
