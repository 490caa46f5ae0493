#include "sandbox/command.h"

#include <cstdint>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace whet::sandbox {
namespace {

using ::testing::HasSubstr;

Command Valid() {
  Command command;
  command.argv = {"/usr/bin/python3", "main.py"};
  command.files = {{.name = "main.py", .bytes = "print(1)"}};
  return command;
}

std::string ErrorOf(const Command& command) {
  const absl::Status status = CheckCommand(command);
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  return std::string(status.message());
}

TEST(CommandTest, TakesAValidOne) { EXPECT_TRUE(CheckCommand(Valid()).ok()); }

TEST(CommandTest, RefusesProgramsWithoutAPath) {
  Command command = Valid();
  command.argv[0] = "python3";
  EXPECT_THAT(ErrorOf(command), HasSubstr("the path of a program"));
}

TEST(CommandTest, RefusesFilesOutsideOfTheDirectory) {
  for (const char* name : {"", "/etc/passwd", "../x", "a/../x", "a//b", "./x", "a/"}) {
    Command command = Valid();
    command.files[0].name = name;
    EXPECT_THAT(ErrorOf(command), HasSubstr("no path below the working directory")) << name;
    command = Valid();
    command.collected = {name};
    EXPECT_THAT(ErrorOf(command), HasSubstr("no path below the working directory")) << name;
  }
}

TEST(CommandTest, RefusesZeroBytesInWords) {
  Command command = Valid();
  command.argv.emplace_back("a\0b", 3);
  EXPECT_THAT(ErrorOf(command), HasSubstr("a word of the command contains a zero byte"));
}

TEST(CommandTest, RefusesTwoFilesOfOneName) {
  Command command = Valid();
  command.files.push_back(command.files[0]);
  EXPECT_THAT(ErrorOf(command), HasSubstr("two files are called main.py"));
}

TEST(CommandTest, RefusesLimitsOutOfRange) {
  Command command = Valid();
  command.limits.memory_bytes = 1;
  EXPECT_THAT(ErrorOf(command), HasSubstr("the limit of memory, 1, is not between 4194304 and"));
  command = Valid();
  command.limits.cpu = absl::ZeroDuration();
  EXPECT_THAT(ErrorOf(command), HasSubstr("the limit of CPU time, 0, is not between 1ms and 1h"));
  command = Valid();
  command.limits.wall = absl::InfiniteDuration();
  EXPECT_THAT(ErrorOf(command), HasSubstr("the limit of wall time, inf"));
  command = Valid();
  command.limits.processes = -1;
  EXPECT_THAT(ErrorOf(command), HasSubstr("the limit of processes, -1"));
}

TEST(CommandTest, RefusesWhatIsTooLarge) {
  Command command = Valid();
  command.input.resize(kCommandBytesMax);
  EXPECT_THAT(ErrorOf(command), HasSubstr("bytes; at most 100663296"));
}

}  // namespace
}  // namespace whet::sandbox
