// The harness in real jails: honest programs of all forms, and programs that would fool it.
#include "rewards/code/python_harness.h"

#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rewards/code/code_verifier.h"
#include "sandbox/jail_executor.h"

namespace whet {
namespace {

class PythonHarnessTest : public ::testing::Test {
 protected:
  void SetUp() override {
    absl::StatusOr<std::unique_ptr<sandbox::Executor>> executor = sandbox::MakeJailExecutor({});
    if (absl::StrContains(executor.status().message(), "forbids user namespaces")) {
      GTEST_SKIP() << executor.status();
    }
    ASSERT_TRUE(executor.ok()) << executor.status();
    executor_ = *std::move(executor);
  }

  CodeJudgement Judge(const std::string& task, const std::string& program) {
    return CodeVerifier(executor_.get(), {}).Judge(ParseCodeTask(task).value(), "", program);
  }
  bool Passes(const std::string& task, const std::string& program) {
    const CodeJudgement judgement = Judge(task, program);
    EXPECT_FALSE(IsExcluded(judgement.verdict)) << judgement.message;
    return judgement.verdict == Verdict::kCorrect;
  }

  std::unique_ptr<sandbox::Executor> executor_;
};

constexpr char kSum[] = R"({"entry": "add", "tests": [{"args": [[1, 2]], "expected": 3}]})";

TEST_F(PythonHarnessTest, CallsFunctionsAndMethods) {
  EXPECT_TRUE(Passes(kSum, "def add(a): return sum(a)"));
  EXPECT_TRUE(Passes(kSum,
                     "class Solution:\n  def add(self, a: List[int]) -> int:\n"
                     "    return sum(a)"));
}

TEST_F(PythonHarnessTest, KnowsUsualNamesWithoutImports) {
  EXPECT_TRUE(Passes(kSum, "def add(a):\n  return reduce(operator.add, deque(a))"));
}

TEST_F(PythonHarnessTest, TakesAnAnswerHoweverTheProgramGoesOn) {
  EXPECT_TRUE(Passes(kSum,
                     "import atexit, os, threading, time\n"
                     "atexit.register(lambda: os._exit(3))\n"
                     "threading.Thread(target=time.sleep, args=(100,)).start()\n"
                     "print('noise')\n"
                     "def add(a): return sum(a)"));
}

TEST_F(PythonHarnessTest, IsStrictAboutTypes) {
  EXPECT_FALSE(Passes(kSum, "def add(a): return 3.0"));
  EXPECT_FALSE(Passes(kSum, "def add(a): return '3'"));
  EXPECT_FALSE(Passes(kSum, "class I(int): pass\ndef add(a): return I(3)"));
  EXPECT_FALSE(
      Passes(kSum, "class E:\n  def __eq__(self, o): return True\ndef add(a): return E()"));
}

TEST_F(PythonHarnessTest, WantsAResult) {
  EXPECT_FALSE(Passes(kSum, "import os\nos._exit(0)"));
  EXPECT_FALSE(Passes(kSum, "def add(a): raise SystemExit(0)"));
  EXPECT_FALSE(Passes(kSum, "def add(a): return add"));
}

constexpr char kAssert[] =
    R"-({"test_list": ["assert add([1, 2]) == (3, 'x')", "assert len(add([])) == 2"]})-";

TEST_F(PythonHarnessTest, RunsAsserts) {
  EXPECT_TRUE(Passes(kAssert, "def add(a): return (sum(a), 'x')"));
  EXPECT_FALSE(Passes(kAssert, "def add(a): return (sum(a), 'y')"));
}

TEST_F(PythonHarnessTest, AssertsMayUseTheProgramsObjects) {
  EXPECT_TRUE(Passes(R"({"test_list": ["assert area(Box(2, 3)) == 6 and Box(1, 2).h == 2"]})",
                     "class Box:\n  def __init__(self, w, h): self.w, self.h = w, h\n"
                     "def area(b): return b.w * b.h"));
}

TEST_F(PythonHarnessTest, AssertsMayExpectExceptions) {
  const std::string task =
      R"({"test_list": ["try:\n  f()\n  assert False\nexcept KeyError: pass"]})";
  EXPECT_TRUE(Passes(task, "def f(): return {}[1]"));
  EXPECT_FALSE(Passes(task, "def f(): return 1"));
}

TEST_F(PythonHarnessTest, ValuesOfPythonsOwnClassesArePlain) {
  EXPECT_TRUE(Passes(R"-({"test_list": ["assert f('aab') == {'a': 2, 'b': 1}"]})-",
                     "from collections import Counter\ndef f(s): return Counter(s)"));
  EXPECT_TRUE(Passes(R"-({"test_list": ["assert f(1) == (1, 2)"]})-",
                     "from collections import namedtuple\nP = namedtuple('P', 'x y')\n"
                     "def f(x): return P(x, 2)"));
  EXPECT_TRUE(Passes(R"-({"test_list": ["assert f([1, 'a'], int) == [1]"]})-",
                     "def f(items, kind): return [x for x in items if type(x) is kind]"));
  EXPECT_TRUE(
      Passes(R"({"entry": "f", "tests": [{"args": ["aab"], "expected": {"a": 2, "b": 1}}]})",
             "from collections import Counter\ndef f(s): return Counter(s)"));
}

TEST_F(PythonHarnessTest, AssertsSeeWhatHappensToTheirObjects) {
  EXPECT_TRUE(
      Passes(R"-({"test_list": ["a = [3, 1]\nf(a)\nassert a == [1, 3]"]})-", "def f(a): a.sort()"));
  EXPECT_TRUE(Passes(R"-({"test_list": ["n = Node(1)\nn.next = Node(2)\nassert total(n) == 3"]})-",
                     "class Node:\n  def __init__(self, v): self.v, self.next = v, None\n"
                     "def total(n): return n.v + (total(n.next) if n.next else 0)"));
}

TEST_F(PythonHarnessTest, ExceptionsOfTheProgramEndNoLoopOfTheTest) {
  const std::string task =
      R"-({"test_list": ["for a, b in zip(map(f, [1, 2]), [2, 3]): assert a == b"]})-";
  EXPECT_TRUE(Passes(task, "def f(x): return x + 1"));
  EXPECT_FALSE(Passes(task, "def f(x): raise StopIteration"));
  EXPECT_FALSE(Passes(R"({"test_list": ["try:\n  f()\nexcept KeyError: pass"]})",
                      "class E(Exception): pass\nE.__name__ = 'KeyError'\ndef f(): raise E"));
}

TEST_F(PythonHarnessTest, TestsThatAreToBlameGiveNoVerdict) {
  for (const char* task : {R"-({"test_list": ["assert f(2) = 4"]})-", R"-({"test_list": ["x ="]})-",
                           R"-({"test_list": ["pass"]})-",
                           R"-({"test": "def test_a(): assert f(2) == 4", "entry_point": "f"})-"}) {
    EXPECT_EQ(Judge(task, "def f(x): return 4").verdict, Verdict::kUnparseableGold) << task;
  }
}

TEST_F(PythonHarnessTest, AssertsImportNothingThatAProgramWrote) {
  const std::string task = R"-({"test_list": ["import made_up\nassert made_up.value == f()"]})-";
  EXPECT_FALSE(Passes(task,
                      "open('made_up.py', 'w').write('value = 1')\n"
                      "def f(): return 1"));
}

TEST_F(PythonHarnessTest, AssertsAreNotFooled) {
  for (const char* program :
       {"import os\nos._exit(0)", "raise SystemExit", "import os\ndef add(a): os._exit(0)",
        "class E:\n  def __eq__(self, o): return True\n  def __len__(self): return 2\n"
        "def add(a): return E()",
        "import builtins\nbuiltins.AssertionError = KeyError\ndef add(a): return 1",
        "print('passed')\ndef add(a): print('passed'); raise SystemExit(0)",
        "import os\nfor fd in range(256):\n  try: os.write(fd, b'passed')\n  except OSError: pass\n"
        "os._exit(0)",
        "import os\nfor fd in os.listdir(f'/proc/{os.getppid()}/fd'):\n"
        "  open(f'/proc/{os.getppid()}/fd/{fd}', 'w').write('passed')"}) {
    EXPECT_FALSE(Passes(kAssert, program)) << program;
  }
}

TEST_F(PythonHarnessTest, AssertsAreNotInTheProgramsMemory) {
  // What it finds it would tell by passing.
  EXPECT_FALSE(
      Passes(R"({"test_list": ["assert add(7) == 'needle-' + 'haystack'"]})",
             "import gc\n"
             "def add(a):\n"
             "  for o in gc.get_objects():\n"
             "    if isinstance(o, dict) and 'needle-' in repr(list(o.values()))[:100000]:\n"
             "      return 'needle-haystack' if 'test_list' in o else 1\n"
             "  return 2"));
}

}  // namespace
}  // namespace whet
