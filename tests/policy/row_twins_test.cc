// Worker and trainer may have different processors: every function gives the same bits with AVX2
// and with AVX-512, and writes nothing beyond its row.
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "policy/cpu/row_functions.h"
#include "tests/policy/attend_case.h"
#include "tests/policy/row_reference.h"

namespace whet {
namespace {

// A row that functions write to, with a rest that they must leave alone.
template <typename T>
class Output {
 public:
  explicit Output(int64_t count)
      : count_(count), elements_(As<T>(Doubles(Size(count), kUntouched))) {}
  ~Output() {
    const Doubles all = ToDoubles(elements_);
    for (size_t i = static_cast<size_t>(count_); i < all.size(); ++i) {
      EXPECT_EQ(all[i], kUntouched) << "written beyond a row of " << count_;
    }
  }
  Output(const Output&) = delete;

  T* data() { return elements_.data(); }
  std::string bytes() const {
    return {reinterpret_cast<const char*>(elements_.data()),
            static_cast<size_t>(count_) * sizeof(T)};
  }

 private:
  static constexpr double kUntouched = -77.0;
  static size_t Size(int64_t count) { return static_cast<size_t>(count) + 32; }

  const int64_t count_;
  std::vector<T> elements_;
};

template <typename T>
std::string BitsOf(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

struct Named {
  std::string name;
  std::string bits;
};

// What each function makes of a row of `n`; `x` has 2 n elements.
template <typename T>
std::vector<Named> RowBits(const RowFunctions<T>& f, int64_t n, const Doubles& row) {
  const std::vector<T> x = As<T>(row);
  const std::vector<float> wide = As<float>(row);
  const std::vector<T> weight = As<T>(RandomRow(n, 12));
  const std::vector<T> dy = As<T>(RandomRow(2 * n, 13));
  const std::vector<float> cosines = As<float>(RandomRow(n, 14));
  const std::vector<float> sines = As<float>(RandomRow(n, 15));
  std::vector<Named> all;
  const auto run = [&all](const char* name, int64_t count, const auto& function) {
    Output<T> y(count);
    function(y.data());
    all.push_back({name, y.bytes()});
  };
  run("from_f32", n, [&](T* y) { f.from_f32(wide.data(), n, y); });
  Output<float> widened(n);
  f.to_f32(x.data(), n, widened.data());
  all.push_back({"to_f32", widened.bytes()});
  float inverse_rms = 0;
  run("rms_norm", n, [&](T* y) { inverse_rms = f.rms_norm(x.data(), weight.data(), n, 1e-6F, y); });
  all.push_back({"inverse_rms", BitsOf(inverse_rms)});
  Output<float> d_weight(n);
  run("rms_norm_backward", n, [&](T* y) {
    f.rms_norm_backward(x.data(), weight.data(), dy.data(), n, inverse_rms, y, d_weight.data());
  });
  all.push_back({"weight gradient", d_weight.bytes()});
  run("silu_mul", n, [&](T* y) { f.silu_mul(x.data(), n, y); });
  run("silu_mul_backward", 2 * n, [&](T* y) { f.silu_mul_backward(x.data(), dy.data(), n, y); });
  run("rotate", 2 * n, [&](T* y) { f.rotate(x.data(), cosines.data(), sines.data(), n, y); });
  run("rotate_back", 2 * n,
      [&](T* y) { f.rotate_back(x.data(), cosines.data(), sines.data(), n, y); });
  Output<float> block_sums((n + kVocabularyBlock - 1) / kVocabularyBlock);
  const LogitStatistics s = f.logit_statistics(x.data(), n, 0.7F, block_sums.data());
  all.push_back({"logit_statistics", BitsOf(s)});
  all.push_back({"block_sums", block_sums.bytes()});
  Output<float> exponentials(n);
  f.exponentials(x.data(), n, 0.7F, s.largest, exponentials.data());
  all.push_back({"exponentials", exponentials.bytes()});
  run("logit_gradients", n, [&](T* y) {
    f.logit_gradients(x.data(),
                      {.count = n,
                       .inverse_temperature = 0.7F,
                       .statistics = s,
                       .target = n - 1,
                       .logprob_gradient = 1.3F,
                       .entropy_gradient = 0.2F},
                      y);
  });
  return all;
}

template <typename T>
class RowTwinsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (RunnableFunctions().size() < 2) GTEST_SKIP() << "this processor has no AVX-512";
  }
  static void ExpectTwins(int64_t n, const Doubles& row) {
    const std::vector<Named> a = RowBits(FunctionsFor<T>(kAvx2Functions), n, row);
    const std::vector<Named> b = RowBits(FunctionsFor<T>(kAvx512Functions), n, row);
    for (size_t i = 0; i < a.size(); ++i) {
      EXPECT_TRUE(a[i].bits == b[i].bits) << a[i].name << " of " << n;
    }
  }
};
using Elements = ::testing::Types<float, Bf16>;
TYPED_TEST_SUITE(RowTwinsTest, Elements);

TYPED_TEST(RowTwinsTest, RowsOfEverySize) {
  for (const int64_t n : kRowSizes) {
    for (const double scale : {1.0, 30.0, 1e-20}) this->ExpectTwins(n, RandomRow(2 * n, 11, scale));
  }
}

TYPED_TEST(RowTwinsTest, ExtremeRows) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (const int64_t n : kRowSizes) {
    for (const double extreme :
         {0.0, -0.0, 1e30, -1e30, 3e38, -3e38, 1e-40, kInfinity, -kInfinity}) {
      Doubles row = RandomRow(2 * n, 11);
      for (size_t i = 0; i < row.size(); i += 5) row[i] = extreme;
      this->ExpectTwins(n, row);
      this->ExpectTwins(n, Doubles(static_cast<size_t>(2 * n), extreme));
    }
  }
}

TYPED_TEST(RowTwinsTest, AttentionOfEveryGroup) {
  for (int64_t heads = 1; heads <= 5; ++heads) {
    for (const int64_t head_dim : kHeadDims) {
      for (const int64_t count : kRowSizes) {
        const AttendCase c(heads, head_dim, count);
        const AttendCase::Result a = c.Attend<TypeParam>(kAvx2Functions);
        const AttendCase::Result b = c.Attend<TypeParam>(kAvx512Functions);
        EXPECT_TRUE(a.output == b.output) << heads << ", " << head_dim << ", " << count;
        EXPECT_TRUE(a.log_sum == b.log_sum) << heads << ", " << head_dim << ", " << count;
      }
    }
  }
}

using AttendTwinsTest = RowTwinsTest<float>;
TEST_F(AttendTwinsTest, AttentionsGradients) {
  for (int64_t heads = 1; heads <= 5; ++heads) {
    for (const int64_t head_dim : kHeadDims) {
      for (const int64_t count : {1, 15, 16, 17, 31, 97, 256}) {
        const AttendCase c(heads, head_dim, count);
        const AttendCase::Gradients a = c.AttendBackward(kAvx2Functions);
        const AttendCase::Gradients b = c.AttendBackward(kAvx512Functions);
        EXPECT_TRUE(a.query == b.query) << heads << ", " << head_dim << ", " << count;
        EXPECT_TRUE(a.keys == b.keys) << heads << ", " << head_dim << ", " << count;
        EXPECT_TRUE(a.values == b.values) << heads << ", " << head_dim << ", " << count;
      }
    }
  }
}

}  // namespace
}  // namespace whet
