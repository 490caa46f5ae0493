#include "sandbox/wire.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace whet::sandbox {
namespace {

using ::testing::ElementsAre;

TEST(WireTest, CommandsArriveAsTheyWere) {
  Command command;
  command.argv = {"/bin/cat", "a b"};
  command.environment = {"A=1"};
  command.files = {{.name = "x", .bytes = std::string("\0\xff", 2), .executable = true}};
  command.input = "in";
  command.collected = {"out", "d/out"};
  command.limits.cpu = absl::Milliseconds(1500);
  command.limits.processes = 7;
  const Command arrived = DecodeCommand(EncodeCommand(command)).value();
  EXPECT_THAT(arrived.argv, ElementsAre("/bin/cat", "a b"));
  EXPECT_THAT(arrived.environment, ElementsAre("A=1"));
  ASSERT_EQ(arrived.files.size(), 1);
  EXPECT_EQ(arrived.files[0].bytes, command.files[0].bytes);
  EXPECT_TRUE(arrived.files[0].executable);
  EXPECT_EQ(arrived.input, "in");
  EXPECT_EQ(arrived.collected, command.collected);
  EXPECT_EQ(arrived.limits.cpu, absl::Milliseconds(1500));
  EXPECT_EQ(arrived.limits.processes, 7);
}

TEST(WireTest, ReportsArriveAsTheyWere) {
  Report report;
  report.ending = Ending::kMemoryLimit;
  report.signal = 9;
  report.cpu = absl::Microseconds(3);
  report.output = "o";
  report.error_output = "e";
  report.isolation = {.control = ResourceControl::kCgroupV1, .namespaces = true, .landlock = 7};
  const Report arrived = DecodeAnswer(EncodeAnswer(report)).value();
  EXPECT_EQ(arrived.ending, Ending::kMemoryLimit);
  EXPECT_EQ(arrived.signal, 9);
  EXPECT_EQ(arrived.cpu, absl::Microseconds(3));
  EXPECT_EQ(arrived.output, "o");
  EXPECT_EQ(arrived.error_output, "e");
  EXPECT_EQ(IsolationText(arrived.isolation), "namespaces, cgroup-v1, landlock 7");
}

TEST(WireTest, FailuresArriveAsTheyWere) {
  const absl::Status status = absl::ResourceExhaustedError("no memory");
  EXPECT_EQ(DecodeAnswer(EncodeAnswer(status)).status(), status);
}

TEST(WireTest, RefusesWhatIsCutOrHasMore) {
  const std::string bytes = EncodeCommand({.argv = {"/bin/true"}});
  EXPECT_TRUE(DecodeCommand(bytes).ok());
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_TRUE(absl::IsInvalidArgument(DecodeCommand(bytes.substr(0, size)).status())) << size;
  }
  EXPECT_TRUE(absl::IsInvalidArgument(DecodeCommand(bytes + "x").status()));
}

TEST(WireTest, RefusesListsLongerThanTheirBytes) {
  std::string bytes = EncodeCommand({.argv = {"/bin/true"}});
  bytes[5] = 1;  // 2⁴⁰ words.
  EXPECT_TRUE(absl::IsInvalidArgument(DecodeCommand(bytes).status()));
}

}  // namespace
}  // namespace whet::sandbox
