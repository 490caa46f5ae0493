#include "sandbox/jail_executor.h"

#include <unistd.h>

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/sandbox/jail_fixture.h"

namespace whet::sandbox {
namespace {

using ::testing::HasSubstr;

class JailExecutorTest : public JailTest {};

TEST_P(JailExecutorTest, RunsAProgram) {
  const Report report = Python("print(input()[::-1])", WithInput("abc\n"));
  EXPECT_EQ(report.ending, Ending::kOk);
  EXPECT_EQ(report.output, "cba\n");
  EXPECT_EQ(report.isolation.control, GetParam().control);
  EXPECT_EQ(report.isolation.zygote, GetParam().python_zygote);
  EXPECT_TRUE(report.isolation.namespaces);
  EXPECT_GT(report.cpu, absl::ZeroDuration());
  EXPECT_GT(report.peak_bytes, 1 << 20);
}

TEST_P(JailExecutorTest, TellsExitStatusAndSignal) {
  const Report failed = Python("import sys\nprint('x', file=sys.stderr)\nsys.exit(7)");
  EXPECT_EQ(failed.ending, Ending::kFailed);
  EXPECT_EQ(failed.exit_status, 7);
  EXPECT_EQ(failed.error_output, "x\n");
  const Report killed = Python("import os\nos.abort()");
  EXPECT_EQ(killed.ending, Ending::kSignal);
  EXPECT_EQ(killed.signal, SIGABRT);
}

TEST_P(JailExecutorTest, CountsCpuTimeOfAllProcessesTogether) {
  Invocation run;
  run.limits.cpu = absl::Milliseconds(300);
  const Report report = Python("import os\nos.fork()\nos.fork()\nwhile True: pass", run);
  EXPECT_EQ(report.ending, Ending::kCpuLimit);
}

TEST_P(JailExecutorTest, EndsWhoSleepsAtTheWallLimit) {
  Invocation run;
  run.limits.wall = absl::Milliseconds(300);
  const Report report = Python("import time\ntime.sleep(100)", run);
  EXPECT_EQ(report.ending, Ending::kWallLimit);
}

TEST_P(JailExecutorTest, CountsMemoryOfAllProcessesTogether) {
  Invocation run;
  run.limits.memory_bytes = int64_t{96} << 20;
  const Report report = Python(
      "import os,time\n"
      "for i in range(4):\n"
      "  if os.fork() == 0:\n"
      "    b = bytearray(40 << 20)\n"
      "    time.sleep(1)\n"
      "    os._exit(0)\n"
      "os.wait()\n",
      run);
  EXPECT_EQ(report.ending, Ending::kMemoryLimit);
}

TEST_P(JailExecutorTest, CountsFilesAsMemory) {
  Invocation run;
  run.limits.memory_bytes = int64_t{64} << 20;
  run.limits.scratch_bytes = int64_t{256} << 20;
  const Report report = Python(
      "import time\n"
      "for i in range(10):\n"
      "  open(str(i), 'wb').write(bytes(10 << 20))\n"
      "  time.sleep(0.05)\n",
      run);
  EXPECT_EQ(report.ending, Ending::kMemoryLimit);
}

TEST_P(JailExecutorTest, CountsSharedMemory) {
  Invocation run;
  run.limits.memory_bytes = int64_t{64} << 20;
  const std::string begin =
      "import ctypes, mmap, time\n"
      "libc = ctypes.CDLL(None)\n"
      "libc.shmat.restype = ctypes.c_void_p\n";
  // Of System V, and anonymous.
  for (const char* fill :
       {"at = libc.shmat(libc.shmget(0, 100 << 20, 0o1600), None, 0)\n"
        "for i in range(100): ctypes.memset(at + (i << 20), 1, 1 << 20); time.sleep(0.01)\n",
        "m = mmap.mmap(-1, 100 << 20)\n"
        "for i in range(100): m.write(b'x' * (1 << 20)); time.sleep(0.01)\n",
        // Full, but not at hand.
        "kept = []\n"
        "for i in range(10):\n"
        "  kept.append(mmap.mmap(-1, 10 << 20))\n"
        "  kept[-1].write(b'x' * (10 << 20))\n"
        "  kept[-1].madvise(mmap.MADV_DONTNEED)\n"
        "  time.sleep(0.05)\n"
        "time.sleep(1)\n",
        // In messages that nobody takes.
        "text = ctypes.create_string_buffer(9000)\n"
        "text.raw = b'\\1' * 9000\n"
        "for i in range(5000):\n"
        "  queue = libc.msgget(0, 0o1600)\n"
        "  while libc.msgsnd(queue, text, 8000, 0o4000) == 0: pass\n"
        "time.sleep(1)\n"}) {
    const Report report = Python(begin + fill, run);
    EXPECT_EQ(report.ending, Ending::kMemoryLimit) << fill << report.error_output;
  }
}

TEST_P(JailExecutorTest, LimitsFiles) {
  Invocation run;
  run.limits.file_bytes = 1 << 20;
  run.limits.scratch_files = 100;
  const Report report = Python(
      "import os\n"
      "try: open('a', 'wb', 0).write(bytes(2 << 20)); open('a', 'ab', 0).write(b'x')\n"
      "except OSError: print(os.path.getsize('a'))\n"
      "try:\n"
      "  for i in range(200): open(str(i), 'w')\n"
      "except OSError: print(i < 100)\n",
      run);
  EXPECT_EQ(report.output, "1048576\nTrue\n") << report.error_output;
}

TEST_P(JailExecutorTest, LeavesNoObjectsBehind) {
  const std::string source =
      "import ctypes\n"
      "libc = ctypes.CDLL(None)\n"
      "print(libc.shmget(77, 4096, 0), libc.msgget(77, 0), libc.semget(77, 1, 0))\n"
      "assert libc.shmget(77, 4096, 0o1600) >= 0 and libc.msgget(77, 0o1600) >= 0\n"
      "assert libc.semget(77, 1, 0o1600) >= 0\n";
  for (int i = 0; i < 3; ++i) {
    const Report report = Python(source);
    EXPECT_EQ(report.output, "-1 -1 -1\n") << report.error_output;
  }
}

TEST_P(JailExecutorTest, DoesNotCountWhatIsOnlyReserved) {
  const Report report = Python(
      "import mmap\nmmap.mmap(-1, 1 << 40, mmap.MAP_PRIVATE | "
      "mmap.MAP_ANONYMOUS | mmap.MAP_NORESERVE, 0)\nprint(1)");
  EXPECT_NE(report.ending, Ending::kMemoryLimit);
}

TEST_P(JailExecutorTest, EndsWhoPrintsTooMuch) {
  Invocation run;
  run.limits.output_bytes = 1000;
  const Report report = Python("while True: print('x' * 100)", run);
  EXPECT_EQ(report.ending, Ending::kOutputLimit);
  EXPECT_EQ(report.output.size(), 1000);
}

TEST_P(JailExecutorTest, LimitsProcesses) {
  Invocation run;
  run.limits.processes = 5;
  const Report report = Python(
      "import os,time\n"
      "n = 1\n"
      "try:\n"
      "  while os.fork(): n += 1\n"
      "  time.sleep(1)\n"
      "  os._exit(0)\n"
      "except OSError: print(n)\n",
      run);
  EXPECT_EQ(report.output, "5\n");
}

TEST_P(JailExecutorTest, EndsWithTheProgramWhateverItLeftBehind) {
  const Report report = Python(
      "import os,time\n"
      "if os.fork() == 0:\n"
      "  os.setsid()\n"
      "  time.sleep(30)\n"
      "print(5, flush=True)\n"
      "os._exit(0)\n");
  EXPECT_EQ(report.ending, Ending::kOk);
  EXPECT_EQ(report.output, "5\n");
}

TEST_P(JailExecutorTest, ShowsNothingOfThisMachine) {
  const Report report = Python(
      "import os,socket\n"
      "print([d for d in sorted(os.listdir('/')) if d[:3] != 'lib'], os.listdir('/tmp'), "
      "os.getuid(), socket.gethostname())\n"
      "print([p for p in os.listdir('/proc') if p.isdigit()])\n"
      "print(sorted(os.environ))\n"
      "print(os.listdir('/proc/self/fd'))\n");
  EXPECT_EQ(report.output,
            "['bin', 'dev', 'etc', 'proc', 'sbin', 'tmp', 'usr', 'var'] "
            "['main.py'] 1000 sbx\n"
            "['1', '2']\n"
            "['HOME', 'LANG', 'PATH', 'PYTHONHASHSEED', 'TMPDIR']\n"
            "['0', '1', '2', '3']\n");
}

TEST_P(JailExecutorTest, HoldsNothingOfOurEnvironment) {
  setenv("WHET_TEST_SECRET", "hunter2", 1);
  SetUp();  // Another executor.
  unsetenv("WHET_TEST_SECRET");
  const Report report = Python(
      "print(b'WHET_TEST' in open('/proc/self/environ', 'rb').read())\n"
      "memory = open('/proc/self/mem', 'rb', 0)\n"
      "word = b'WHET_TEST_' + b'SECRET='\n"
      "for line in open('/proc/self/maps'):\n"
      "  if '[stack]' in line:\n"
      "    begin, end = (int(word, 16) for word in line.split()[0].split('-'))\n"
      "    memory.seek(begin)\n"
      "    print(word in memory.read(end - begin))\n");
  EXPECT_EQ(report.output, "False\nFalse\n") << report.error_output;
}

TEST_P(JailExecutorTest, LetsNobodyLimitTheJail) {
  const Report report = Python(
      "import os, resource\n"
      "print(resource.prlimit(0, resource.RLIMIT_NOFILE)[0])\n"
      "for pid in (1, os.getppid()):\n"
      "  try: resource.prlimit(pid, resource.RLIMIT_CPU, (0, 0))\n"
      "  except PermissionError: print('no')\n"
      "for name in ('nice', 'sched_setaffinity', 'sched_setscheduler'):\n"
      "  arguments = {'nice': (5,), 'sched_setaffinity': (0, {0}),\n"
      "               'sched_setscheduler': (0, os.SCHED_IDLE, os.sched_param(0))}[name]\n"
      "  try: getattr(os, name)(*arguments)\n"
      "  except PermissionError: print('no')\n");
  EXPECT_EQ(report.output, "256\nno\nno\nno\nno\nno\n") << report.error_output;
}

TEST_P(JailExecutorTest, LetsNobodyTalkToANetwork) {
  const Report report = Python(
      "import socket\n"
      "for family in (socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK, 40):\n"
      "  try: socket.socket(family, socket.SOCK_STREAM if family != 16 else socket.SOCK_RAW)\n"
      "  except PermissionError: print('no')\n");
  EXPECT_EQ(report.output, "no\nno\nno\nno\n");
}

TEST_P(JailExecutorTest, LetsNobodyMakeNamespacesOrTrace) {
  const Report report = Python(
      "import ctypes\n"
      "libc = ctypes.CDLL(None, use_errno=True)\n"
      "for number, argument in ((272, 0x10000000), (101, 0), (165, 0), (435, 0), (425, 1)):\n"
      "  libc.syscall(number, argument, 0, 0, 0, 0)\n"
      "  print(ctypes.get_errno())\n"
      "# bpf, add_key, keyctl, init_module, kexec_load, clock_settime, perf_event_open, setns,\n"
      "# userfaultfd, process_vm_readv, settimeofday, swapon, chroot, quotactl\n"
      "for number in 321, 248, 250, 175, 246, 227, 298, 308, 323, 310, 164, 167, 161, 179:\n"
      "  assert libc.syscall(number, 0, 0, 0, 0, 0) == -1 and ctypes.get_errno() == 1, number\n");
  // unshare, ptrace, mount, io_uring_setup: EPERM; clone3, whose flags no filter sees: ENOSYS.
  EXPECT_EQ(report.output, "1\n1\n1\n38\n1\n");
  EXPECT_EQ(report.error_output, "");
}

TEST_P(JailExecutorTest, KeepsTheSystemAsItIs) {
  const Report report = Python(
      "for path in ('/x', '/usr/x', '/etc/x', '/dev/x', '/var/x', '/proc/sys/kernel/hostname'):\n"
      "  try: open(path, 'w')\n"
      "  except OSError: print('no')\n");
  EXPECT_EQ(report.output, "no\nno\nno\nno\nno\nno\n");
}

TEST_P(JailExecutorTest, EachRunHasItsOwnFiles) {
  const std::string source =
      "import os\n"
      "print(os.path.exists('left'))\n"
      "open('left', 'w').write('x')\n"
      "open('main.py', 'w').write('print(1)')\n";
  EXPECT_EQ(Python(source).output, "False\n");
  EXPECT_EQ(Python(source).output, "False\n");
}

TEST_P(JailExecutorTest, CompilesAndRuns) {
  const Report report = executor_
                            ->Execute({"cpp",
                                       "#include <iostream>\nint main(){int a,b;std::cin>>a>>b;"
                                       "std::cout<<a+b<<'\\n';}"},
                                      WithInput("2 3"))
                            .value();
  EXPECT_EQ(report.ending, Ending::kOk) << report.error_output;
  EXPECT_EQ(report.output, "5\n");
}

TEST_P(JailExecutorTest, TellsWhatTheCompilerSays) {
  const Report report = executor_->Execute({"c", "int main({}"}, {}).value();
  EXPECT_EQ(report.ending, Ending::kCompileError);
  EXPECT_EQ(report.compile_ending, Ending::kFailed);
  EXPECT_THAT(report.error_output, HasSubstr("main.c:1:"));
}

TEST_P(JailExecutorTest, CompilersAreHeldToo) {
  const auto compile = [this](const std::string& language, const std::string& source) {
    return executor_->Execute({language, source}, {}).value();
  };
  const std::string bomb =
      "template <int N> struct A { using X = typename A<N - 1>::X; using Y = typename A<N - 2>::Y; "
      "static constexpr int v = A<N - 1>::v + A<N - 2>::v; };\n";
  for (const auto& [language, source] : std::vector<std::pair<std::string, std::string>>{
           {"c", "#include \"/dev/zero\"\nint main() {}"},
           {"c", "#include \"/etc/shadow\"\nint main() {}"},
           {"c", "int big[1 << 29] = {1};\nint main() { return big[5]; }"},
           {"cpp", "constexpr int f() { for (;;) {} return 0; }\nint x[f()];\nint main() {}"},
           {"cpp", bomb + "int main() { return A<1 << 20>::v; }"}}) {
    const Report report = compile(language, source);
    EXPECT_EQ(report.ending, Ending::kCompileError) << source;
    EXPECT_LE(report.error_output.size(), CompileLimits().output_bytes * 2);
  }
  EXPECT_EQ(compile("c", "int main() { return 3; }").exit_status, 3);  // And goes on.
}

TEST_P(JailExecutorTest, CollectsPlainFilesAndNothingElse) {
  const auto collect = [this](const std::string& source) {
    Invocation run;
    run.collected = {"missing", "d/out", "empty"};
    std::string text;
    for (const File& file :
         Python("import os\nos.makedirs('d', exist_ok=True)\n" + source, run).collected) {
      text += file.name + ":" + file.bytes + ";";
    }
    return text;
  };
  EXPECT_EQ(collect("open('d/out', 'w').write('x')\nopen('empty', 'w')"), "d/out:x;empty:;");
  EXPECT_EQ(collect("os.symlink('/etc/passwd', 'd/out')"), "");
  EXPECT_EQ(collect("os.rmdir('d')\nos.symlink('/etc', 'd')\n"), "");
  EXPECT_EQ(collect("os.mkfifo('d/out')"), "");
  EXPECT_EQ(collect("os.mkdir('d/out')"), "");
  EXPECT_EQ(collect("open('x', 'w').write('x')\nos.link('x', 'd/out')"), "");
}

TEST_P(JailExecutorTest, RefusesWhatCannotBe) {
  EXPECT_THAT(executor_->Execute({"cobol", ""}, {}).status().message(),
              HasSubstr("there is no language cobol; there are python, c, cpp, bash"));
  const std::string large(static_cast<size_t>(kSourceBytesMax) + 1, 'x');
  EXPECT_THAT(executor_->Execute({"python", large}, {}).status().message(),
              HasSubstr("a source of 16777217 bytes"));
  Invocation run;
  run.limits.processes = 0;
  EXPECT_TRUE(absl::IsInvalidArgument(executor_->Execute({"c", "x"}, run).status()));
  EXPECT_EQ(Python("print(1)").output, "1\n");  // And goes on.
}

TEST_P(JailExecutorTest, SeveralRunAtATime) {
  std::vector<std::future<absl::StatusOr<Report>>> reports;
  for (int i = 0; i < 8; ++i) {
    auto promise = std::make_shared<std::promise<absl::StatusOr<Report>>>();
    reports.push_back(promise->get_future());
    executor_->Submit(
        {"python", absl::StrCat("print(", i, ")")}, {},
        [promise](absl::StatusOr<Report> report) { promise->set_value(std::move(report)); });
  }
  for (int i = 0; i < 8; ++i) {
    EXPECT_EQ(reports[static_cast<size_t>(i)].get().value().output, absl::StrCat(i, "\n"));
  }
}

INSTANTIATE_TEST_SUITE_P(, JailExecutorTest, AllWays(), NameOfWay);

TEST(WeakIsolationTest, IsToldWithEveryReport) {
  JailExecutorOptions options;
  options.jails = 1;
  options.control = ResourceControl::kPolling;  // What an ordinary user has.
  options.force_weak_isolation = true;
  const std::unique_ptr<Executor> executor = MakeJailExecutor(options).value();
  Invocation run;
  run.limits.wall = absl::Seconds(3);
  const Report report =
      executor
          ->Execute({"python",
                     "import os,time\n"
                     "if os.fork() == 0:\n"
                     "  os.setsid()\n"
                     "  time.sleep(60)\n"
                     "print(open('main.py').read()[:6], flush=True)\nos._exit(0)\n"},
                    run)
          .value();
  EXPECT_EQ(report.ending, Ending::kOk) << report.error_output;
  EXPECT_EQ(report.output, "import\n");
  EXPECT_FALSE(report.isolation.namespaces);
  EXPECT_THAT(IsolationText(report.isolation), HasSubstr("WEAK"));
}

TEST(JailLauncherTest, ThatIsMissingIsToldAtOnce) {
  JailExecutorOptions options;
  options.jails = 1;
  options.launcher = "/nowhere/whet-jail";
  EXPECT_THAT(MakeJailExecutor(options).status().message(), HasSubstr("/nowhere/whet-jail"));
}

}  // namespace
}  // namespace whet::sandbox
