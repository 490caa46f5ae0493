#include "policy/exactness.h"

#include <ATen/ATen.h>

#include <cstdlib>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "policy/device.h"
#include "policy/torch_guard.h"
#include "policy/torch_info.h"

namespace whet {
namespace {

using ::testing::AllOf;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Le;

class ExactnessTest : public ::testing::Test {
 protected:
  // Before the first product of this process.
  static void SetUpTestSuite() { RequestExactMath(); }
};

TEST_F(ExactnessTest, RequestExactMathKeepsWhatTheUserChose) {
  const char* const before = getenv("MKL_CBWR");
  ASSERT_STREQ(before, "AUTO,STRICT");
  setenv("MKL_CBWR", "COMPATIBLE", 1);
  RequestExactMath();
  EXPECT_STREQ(getenv("MKL_CBWR"), "COMPATIBLE");
  setenv("MKL_CBWR", "AUTO,STRICT", 1);
}

TEST_F(ExactnessTest, FindsThisMachineExactInF32) {
  const Exactness exactness = TestExactness(TypicalLinearShapes()).value();
  ASSERT_TRUE(exactness.f32_rows_min.has_value());
  EXPECT_THAT(*exactness.f32_rows_min, AllOf(Ge(1), Le(kRowsMinMax)));
  EXPECT_GE(exactness.threads, 1);
}

// A build without OpenMP would be right, and half as fast.
TEST_F(ExactnessTest, LoopsOverRowsRunOnAllThreads) {
#if defined(__clang__)
  GTEST_SKIP() << "clang's OpenMP is not LibTorch's";
#endif
  UseThreads(2);
  EXPECT_EQ(WorkingThreads(), 2);
}

// What the answer promises, tried on other sizes than those it was found with.
TEST_F(ExactnessTest, RowsDoNotDependOnTheirCompany) {
  const std::vector<LinearShape> shapes = {{.in = 64, .out = 96}, {.in = 320, .out = 64}};
  const int rows_min = TestExactness(shapes).value().f32_rows_min.value();
  const c10::InferenceMode no_gradients;
  for (const LinearShape& shape : shapes) {
    const at::Tensor x = at::randn({1000, shape.in});
    const at::Tensor w = at::randn({shape.out, shape.in});
    const at::Tensor all = at::linear(x, w);
    for (int64_t rows = rows_min; rows <= 200; ++rows) {
      const at::Tensor some = at::linear(x.narrow(0, 0, rows), w);
      ASSERT_TRUE(at::equal(some, all.narrow(0, 0, rows))) << rows << " rows, in " << shape.in;
    }
  }
}

TEST(CatchTorchTest, TurnsAnExceptionIntoAStatus) {
  const absl::Status status = CatchTorch([]() -> absl::Status {
    at::matmul(at::ones({2, 3}), at::ones({2, 3}));
    return absl::OkStatus();
  });
  EXPECT_TRUE(absl::IsInternal(status));
  EXPECT_THAT(status.message(), HasSubstr("mat1 and mat2 shapes cannot be multiplied"));
}

TEST(CatchTorchTest, TellsMissingMemoryApart) {
  const absl::Status status = CatchTorch([]() -> absl::Status {
    at::empty({int64_t{1} << 50}, at::kFloat);
    return absl::OkStatus();
  });
  EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
}

TEST(CatchTorchTest, PassesValuesThrough) {
  const absl::StatusOr<int> value = CatchTorch([]() -> absl::StatusOr<int> { return 7; });
  EXPECT_EQ(value.value(), 7);
}

TEST(TorchInfoTest, NamesTheLibraryThatIsLoaded) {
  const TorchInfo info = GetTorchInfo();
  EXPECT_THAT(info.version, HasSubstr("2.11"));
  EXPECT_THAT(info.path, HasSubstr("libtorch_cpu.so"));
}

}  // namespace
}  // namespace whet
