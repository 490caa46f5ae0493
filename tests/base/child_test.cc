#include "base/child.h"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/child_codec.h"
#include "base/child_pool.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace whet {
namespace {

using ::testing::HasSubstr;

constexpr absl::Duration kLong = absl::Minutes(5);          // Never reached by a test that passes.
constexpr absl::Duration kShort = absl::Milliseconds(300);  // Always reached by a hanging program.

// tests/programs/child_program.cc, which CMake builds beside this test.
ChildOptions Program(std::vector<std::string> arguments = {}) {
  ChildOptions options;
  options.name = "program";
  options.command.argv = {WHET_CHILD_PROGRAM};
  for (std::string& argument : arguments) options.command.argv.push_back(std::move(argument));
  options.backoff_min = absl::Milliseconds(1);
  return options;
}

// Keeps answers until the test asks for them.
class Answers {
 public:
  Child::Done Keep(size_t index) {
    return [this, index](absl::StatusOr<std::string> answer) {
      MutexLock lock(&mu_);
      if (answers_.size() <= index) answers_.resize(index + 1);
      answers_[index] = std::move(answer);
      ++count_;
      arrived_.NotifyAll();
    };
  }

  std::vector<absl::StatusOr<std::string>> Await(size_t count) {
    MutexLock lock(&mu_);
    while (count_ < count) arrived_.Wait(&mu_);
    return answers_;
  }

