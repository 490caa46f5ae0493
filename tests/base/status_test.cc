#include "base/status.h"

#include <cerrno>
#include <memory>

#include "base/check.h"
#include "gtest/gtest.h"

namespace whet {
namespace {

absl::StatusOr<int> Half(int n) {
  if (n % 2 != 0) return absl::InvalidArgumentError("odd");
  return n / 2;
}

absl::StatusOr<int> Quarter(int n) {
  WHET_ASSIGN_OR_RETURN(const int half, Half(n));
  WHET_ASSIGN_OR_RETURN(const int quarter, Half(half));
  return quarter;
}

absl::Status NeedsQuarter(int n) {
  WHET_RETURN_IF_ERROR(Quarter(n).status());
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<int>> Boxed(int n) { return std::make_unique<int>(n); }

TEST(StatusMacrosTest, AssignOrReturnGivesTheValue) { EXPECT_EQ(Quarter(8).value(), 2); }

TEST(StatusMacrosTest, AssignOrReturnGivesTheFirstError) {
  EXPECT_EQ(Quarter(6).status(), absl::InvalidArgumentError("odd"));
}

TEST(StatusMacrosTest, AssignOrReturnMovesValuesThatOnlyMove) {
  const auto unbox = []() -> absl::StatusOr<int> {
    WHET_ASSIGN_OR_RETURN(const std::unique_ptr<int> box, Boxed(5));
    return *box;
  };
  EXPECT_EQ(unbox().value(), 5);
}

TEST(StatusMacrosTest, ReturnIfErrorPassesErrorsOnly) {
  EXPECT_TRUE(NeedsQuarter(4).ok());
  EXPECT_EQ(NeedsQuarter(2), absl::InvalidArgumentError("odd"));
}

TEST(AnnotateTest, PutsTheContextFirst) {
  EXPECT_EQ(Annotate(absl::NotFoundError("no key"), "config.json"),
            absl::NotFoundError("config.json: no key"));
  EXPECT_TRUE(Annotate(absl::OkStatus(), "config.json").ok());
}

TEST(ErrnoStatusTest, TellsAFullDiskFromABrokenOne) {
  EXPECT_EQ(
      ErrnoStatus(ENOSPC, "write f"),
      absl::ResourceExhaustedError("write f: No space left on device; make room on that disk, "
                                   "then repeat the command"));
  EXPECT_EQ(ErrnoStatus(EIO, "write f"), absl::DataLossError("write f: Input/output error"));
}

TEST(CheckDeathTest, ABrokenInvariantNamesItsPlace) {
  EXPECT_DEATH(WHET_CHECK(1 + 1 == 3), "status_test.cc:[0-9]+: check failed: 1 \\+ 1 == 3");
}

}  // namespace
}  // namespace whet
