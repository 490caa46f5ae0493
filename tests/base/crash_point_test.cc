#include "base/crash_point.h"

#include <signal.h>

#include <cstdlib>

#include "gtest/gtest.h"

namespace whet {
namespace {

using ::testing::ExitedWithCode;
using ::testing::KilledBySignal;

// Passes "a:one" twice and "a:two" once in a process of its own, in which `armed` is set.
[[noreturn]] void PassAll(const char* armed) {
  setenv("WHET_CRASH_POINT", armed, 1);
  CrashPoint("a:one");
  CrashPoint("a:two");
  CrashPoint("a:one");
  std::_Exit(0);
}

// Each death in a new process, which has not read the variable yet.
class CrashPointTest : public ::testing::Test {
 protected:
  CrashPointTest() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(CrashPointTest, KillsAtTheArmedPoint) {
  EXPECT_EXIT(PassAll("a:two"), KilledBySignal(SIGKILL), "");
}

TEST_F(CrashPointTest, PassesPointsThatAreNotArmed) {
  EXPECT_EXIT(PassAll("a:three"), ExitedWithCode(0), "");
  EXPECT_EXIT(PassAll(""), ExitedWithCode(0), "");
}

TEST_F(CrashPointTest, KillsAtThePassThatIsAskedFor) {
  EXPECT_EXIT(PassAll("a:one:2"), KilledBySignal(SIGKILL), "");
  EXPECT_EXIT(PassAll("a:one:3"), ExitedWithCode(0), "");
}

}  // namespace
}  // namespace whet