 private:
  Mutex mu_;
  CondVar arrived_;
  size_t count_ ABSL_GUARDED_BY(mu_) = 0;
  std::vector<absl::StatusOr<std::string>> answers_ ABSL_GUARDED_BY(mu_);
};

bool Exists(pid_t pid) { return kill(pid, 0) == 0 || errno != ESRCH; }

pid_t PidOf(Child& child) {
  int pid = 0;
  EXPECT_TRUE(absl::SimpleAtoi(child.Call("pid", kLong).value_or("?"), &pid));
  return pid;
}

TEST(ChildTest, AnswersARequest) {
  Child child(Program());
  EXPECT_EQ(child.Call("echo hello", kLong).value_or("failed"), "hello");
}

TEST(ChildTest, CarriesAnyBytesBothWays) {
  Child child(Program());
  const std::string bytes("a\0b\n\xff", 5);
  EXPECT_EQ(child.Call("echo " + bytes, kLong).value(), bytes);
}

TEST(ChildTest, CarriesMoreThanASocketHolds) {
  Child child(Program());
  EXPECT_EQ(child.Call("big 20000000", kLong).value().size(), 20'000'000U);
  EXPECT_EQ(child.Call("echo " + std::string(20'000'000, 'y'), kLong).value().size(), 20'000'000U);
}

TEST(ChildTest, KeepsOneProcessFromRequestToRequest) {
  Child child(Program());
  EXPECT_EQ(child.Call("pid", kLong).value(), child.Call("pid", kLong).value());
}

TEST(ChildTest, AnswersRequestsOfManyThreads) {
  Child child(Program());
  std::vector<std::string> got(16);
  std::vector<std::thread> threads;
  threads.reserve(got.size());
  for (size_t i = 0; i < got.size(); ++i) {
    threads.emplace_back(
        [&, i] { got[i] = child.Call(absl::StrCat("echo ", i), kLong).value_or("failed"); });
  }
  for (std::thread& thread : threads) thread.join();
  for (size_t i = 0; i < got.size(); ++i) EXPECT_EQ(got[i], absl::StrCat(i));
}

TEST(ChildTest, TellsHowTheProgramDiedOfARequest) {
  Child child(Program());
  EXPECT_EQ(child.Call("say out of luck", kLong).value(), "said");
  const absl::Status status = child.Call("abort", kLong).status();
  EXPECT_TRUE(absl::IsAborted(status));
  EXPECT_THAT(status.message(), HasSubstr("was killed by signal 6 (Aborted)"));
  EXPECT_THAT(status.message(), HasSubstr("its last words: out of luck"));
}

TEST(ChildTest, TellsTheExitStatus) {
  Child child(Program());
  EXPECT_THAT(child.Call("exit 7", kLong).status().message(), HasSubstr("exited with status 7"));
}

TEST(ChildTest, StartsAgainAfterADeath) {
  Child child(Program());
  EXPECT_TRUE(absl::IsAborted(child.Call("abort", kLong).status()));
  EXPECT_EQ(child.Call("echo again", kLong).value(), "again");
}

TEST(ChildTest, StartsAgainWhenItDiesBetweenRequests) {
  Child child(Program());
  const pid_t first = PidOf(child);
  kill(first, SIGKILL);
  // Whether the death is seen before or after this request is sent, it blames at most this one.
  const absl::StatusOr<std::string> next = child.Call("pid", kLong);
  EXPECT_NE(next.value_or("died"), absl::StrCat(first));
  EXPECT_NE(PidOf(child), first);
}

TEST(ChildTest, KillsAProgramThatTakesTooLong) {
  Child child(Program());
  const pid_t pid = PidOf(child);
  const absl::Status status = child.Call("hang", kShort).status();
  EXPECT_TRUE(absl::IsDeadlineExceeded(status));
  EXPECT_THAT(status.message(), HasSubstr("no answer within 300ms"));
  EXPECT_FALSE(Exists(pid));
  EXPECT_EQ(child.Call("echo on", kLong).value(), "on");
}

TEST(ChildTest, ADeathCostsOneOfThePipelinedRequests) {
  ChildOptions options = Program();
  options.in_flight_max = 4;
  Answers answers;
  Child child(std::move(options));
  child.Submit("echo 0", kLong, answers.Keep(0));
  child.Submit("abort", kLong, answers.Keep(1));
  child.Submit("echo 2", kLong, answers.Keep(2));
  child.Submit("echo 3", kLong, answers.Keep(3));
  const auto got = answers.Await(4);
  EXPECT_EQ(got[0].value(), "0");
  EXPECT_TRUE(absl::IsAborted(got[1].status()));
  EXPECT_EQ(got[2].value(), "2");
  EXPECT_EQ(got[3].value(), "3");
}

TEST(ChildTest, AFarewellCostsNoRequest) {
  ChildOptions options = Program();
  options.in_flight_max = 3;
  Child child(options);
  Answers answers;
  child.Submit("farewell bye", kLong, answers.Keep(0));
  child.Submit("echo a", kLong, answers.Keep(1));
  child.Submit("farewell bye too", kLong, answers.Keep(2));
  const std::vector<absl::StatusOr<std::string>> got = answers.Await(3);
  EXPECT_EQ(got[0].value(), "bye");
  EXPECT_EQ(got[1].value(), "a");
  EXPECT_EQ(got[2].value(), "bye too");
}

TEST(ChildTest, ADeadlineCostsOneOfThePipelinedRequests) {
  ChildOptions options = Program();
  options.in_flight_max = 3;
  Answers answers;
  Child child(std::move(options));
  child.Submit("hang", kShort, answers.Keep(0));
  child.Submit("echo 1", kShort, answers.Keep(1));
  child.Submit("echo 2", kLong, answers.Keep(2));
  const auto got = answers.Await(3);
  EXPECT_TRUE(absl::IsDeadlineExceeded(got[0].status()));
  EXPECT_EQ(got[1].value(), "1");
  EXPECT_EQ(got[2].value(), "2");
}

TEST(ChildTest, ADeadlineCountsFromWhenTheRequestsBeforeAreAnswered) {
  Answers answers;
  Child child(Program());
  child.Submit("take 600", kLong, answers.Keep(0));
  child.Submit("take 100", absl::Milliseconds(500), answers.Keep(1));
  const auto got = answers.Await(2);
  EXPECT_EQ(got[0].value(), "took");
  EXPECT_EQ(got[1].value_or("late"), "took");
}

TEST(ChildTest, TriesSuspectsAloneWhereAnyMayBeToBlame) {
  ChildOptions options = Program();
  options.order = AnswerOrder::kAnyOrder;
  options.in_flight_max = 4;
  Answers answers;
  Child child(std::move(options));
  child.Submit("abort", kLong, answers.Keep(0));
  child.Submit("echo 1", kLong, answers.Keep(1));
  child.Submit("abort", kLong, answers.Keep(2));
  child.Submit("echo 3", kLong, answers.Keep(3));
  const auto got = answers.Await(4);
  EXPECT_TRUE(absl::IsAborted(got[0].status()));
  EXPECT_EQ(got[1].value(), "1");
  EXPECT_TRUE(absl::IsAborted(got[2].status()));
  EXPECT_EQ(got[3].value(), "3");
}

TEST(ChildTest, WhereAnyMayBeToBlameADeadlineCostsTheOneThatHangsAlone) {
  ChildOptions options = Program();
  options.order = AnswerOrder::kAnyOrder;
  options.in_flight_max = 4;
  Answers answers;
  Child child(std::move(options));
  child.Submit("echo 0", kLong, answers.Keep(0));
  child.Submit("hang", absl::Milliseconds(200), answers.Keep(1));
  child.Submit("echo 2", kLong, answers.Keep(2));
  child.Submit("echo 3", kLong, answers.Keep(3));
  const auto got = answers.Await(4);
  EXPECT_EQ(got[0].value(), "0");
  EXPECT_TRUE(absl::IsDeadlineExceeded(got[1].status()));
  EXPECT_EQ(got[2].value(), "2");
  EXPECT_EQ(got[3].value(), "3");
}

TEST(ChildTest, AnAnswerToAnyIsTimeForAllWhereAnyMayBeWorkedOn) {
  ChildOptions options = Program();
  options.order = AnswerOrder::kAnyOrder;
  options.in_flight_max = 8;
  Answers answers;
  Child child(std::move(options));
  // One after another: the last is answered after twice the timeout.
  for (size_t i = 0; i < 8; ++i) {
    child.Submit("take 300", absl::Seconds(2), answers.Keep(i));
  }
  for (const auto& got : answers.Await(8)) EXPECT_TRUE(got.ok()) << got.status();
}

TEST(ChildTest, GivesUpAProgramThatAnswersNothing) {
  ChildOptions options = Program();
  options.fruitless_max = 3;
  Child child(std::move(options));
  for (int i = 0; i < 3; ++i) {
    const bool dies = i == 1;
    const absl::Status status = child.Call(dies ? "abort" : "hang", kShort).status();
    EXPECT_EQ(status.code(),
              dies ? absl::StatusCode::kAborted : absl::StatusCode::kDeadlineExceeded);
  }
  const absl::Status status = child.Call("echo 1", kLong).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_THAT(status.message(), HasSubstr("gives no answers"));
}

TEST(ChildTest, GarbageIsAFailureAndNotAnAnswer) {
  Child child(Program());
  const absl::Status status = child.Call("garbage", kLong).status();
  EXPECT_TRUE(absl::IsAborted(status));
  EXPECT_THAT(status.message(), HasSubstr("a message of 4294967295 bytes"));
  EXPECT_EQ(child.Call("echo fine", kLong).value(), "fine");
}

TEST(ChildTest, AnAnswerAboveTheLimitIsRefused) {
  ChildOptions options = Program();
  options.answer_bytes_max = 1000;
  Child child(std::move(options));
  EXPECT_EQ(child.Call("big 1000", kLong).value().size(), 1000U);
  EXPECT_TRUE(absl::IsAborted(child.Call("big 1001", kLong).status()));
}

TEST(ChildTest, HangingUpIsAnEnd) {
  Child child(Program());
  EXPECT_TRUE(absl::IsAborted(child.Call("close", kLong).status()));
  EXPECT_EQ(child.Call("echo back", kLong).value(), "back");
}

TEST(ChildTest, WhatItPrintsCannotDisturbTheMessages) {
  Child child(Program());
  EXPECT_EQ(child.Call("print noise", kLong).value(), "printed");
  EXPECT_THAT(child.Call("abort", kLong).status().message(), HasSubstr("its last words: noise"));
}

TEST(ChildTest, ATalkativeProgramDoesNotBlock) {
  Child child(Program());
  // A pipe holds 64 KiB.
  EXPECT_EQ(child.Call("say " + std::string(1'000'000, 'z'), kLong).value(), "said");
  const absl::Status status = child.Call("abort", kLong).status();
  EXPECT_LT(status.message().size(), 5000U);
}

TEST(ChildTest, GivesUpAProgramThatIsNotThere) {
  ChildOptions options = Program();
  options.command.argv = {"/nonexistent/verifier"};
  Child child(std::move(options));
  const absl::Status status = child.WaitUntilReady();
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_THAT(status.message(), HasSubstr("cannot start /nonexistent/verifier"));
  EXPECT_TRUE(child.given_up());
  EXPECT_TRUE(absl::IsFailedPrecondition(child.Call("echo", kLong).status()));
}

TEST(ChildTest, GivesUpAProgramThatEndsBeforeItGreets) {
  ChildOptions options = Program({"fail"});
  options.first_start_attempts_max = 3;
  Child child(std::move(options));
  const absl::Status status = child.WaitUntilReady();
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_THAT(status.message(), HasSubstr("3 attempts"));
  EXPECT_THAT(status.message(), HasSubstr("exited with status 3; its last words: no licence"));
}

TEST(ChildTest, GivesUpAProgramThatNeverGreets) {
  ChildOptions options = Program({"mute"});
  options.first_start_attempts_max = 2;
  options.start_timeout = kShort;
  Child child(std::move(options));
  EXPECT_THAT(child.WaitUntilReady().message(), HasSubstr("no greeting within 300ms"));
}

TEST(ChildTest, GivesUpAProgramThatGreetsAndLeaves) {
  ChildOptions options = Program({"leave"});
  options.start_attempts_max = 3;
  Child child(std::move(options));
  while (!child.given_up()) std::this_thread::yield();
  EXPECT_THAT(child.Call("echo", kLong).status().message(), HasSubstr("exited with status 0"));
}

TEST(ChildTest, IsNotGivenUpForRequestsThatKillIt) {
  ChildOptions options = Program();
  options.start_attempts_max = 2;
  Child child(std::move(options));
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(absl::IsAborted(child.Call("abort", kLong).status()));
  EXPECT_EQ(child.Call("echo still", kLong).value(), "still");
}

TEST(ChildTest, HandsNoDescriptorsDown) {
  const UniqueFd leak(dup(STDERR_FILENO));  // Without O_CLOEXEC, as a library might.
  Child child(Program());
  const std::string fds = child.Call("fds", kLong).value();
  EXPECT_EQ(fds, "0 1 2 3");
}

TEST(ChildTest, RunsInAProcessGroupOfItsOwn) {
  Child child(Program());
  const pid_t pid = PidOf(child);
  EXPECT_EQ(getpgid(pid), pid);
}

TEST(ChildTest, EnvironmentChangesReachIt) {
  ChildOptions options = Program();
  options.command.environment = {"WHET_TEST_WORD=blue"};
  Child child(std::move(options));
  EXPECT_EQ(child.Call("env WHET_TEST_WORD", kLong).value(), "blue");
  EXPECT_NE(child.Call("env PATH", kLong).value(), "unset");
}

TEST(ChildTest, DestructionKillsItAndCancelsWhatIsOpen) {
  Answers answers;
  pid_t pid = 0;
  {
    Child child(Program());
    pid = PidOf(child);
    child.Submit("hang", kLong, answers.Keep(0));
  }
  EXPECT_TRUE(absl::IsCancelled(answers.Await(1)[0].status()));
  EXPECT_FALSE(Exists(pid));
}

TEST(ChildTest, ItsOwnChildrenDieWithIt) {
  UniqueFd grandchild;
  {
    Child child(Program());
    int pid = 0;
    ASSERT_TRUE(absl::SimpleAtoi(child.Call("fork", kLong).value(), &pid));
    grandchild.Reset(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
    ASSERT_TRUE(grandchild.valid());
  }
  // Readable as soon as the process is dead.
  pollfd dead{grandchild.get(), POLLIN, 0};
  EXPECT_EQ(poll(&dead, 1, static_cast<int>(absl::ToInt64Milliseconds(kLong))), 1);
}

// "ID TEXT" a line, over stdin and stdout, as other people's programs speak.
class LineCodec final : public ChildCodec {
 public:
  std::string Encode(const ChildMessage& message) const override {
    return absl::StrCat(message.id, " ", message.payload, "\n");
  }
  absl::StatusOr<std::optional<ChildMessage>> Decode(absl::string_view received, size_t,
                                                     size_t* consumed) const override {
    const size_t end = received.find('\n');
    if (end == absl::string_view::npos) return std::nullopt;
    *consumed = end + 1;
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(received.substr(0, end), absl::MaxSplits(' ', 1));
    uint64_t id = 0;
    if (!absl::SimpleAtoi(parts.first, &id)) return absl::InvalidArgumentError("not a number");
    return ChildMessage{id, parts.second};
  }
};

TEST(ChildTest, SpeaksLinesWithAProgramOverItsStdinAndStdout) {
  ChildOptions options;
  options.name = "script";
  options.command.argv = {"sh", "-c", "echo 0 ready; while read line; do echo \"$line!\"; done"};
  options.command.channel = ChildChannel::kStdio;
  options.codec = std::make_shared<LineCodec>();
  Child child(std::move(options));
  EXPECT_EQ(child.Call("one", kLong).value(), "one!");
  EXPECT_EQ(child.Call("two", kLong).value(), "two!");
}

TEST(ChildServerTest, RefusesToBeStartedByHand) {
  ChildOptions options;
  options.name = "shell";
  options.command.argv = {"sh", "-c", absl::StrCat(WHET_CHILD_PROGRAM, " 3</dev/null")};
  options.start_attempts_max = 1;
  Child child(std::move(options));
  EXPECT_THAT(child.WaitUntilReady().message(), HasSubstr("is started by whet, not by hand"));
}

TEST(ChildPoolTest, ASlowChildDelaysNobody) {
  ChildOptions options = Program();
  options.in_flight_max = 1;
  Answers hanging;
  Answers answers;
  ChildPool pool(options, 2);
  ASSERT_TRUE(pool.WaitUntilReady().ok());
  // While one of the two hangs, the other answers all the rest.
  pool.Submit("hang", kLong, hanging.Keep(0));
  for (size_t i = 0; i < 20; ++i) pool.Submit("echo x", kLong, answers.Keep(i));
  for (const absl::StatusOr<std::string>& answer : answers.Await(20)) {
    EXPECT_EQ(answer.value(), "x");
  }
}

TEST(ChildPoolTest, AChildThatWasGivenUpIsPassedOver) {
  ChildOptions options = Program();
  options.fruitless_max = 1;
  Answers answers;
  ChildPool pool(options, 2);
  ASSERT_TRUE(pool.WaitUntilReady().ok());
  EXPECT_TRUE(absl::IsAborted(pool.Call("abort", kLong).status()));
  for (size_t i = 0; i < 20; ++i) pool.Submit("echo x", kLong, answers.Keep(i));
  for (const absl::StatusOr<std::string>& answer : answers.Await(20)) {
    EXPECT_EQ(answer.value_or("given up"), "x");
  }
}

TEST(ChildPoolTest, QueuedRequestsSurviveTheDeathOfEveryChild) {
  Answers answers;
  ChildPool pool(Program(), 2);
  for (size_t i = 0; i < 20; ++i) {
    pool.Submit(i % 5 == 0 ? "abort" : "echo fine", kLong, answers.Keep(i));
  }
  const auto got = answers.Await(20);
  for (size_t i = 0; i < 20; ++i) {
    if (i % 5 == 0) {
      EXPECT_TRUE(absl::IsAborted(got[i].status())) << i;
    } else {
      EXPECT_EQ(got[i].value_or("failed"), "fine") << i;
    }
  }
}

TEST(ChildPoolTest, DestructionCancelsWhatIsQueued) {
  Answers answers;
  {
    ChildOptions options = Program();
    options.in_flight_max = 1;
    ChildPool pool(options, 1);
    for (size_t i = 0; i < 3; ++i) pool.Submit("hang", kLong, answers.Keep(i));
  }
  for (const absl::StatusOr<std::string>& answer : answers.Await(3)) {
    EXPECT_TRUE(absl::IsCancelled(answer.status()));
  }
}

}  // namespace
}  // namespace whet
