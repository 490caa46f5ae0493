#include "base/atomic_file.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace whet {
namespace {

using ::testing::HasSubstr;

// An empty directory for each test.
class AtomicFileTest : public ::testing::Test {
 protected:
  AtomicFileTest() {
    std::string pattern = absl::StrCat(::testing::TempDir(), "/atomic_XXXXXX");
    root_ = mkdtemp(pattern.data());
  }
  ~AtomicFileTest() override { RemoveAll(root_).IgnoreError(); }

  std::string Path(absl::string_view name) const { return absl::StrCat(root_, "/", name); }

  std::string root_;
};

// Runs tests/programs/atomic_file_program.cc and says whether the crash point killed it.
bool DiesAt(absl::string_view crash_point, absl::string_view arguments) {
  constexpr int kKilled = 128 + SIGKILL;  // As a shell puts it.
  const std::string command =
      absl::StrCat("WHET_CRASH_POINT=", crash_point, " ", WHET_ATOMIC_FILE_PROGRAM, " ", arguments);
  const int status = std::system(absl::StrCat(command, "; exit $?").c_str());
  return WIFEXITED(status) && WEXITSTATUS(status) == kKilled;
}

bool Exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

// Writes until the file is `bytes` long and then fails as a full disk does: EFBIG is what
// RLIMIT_FSIZE gives, in place of ENOSPC.
void LimitFileSize(rlim_t bytes) {
  signal(SIGXFSZ, SIG_IGN);
  const rlimit limit = {bytes, bytes};
  setrlimit(RLIMIT_FSIZE, &limit);
}

TEST_F(AtomicFileTest, WritesAndReadsBack) {
  ASSERT_TRUE(WriteFileAtomically(Path("f"), "content").ok());
  EXPECT_EQ(ReadFile(Path("f")).value(), "content");
}

TEST_F(AtomicFileTest, ReplacesWhatWasThere) {
  ASSERT_TRUE(WriteFileAtomically(Path("f"), "long old content").ok());
  ASSERT_TRUE(WriteFileAtomically(Path("f"), "new").ok());
  EXPECT_EQ(ReadFile(Path("f")).value(), "new");
}

TEST_F(AtomicFileTest, NamesTheMissingFile) {
  const absl::Status status = ReadFile(Path("none")).status();
  EXPECT_TRUE(absl::IsNotFound(status));
  EXPECT_THAT(status.message(), HasSubstr(Path("none")));
}

TEST_F(AtomicFileTest, AFailedWriteKeepsTheOldContentAndLeavesNothing) {
  ASSERT_TRUE(WriteFileAtomically(Path("f"), "old").ok());
  EXPECT_EXIT(
      {
        LimitFileSize(10);
        const absl::Status status = WriteFileAtomically(Path("f"), std::string(1000, 'x'));
        std::_Exit(!status.ok() && !Exists(Path("f.tmp")) ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "");
  EXPECT_EQ(ReadFile(Path("f")).value(), "old");
}

TEST_F(AtomicFileTest, DyingBeforeTheRenameKeepsTheOldContent) {
  ASSERT_TRUE(WriteFileAtomically(Path("f"), "old").ok());
  for (const char* point : {"atomic_file:before_fsync", "atomic_file:before_rename"}) {
    EXPECT_TRUE(DiesAt(point, absl::StrCat("file ", Path("f"), " new")));
    EXPECT_EQ(ReadFile(Path("f")).value(), "old") << point;
  }
  // What the crash left is replaced.
  ASSERT_TRUE(WriteFileAtomically(Path("f"), "newer").ok());
  EXPECT_FALSE(Exists(Path("f.tmp")));
}

TEST_F(AtomicFileTest, DyingAfterTheRenameKeepsTheNewContent) {
  ASSERT_TRUE(WriteFileAtomically(Path("f"), "old").ok());
  EXPECT_TRUE(DiesAt("atomic_file:after_rename", absl::StrCat("file ", Path("f"), " new")));
  EXPECT_EQ(ReadFile(Path("f")).value(), "new");
}

TEST_F(AtomicFileTest, ADirectoryAppearsWhenCommitted) {
  AtomicDirectory directory = AtomicDirectory::Create(Path("step_1/")).value();
  ASSERT_TRUE(WriteFileAtomically(directory.temporary_path() + "/weights", "w").ok());
  EXPECT_FALSE(Exists(Path("step_1")));
  ASSERT_TRUE(directory.Commit().ok());
  EXPECT_EQ(ReadFile(Path("step_1/weights")).value(), "w");
}

TEST_F(AtomicFileTest, AnUncommittedDirectoryLeavesNothing) {
  std::string temporary;
  {
    const AtomicDirectory directory = AtomicDirectory::Create(Path("step_1")).value();
    temporary = directory.temporary_path();
    ASSERT_TRUE(MakeDirectories(temporary + "/a/b").ok());
  }
  EXPECT_FALSE(Exists(temporary));
  EXPECT_FALSE(Exists(Path("step_1")));
}

TEST_F(AtomicFileTest, ADirectoryNeverReplacesAnother) {
  ASSERT_TRUE(MakeDirectories(Path("step_1")).ok());
  EXPECT_TRUE(absl::IsAlreadyExists(AtomicDirectory::Create(Path("step_1")).status()));
}

TEST_F(AtomicFileTest, ADirectoryLeftByACrashIsReplaced) {
  EXPECT_TRUE(
      DiesAt("atomic_directory:before_rename", absl::StrCat("directory ", Path("step_1"), " old")));
  EXPECT_FALSE(Exists(Path("step_1")));
  AtomicDirectory directory = AtomicDirectory::Create(Path("step_1")).value();
  ASSERT_TRUE(directory.Commit().ok());
  EXPECT_FALSE(Exists(Path("step_1/old")));
}

TEST_F(AtomicFileTest, ADirectoryIsWholeOnceRenamed) {
  EXPECT_TRUE(
      DiesAt("atomic_directory:after_rename", absl::StrCat("directory ", Path("step_1"), " new")));
  EXPECT_TRUE(Exists(Path("step_1/new")));
}

}  // namespace
}  // namespace whet
