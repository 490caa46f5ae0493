#include "orchestrator/run_directory.h"

#include <string>

#include "base/atomic_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/orchestrator/ledger_records.h"

namespace whet {
namespace {

using ::testing::HasSubstr;

class RunDirectoryTest : public LedgerDirectoryTest {
 protected:
  RunDirectoryTest() : paths_(Path("run")) {}

  RunPaths paths_;
};

TEST_F(RunDirectoryTest, AConfigurationComesBack) {
  {
    RunDirectory run = RunDirectory::Open(paths_.directory()).value();
    EXPECT_FALSE(run.stored_config().has_value());
    ASSERT_TRUE(run.StoreConfig("steps: 1\n").ok());
  }
  EXPECT_EQ(RunDirectory::Open(paths_.directory()).value().stored_config(), "steps: 1\n");
}

TEST_F(RunDirectoryTest, ASecondWriterIsRefusedUntilTheFirstIsGone) {
  {
    const RunDirectory first = RunDirectory::Open(paths_.directory()).value();
    const absl::Status second = RunDirectory::Open(paths_.directory()).status();
    EXPECT_EQ(second.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(second.message()), HasSubstr("another process is writing to the run"));
  }
  EXPECT_TRUE(RunDirectory::Open(paths_.directory()).ok());
}

TEST_F(RunDirectoryTest, OneSeesWhetherItIsBeingWritten) {
  EXPECT_FALSE(IsBeingWritten(paths_).value());  // It is not even there.
  {
    const RunDirectory run = RunDirectory::Open(paths_.directory()).value();
    EXPECT_TRUE(IsBeingWritten(paths_).value());
  }
  EXPECT_FALSE(IsBeingWritten(paths_).value());
  EXPECT_TRUE(PathExists(paths_.lock()));
}

}  // namespace
}  // namespace whet
