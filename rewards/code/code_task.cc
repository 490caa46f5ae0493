#include "rewards/code/code_task.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/status.h"
#include "rewards/code/canonical.h"
#include "text/utf8.h"

namespace whet {
namespace {

using absl::string_view;
using sandbox::CheckerKind;
using sandbox::CheckerOptions;
using sandbox::CheckResult;
using sandbox::Excerpt;
using sandbox::Tolerance;
using Kind = CodeValue::Kind;

// Around the values of the tests lie a few lists and dicts.
constexpr CodeValueLimits kTaskLimits = {
    .bytes_max = kTaskBytesMax, .depth_max = 80, .values_max = size_t{4} << 20};
constexpr Tolerance kFloatTolerance = {.absolute = 1e-6, .relative = 1e-6};

absl::Status Wrong(string_view what) { return absl::InvalidArgumentError(what); }

std::string Key(string_view key) { return absl::StrCat("\"", key, "\""); }

std::string TestName(size_t index) { return absl::StrCat("test ", index + 1); }

string_view KindName(Kind kind) {
  constexpr string_view kNames[] = {"null",     "a boolean", "an integer", "a number",
                                    "a string", "a list",    "an object"};
  return kNames[static_cast<size_t>(kind)];
}

bool IsBlank(string_view text) { return absl::StripAsciiWhitespace(text).empty(); }

// A member that is null is as good as missing.
const CodeValue* FindValue(const CodeValue& object, string_view key) {
  const CodeValue* value = object.Find(key);
  return value == nullptr || value->kind == Kind::kNull ? nullptr : value;
}

absl::Status CheckKind(const CodeValue& value, Kind kind, string_view what) {
  if (value.kind == kind) return absl::OkStatus();
  return Wrong(absl::StrCat(what, ": expected ", KindName(kind), ", found ", KindName(value.kind)));
}

// Of a test null is a value: what is expected of a function that returns nothing.
absl::StatusOr<const CodeValue*> GetValue(const CodeValue& object, string_view key) {
  const CodeValue* value = object.Find(key);
  if (value == nullptr) return Wrong(absl::StrCat(Key(key), " is missing"));
  return value;
}

absl::StatusOr<std::string> GetString(const CodeValue& object, string_view key) {
  WHET_ASSIGN_OR_RETURN(const CodeValue* value, GetValue(object, key));
  WHET_RETURN_IF_ERROR(CheckKind(*value, Kind::kString, Key(key)));
  return value->text;
}

absl::StatusOr<std::string> GetStringOr(const CodeValue& object, string_view key,
                                        string_view fallback) {
  if (FindValue(object, key) == nullptr) return std::string(fallback);
  return GetString(object, key);
}

// Finite and not negative; 0 if it is missing.
absl::StatusOr<double> GetNumber(const CodeValue& object, string_view key) {
  const CodeValue* value = FindValue(object, key);
  if (value == nullptr) return 0;
  double number = 0;
  const bool is_number = value->kind == Kind::kInt || value->kind == Kind::kFloat;
  if (is_number && absl::SimpleAtod(value->text, &number) && number >= 0 && !std::isinf(number)) {
    return number;
  }
  return Wrong(absl::StrCat(Key(key), ": expected a number that is not negative"));
}

absl::StatusOr<CodeValue> ParseJson(string_view text, string_view what) {
  absl::StatusOr<CodeValue> value = ParseCodeValue(text, kTaskLimits);
  return value.ok() ? std::move(value) : Annotate(value.status(), what);
}

// The list `key`, or, if that is a string, the list of which it is the JSON text, in `storage`.
absl::StatusOr<const CodeValue*> GetList(const CodeValue& object, string_view key,
                                         CodeValue* storage) {
  WHET_ASSIGN_OR_RETURN(const CodeValue* list, GetValue(object, key));
  if (list->kind == Kind::kString) {
    WHET_ASSIGN_OR_RETURN(*storage, ParseJson(list->text, Key(key)));
    list = storage;
  }
  WHET_RETURN_IF_ERROR(CheckKind(*list, Kind::kList, Key(key)));
  return list;
}

// The function to be called, by any of its names; empty if it has none.
absl::StatusOr<std::string> ParseEntry(const CodeValue& object) {
  for (const string_view key : {"entry", "fn_name", "entry_point", "func_name"}) {
    WHET_ASSIGN_OR_RETURN(std::string name, GetStringOr(object, key, ""));
    if (name.empty()) continue;
    // It will stand in a Python text.
    const auto is_part = [](char c) {
      const auto byte = static_cast<unsigned char>(c);
      return absl::ascii_isalnum(byte) || c == '_' || c == '.' || byte >= 0x80;
    };
    if (!absl::c_all_of(name, is_part) ||
        absl::ascii_isdigit(static_cast<unsigned char>(name[0]))) {
      return Wrong(absl::StrCat(Key(key), ": ", Excerpt(name), " is not the name of a function"));
    }
    return name;
  }
  const CodeValue* metadata = FindValue(object, "metadata");
  if (metadata == nullptr) return std::string();
  if (metadata->kind == Kind::kDict) return ParseEntry(*metadata);
  const absl::StatusOr<CodeValue> parsed = ParseCodeValue(metadata->text, kTaskLimits);
  return parsed.ok() ? ParseEntry(*parsed) : std::string();
}

absl::Status ParseLimits(const CodeValue& object, CodeTask* task) {
  constexpr double kSecondsMax = 3600;
  constexpr double kMegabytesMax = 1 << 20;
  WHET_ASSIGN_OR_RETURN(const double seconds, GetNumber(object, "time_limit_s"));
  WHET_ASSIGN_OR_RETURN(const double megabytes, GetNumber(object, "memory_limit_mb"));
  if (seconds > kSecondsMax) return Wrong("\"time_limit_s\": more than an hour");
  if (megabytes > kMegabytesMax) return Wrong("\"memory_limit_mb\": more than a terabyte");
  if (seconds > 0) task->time_limit = absl::Seconds(seconds);
  if (megabytes > 0) task->memory_bytes_max = static_cast<int64_t>(megabytes * (1 << 20));
  return absl::OkStatus();
}

absl::StatusOr<std::optional<Tolerance>> ParseTolerance(const CodeValue& object) {
  const CodeValue* value = FindValue(object, "tolerance");
  if (value == nullptr) return std::nullopt;
  if (value->kind != Kind::kDict) {
    WHET_ASSIGN_OR_RETURN(const double both, GetNumber(object, "tolerance"));
    return Tolerance{.absolute = both, .relative = both};
  }
  Tolerance tolerance;
  WHET_ASSIGN_OR_RETURN(tolerance.absolute, GetNumber(*value, "absolute"));
  WHET_ASSIGN_OR_RETURN(tolerance.relative, GetNumber(*value, "relative"));
  return tolerance;
}

constexpr std::pair<string_view, CheckerKind> kTextCheckers[] = {
    {"exact", CheckerKind::kExact},
    {"lines", CheckerKind::kLines},
    {"tokens", CheckerKind::kTokens},
    {"unordered_lines", CheckerKind::kUnorderedLines}};

absl::StatusOr<OutputChecker> ParseChecker(const CodeValue& object) {
  WHET_ASSIGN_OR_RETURN(const std::optional<Tolerance> tolerance, ParseTolerance(object));
  const CodeValue* checker = FindValue(object, "checker");
  if (checker != nullptr && checker->kind == Kind::kDict) {
    ProgramChecker program;
    WHET_ASSIGN_OR_RETURN(program.language, GetString(*checker, "language"));
    WHET_ASSIGN_OR_RETURN(program.source, GetString(*checker, "source"));
    return program;
  }
  WHET_ASSIGN_OR_RETURN(const std::string name,
                        GetStringOr(object, "checker", tolerance ? "float" : "lines"));
  if (name == "json") return JsonChecker{tolerance};
  if (name == "float") {
    return CheckerOptions{.kind = CheckerKind::kFloat,
                          .tolerance = tolerance.value_or(kFloatTolerance)};
  }
  if (tolerance) return Wrong(absl::StrCat("\"tolerance\": not with checker ", Excerpt(name)));
  for (const auto& [text_checker, kind] : kTextCheckers) {
    if (name == text_checker) return CheckerOptions{.kind = kind};
  }
  return Wrong(absl::StrCat("\"checker\": ", Excerpt(name), " is none of exact, lines, tokens, ",
                            "float, unordered_lines, json"));
}

// What has been read of a task's list of tests, which are all of one kind.
struct TestList {
  std::string entry;
  std::vector<StdinTest> stdin_tests;
  std::vector<CallTest> call_tests;
};

CallTest MakeCallTest(const CodeValue& args, const CodeValue& expected) {
  return {.args_json = TextOf(args), .accepted_json = {TextOf(expected)}};
}

// A call whose input is a text with one JSON value a line, and whose output is a JSON text.
absl::StatusOr<CallTest> ParseTextCall(string_view input, string_view output) {
  CodeValue args;
  args.kind = Kind::kList;
  for (const string_view line : absl::StrSplit(input, '\n')) {
    if (IsBlank(line)) continue;
    const size_t number = args.items.size() + 1;
    WHET_ASSIGN_OR_RETURN(CodeValue arg, ParseJson(line, absl::StrCat("argument ", number)));
    args.items.push_back(std::move(arg));
  }
  WHET_ASSIGN_OR_RETURN(const CodeValue expected, ParseJson(output, "output"));
  return MakeCallTest(args, expected);
}

absl::Status ParseTest(const CodeValue& test, bool expects_output, TestList* list) {
  WHET_RETURN_IF_ERROR(CheckKind(test, Kind::kDict, "it"));
  if (test.Find("args") != nullptr) {
    WHET_ASSIGN_OR_RETURN(const CodeValue* args, GetValue(test, "args"));
    WHET_RETURN_IF_ERROR(CheckKind(*args, Kind::kList, Key("args")));
    WHET_ASSIGN_OR_RETURN(const CodeValue* expected, GetValue(test, "expected"));
    list->call_tests.push_back(MakeCallTest(*args, *expected));
    return absl::OkStatus();
  }
  if (test.Find("input") == nullptr) {
    StdinTest ours;
    WHET_ASSIGN_OR_RETURN(ours.stdin_bytes, GetString(test, "stdin"));
    if (expects_output || FindValue(test, "expected_stdout") != nullptr) {
      WHET_ASSIGN_OR_RETURN(ours.expected_stdout, GetString(test, "expected_stdout"));
    }
    list->stdin_tests.push_back(std::move(ours));
    return absl::OkStatus();
  }
  WHET_ASSIGN_OR_RETURN(std::string input, GetString(test, "input"));
  WHET_ASSIGN_OR_RETURN(std::string output, GetString(test, "output"));
  WHET_ASSIGN_OR_RETURN(const std::string type, GetStringOr(test, "testtype", "stdin"));
  if (type == "stdin") {
    list->stdin_tests.push_back({std::move(input), std::move(output)});
    return absl::OkStatus();
  }
  if (type != "functional") {
    return Wrong(absl::StrCat("\"testtype\": ", Excerpt(type), " is neither stdin nor functional"));
  }
  WHET_ASSIGN_OR_RETURN(const std::string entry, ParseEntry(test));
  if (list->entry.empty()) list->entry = entry;
  if (!entry.empty() && entry != list->entry) {
    return Wrong(absl::StrCat("calls ", entry, ", but another test calls ", list->entry));
  }
  WHET_ASSIGN_OR_RETURN(CallTest call, ParseTextCall(input, output));
  list->call_tests.push_back(std::move(call));
  return absl::OkStatus();
}

// The tests of a list, which has been looked at, with what the object around it says of them.
absl::Status FinishTests(const CodeValue& object, TestList list, CodeTask* task) {
  if (list.stdin_tests.empty() && list.call_tests.empty()) return Wrong("there is no test");
  if (list.call_tests.empty()) {
    StdinTests tests;
    WHET_ASSIGN_OR_RETURN(tests.checker, ParseChecker(object));
    tests.tests = std::move(list.stdin_tests);
    task->tests = std::move(tests);
    return absl::OkStatus();
  }
  if (!list.stdin_tests.empty()) return Wrong("some tests are calls, and some have stdin");
  if (list.entry.empty()) return Wrong("the function that is to be called has no name");
  CallTests tests;
  WHET_ASSIGN_OR_RETURN(tests.tolerance, ParseTolerance(object));
  WHET_ASSIGN_OR_RETURN(const std::string checker, GetStringOr(object, "checker", "json"));
  if (checker == "float" && !tests.tolerance) tests.tolerance = kFloatTolerance;
  if (checker != "float" && checker != "json" && checker != "exact") {
    return Wrong(absl::StrCat("\"checker\": ", Excerpt(checker), " is not for calls"));
  }
  tests.entry = std::move(list.entry);
  tests.tests = std::move(list.call_tests);
  task->tests = std::move(tests);
  return absl::OkStatus();
}

// `object` holds the list, or is it.
absl::Status ParseTests(const CodeValue& object, const CodeValue& tests, CodeTask* task) {
  TestList list;
  WHET_ASSIGN_OR_RETURN(list.entry, ParseEntry(object));
  const CodeValue* checker = FindValue(object, "checker");
  const bool expects_output = checker == nullptr || checker->kind != Kind::kDict;
  for (size_t i = 0; i < tests.items.size(); ++i) {
    WHET_RETURN_IF_ERROR(Annotate(ParseTest(tests.items[i], expects_output, &list), TestName(i)));
  }
  return FinishTests(object, std::move(list), task);
}

// A text, or the list of its lines.
absl::StatusOr<std::string> JoinedLines(const CodeValue& value, string_view what) {
  if (value.kind == Kind::kString) return value.text;
  WHET_RETURN_IF_ERROR(CheckKind(value, Kind::kList, what));
  for (const CodeValue& line : value.items) {
    WHET_RETURN_IF_ERROR(CheckKind(line, Kind::kString, absl::StrCat("a line of ", what)));
  }
  return absl::StrJoin(value.items, "\n", [](std::string* out, const CodeValue& line) {
    absl::StrAppend(out, line.text);
  });
}

absl::Status ParsePair(const CodeValue& input, const CodeValue& output, TestList* list) {
  if (list->entry.empty()) {
    StdinTest test;
    WHET_ASSIGN_OR_RETURN(test.stdin_bytes, JoinedLines(input, "input"));
    WHET_ASSIGN_OR_RETURN(test.expected_stdout, JoinedLines(output, "output"));
    list->stdin_tests.push_back(std::move(test));
  } else if (input.kind == Kind::kString) {
    WHET_RETURN_IF_ERROR(CheckKind(output, Kind::kString, "output"));
    WHET_ASSIGN_OR_RETURN(CallTest call, ParseTextCall(input.text, output.text));
    list->call_tests.push_back(std::move(call));
  } else {
    WHET_RETURN_IF_ERROR(CheckKind(input, Kind::kList, "input"));
    list->call_tests.push_back(MakeCallTest(input, output));
  }
  return absl::OkStatus();
}

// If every result is a list of one element, that element is accepted too.
absl::Status AcceptElements(std::vector<CallTest>* tests) {
  std::vector<std::string> elements;
  for (const CallTest& test : *tests) {
    WHET_ASSIGN_OR_RETURN(const CodeValue value, ParseJson(test.accepted_json[0], "output"));
    if (value.kind != Kind::kList || value.items.size() != 1) return absl::OkStatus();
    elements.push_back(TextOf(value.items.front()));
  }
  for (size_t i = 0; i < tests->size(); ++i) {
    (*tests)[i].accepted_json.push_back(std::move(elements[i]));
  }
  return absl::OkStatus();
}

absl::Status ParseInputsOutputs(const CodeValue& object, CodeTask* task) {
  TestList list;
  WHET_ASSIGN_OR_RETURN(list.entry, ParseEntry(object));
  CodeValue storage[2];
  WHET_ASSIGN_OR_RETURN(const CodeValue* inputs, GetList(object, "inputs", &storage[0]));
  WHET_ASSIGN_OR_RETURN(const CodeValue* outputs, GetList(object, "outputs", &storage[1]));
  if (inputs->items.size() != outputs->items.size()) {
    return Wrong(
        absl::StrCat(inputs->items.size(), " inputs, but ", outputs->items.size(), " outputs"));
  }
  for (size_t i = 0; i < inputs->items.size(); ++i) {
    WHET_RETURN_IF_ERROR(
        Annotate(ParsePair(inputs->items[i], outputs->items[i], &list), TestName(i)));
  }
  WHET_RETURN_IF_ERROR(AcceptElements(&list.call_tests));
  return FinishTests(object, std::move(list), task);
}

bool HasLine(string_view text, string_view beginning) {
  return absl::c_any_of(absl::StrSplit(text, '\n'),
                        [&](string_view line) { return absl::StartsWith(line, beginning); });
}

absl::Status ParseScript(const CodeValue& object, string_view key, CodeTask* task) {
  AssertTests tests;
  WHET_ASSIGN_OR_RETURN(tests.entry, ParseEntry(object));
  WHET_ASSIGN_OR_RETURN(std::string script, GetString(object, key));
  WHET_ASSIGN_OR_RETURN(tests.prelude,
                        GetStringOr(object, key == "test" ? "prompt" : "prelude", ""));
  if (IsBlank(script)) return Wrong(absl::StrCat(Key(key), ": there is no test"));
  if (HasLine(script, "def check(") && !HasLine(script, "check(")) {
    if (tests.entry.empty()) return Wrong("the function that is to be checked has no name");
    absl::StrAppend(&script, "\n\ncheck(", tests.entry, ")\n");
  }
  tests.tests.push_back(std::move(script));
  task->tests = std::move(tests);
  return absl::OkStatus();
}

// `object` holds the list, or is it.
absl::Status ParseTestList(const CodeValue& object, const CodeValue& list, CodeTask* task) {
  AssertTests tests;
  WHET_ASSIGN_OR_RETURN(tests.entry, ParseEntry(object));
  if (const CodeValue* imports = FindValue(object, "test_imports")) {
    WHET_ASSIGN_OR_RETURN(tests.setup, JoinedLines(*imports, Key("test_imports")));
    tests.setup += "\n";
  }
  WHET_ASSIGN_OR_RETURN(const std::string code, GetStringOr(object, "test_setup_code", ""));
  absl::StrAppend(&tests.setup, code);
  for (size_t i = 0; i < list.items.size(); ++i) {
    WHET_RETURN_IF_ERROR(CheckKind(list.items[i], Kind::kString, TestName(i)));
    if (IsBlank(list.items[i].text)) return Wrong(absl::StrCat(TestName(i), ": blank"));
    tests.tests.push_back(list.items[i].text);
  }
  if (tests.tests.empty()) return Wrong("there is no test");
  task->tests = std::move(tests);
  return absl::OkStatus();
}

absl::Status ParseObject(const CodeValue& object, CodeTask* task) {
  WHET_ASSIGN_OR_RETURN(task->language, GetStringOr(object, "language", task->language));
  WHET_RETURN_IF_ERROR(ParseLimits(object, task));
  CodeValue storage;
  if (FindValue(object, "tests") != nullptr) {
    WHET_ASSIGN_OR_RETURN(const CodeValue* tests, GetList(object, "tests", &storage));
    return ParseTests(object, *tests, task);
  }
  if (FindValue(object, "inputs") != nullptr) return ParseInputsOutputs(object, task);
  if (FindValue(object, "test_list") != nullptr) {
    WHET_ASSIGN_OR_RETURN(const CodeValue* list, GetList(object, "test_list", &storage));
    return ParseTestList(object, *list, task);
  }
  for (const string_view key : {"test_code", "test"}) {
    if (FindValue(object, key) != nullptr) return ParseScript(object, key, task);
  }
  return Wrong("there is no test: none of tests, inputs, test_list, test_code and test");
}

absl::Status CheckMode(const CodeValue& object, const CodeTask& task) {
  constexpr string_view kModes[] = {"stdin", "call", "assert_script"};
  const string_view found = kModes[task.tests.index()];
  WHET_ASSIGN_OR_RETURN(const std::string mode, GetStringOr(object, "mode", found));
  if (mode == found) return absl::OkStatus();
  return Wrong(absl::StrCat("\"mode\" is ", Excerpt(mode), ", but the tests are of ", found));
}

// A value that is not equal to itself is a test that nobody passes.
absl::Status CheckPassable(const CodeTask& task) {
  const auto check = [](size_t index, const absl::StatusOr<CheckResult>& result) {
    if (!result.ok()) return Annotate(result.status(), TestName(index));
    if (result->equal) return absl::OkStatus();
    return Wrong(absl::StrCat(TestName(index), " can never be passed: ", result->why));
  };
  if (const auto* calls = std::get_if<CallTests>(&task.tests)) {
    for (size_t i = 0; i < calls->tests.size(); ++i) {
      for (const std::string& accepted : calls->tests[i].accepted_json) {
        WHET_RETURN_IF_ERROR(
            check(i, CompareValues(accepted, accepted, {.tolerance = calls->tolerance})));
      }
    }
  }
  if (const auto* runs = std::get_if<StdinTests>(&task.tests)) {
    if (std::holds_alternative<ProgramChecker>(runs->checker)) return absl::OkStatus();
    for (size_t i = 0; i < runs->tests.size(); ++i) {
      const std::string& expected = runs->tests[i].expected_stdout;
      WHET_RETURN_IF_ERROR(check(i, CheckOutput(runs->checker, expected, expected)));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<CodeTask> ParseText(string_view text);

absl::StatusOr<CodeTask> ParseValue(const CodeValue& value) {
  CodeTask task;
  if (value.kind == Kind::kString) return ParseText(value.text);
  if (value.kind == Kind::kDict) {
    WHET_RETURN_IF_ERROR(ParseObject(value, &task));
    WHET_RETURN_IF_ERROR(CheckMode(value, task));
  } else {
    WHET_RETURN_IF_ERROR(CheckKind(value, Kind::kList, "they"));
    const bool asserts = !value.items.empty() && value.items.front().kind == Kind::kString;
    WHET_RETURN_IF_ERROR(asserts ? ParseTestList(value, value, &task)
                                 : ParseTests(value, value, &task));
  }
  WHET_RETURN_IF_ERROR(CheckPassable(task));
  return task;
}

absl::StatusOr<CodeTask> ParseText(string_view text) {
  const absl::StatusOr<CodeValue> value = ParseCodeValue(text, kTaskLimits);
  if (value.ok()) return ParseValue(*value);
  // Asserts in a function that nobody calls would pass every program.
  const bool checks = HasLine(text, "def check(") && HasLine(text, "check(");
  const bool asserts = checks || HasLine(text, "assert ") || HasLine(text, "assert(");
  if (!asserts || !IsUtf8(text)) return Annotate(value.status(), "neither JSON nor asserts");
  CodeTask task;
  task.tests.emplace<AssertTests>().tests.emplace_back(text);
  return task;
}

}  // namespace

absl::StatusOr<CodeTask> ParseCodeTask(string_view ground_truth) {
  absl::StatusOr<CodeTask> task = ParseText(ground_truth);
  if (!task.ok()) return Annotate(task.status(), "the tests of the task");
  if (TestCount(*task) <= kTaskTestsMax) return task;
  return Wrong(absl::StrCat("the tests of the task: ", TestCount(*task), "; at most ",
                            kTaskTestsMax, " are allowed"));
}

size_t TestCount(const CodeTask& task) {
  return std::visit([](const auto& kind) { return kind.tests.size(); }, task.tests);
}

absl::StatusOr<CheckResult> CheckOutput(const OutputChecker& checker, string_view expected,
                                        string_view actual) {
  if (const auto* options = std::get_if<CheckerOptions>(&checker)) {
    return sandbox::Check(*options, expected, actual);
  }
  if (const auto* json = std::get_if<JsonChecker>(&checker)) {
    return CompareValues(expected, actual,
                         {.tolerance = json->tolerance, .claim_bytes_max = kTaskBytesMax});
  }
  return Wrong("this output is judged by a program");
}

}  // namespace whet
