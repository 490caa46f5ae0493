// Python programs in jails: started, and forked from one that runs.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/sandbox/jail_fixture.h"

namespace whet::sandbox {
namespace {

using ::testing::HasSubstr;

class JailPythonTest : public JailTest {};

TEST_P(JailPythonTest, PythonProgramsFindWhatPythonGivesThem) {
  const Report report = Python(
      "import sys, pickle\n"
      "class A: pass\n"
      "print(sys.argv, __name__, __file__, type(pickle.loads(pickle.dumps(A()))).__name__)\n"
      "exit(4)\n");
  EXPECT_EQ(report.output, "['main.py'] __main__ main.py A\n");
  EXPECT_EQ(report.exit_status, 4);
  EXPECT_EQ(Python("1 +").ending, Ending::kFailed);
  EXPECT_THAT(Python("x = 1\nx.y").error_output, HasSubstr("File \"main.py\", line 2"));
}

TEST_P(JailPythonTest, PythonProgramsBeginAlike) {
  // Whether the interpreter was started for them or not.
  Invocation run = WithInput("1\n2\n");
  run.arguments = {"a", "\xff"};
  run.files = {{.name = "json.py", .bytes = "dumps = None\n"}};
  const Report report = Python(
      "import sys, os, json, threading, signal, random\n"
      "print(os.fsencode(sys.argv[2]), sys.executable, sys.flags.no_site, sys.path[0][:8])\n"
      "print(json.dumps([input(), sys.stdin.read()]), threading.active_count())\n"
      "print(signal.getsignal(signal.SIGPIPE), sys.stdout.isatty(), os.umask(0), os.getpid())\n",
      run);
  EXPECT_EQ(report.error_output, "");
  EXPECT_EQ(report.output,
            "b'\\xff' /usr/bin/python3 1 /usr/lib\n"
            "[\"1\", \"2\\n\"] 1\n"
            "1 False 63 2\n");
}

TEST_P(JailPythonTest, PythonFindsFilesBesideItBehindItsOwn) {
  Invocation run;
  run.files = {{.name = "json.py", .bytes = "raise SystemExit(1)"},
               {.name = "beside.py", .bytes = "value = 5"}};
  const Report report = Python("import json, beside\nprint(json.dumps(beside.value))", run);
  EXPECT_EQ(report.output, "5\n") << report.error_output;
}

TEST_P(JailPythonTest, PythonProgramsEndAlike) {
  Invocation run;
  run.collected = {"out"};
  const Report report = Python(
      "import atexit, threading, time\n"
      "class A:\n"
      "  def __init__(self, name): self.name = name\n"
      "  def __del__(self): print('del', self.name, word)\n"
      "def numbers():\n"
      "  try: yield 1\n"
      "  finally: print('generator')\n"
      "word = 'still here'\n"
      "a, b = A('a'), A('b')\n"
      "suspended = numbers()\n"
      "next(suspended)\n"
      "cycle = [A('c')]\n"
      "cycle.append(cycle)\n"
      "file = open('out', 'w')\n"
      "file.write('unflushed')\n"
      "atexit.register(print, 'atexit')\n"
      "threading.Thread(target=lambda: (time.sleep(0.05), print('thread'))).start()\n"
      "print('end', end='')\n",
      run);
  // As python3 prints it by itself.
  EXPECT_EQ(report.output,
            "endthread\natexit\ndel a still here\ndel b still here\ngenerator\n"
            "del c still here\n");
  EXPECT_EQ(report.error_output, "");
  ASSERT_EQ(report.collected.size(), 1);
  EXPECT_EQ(report.collected[0].bytes, "unflushed");
  EXPECT_EQ(Python("import sys\nsys.stdout.close()").exit_status, 0);
  EXPECT_EQ(Python("import os\nprint(1)\nos.close(1)").exit_status, 120);
  EXPECT_EQ(Python("raise SystemExit('no')").error_output, "no\n");
}

TEST_P(JailPythonTest, RunsOfOneProgramAreEqual) {
  const std::string source = "print({str(i) for i in range(100)}, hash('x'))";
  EXPECT_EQ(Python(source).output, Python(source).output);
}

TEST_P(JailPythonTest, PythonRecursesAsDeepAsMemoryLasts) {
  Invocation run;
  run.limits.memory_bytes = int64_t{1} << 30;
  // A level of each kind takes half a kilobyte of the first thread's stack: 150 MB in all.
  const Report report = Python(
      "import sys\n"
      "sys.setrecursionlimit(10**6)\n"
      "def f(n): return 0 if n == 0 else max([n], key=lambda _: f(n - 1))\n"
      "print(f(250000))\n",
      run);
  EXPECT_EQ(report.output, "250000\n") << EndingName(report.ending) << report.error_output;
}

TEST_P(JailPythonTest, TakesSourcesThatAreNoText) {
  const Report report = Python(std::string("\xff\xfe\0 print(1)", 12));
  EXPECT_EQ(report.ending, Ending::kFailed);
}

INSTANTIATE_TEST_SUITE_P(, JailPythonTest, AllWays(), NameOfWay);

}  // namespace
}  // namespace whet::sandbox
