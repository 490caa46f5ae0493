#include "base/byte_codec.h"

#include <limits>

#include "gtest/gtest.h"

namespace whet {
namespace {

enum class Color { kRed, kGreen };

TEST(ByteCodecTest, ReadsBackWhatWasWritten) {
  ByteWriter writer;
  writer.Number(std::numeric_limits<int64_t>::min());
  writer.Flag(true);
  writer.Real(-0.1);
  writer.Time(absl::Microseconds(3));
  writer.Text(absl::string_view("a\0b", 3));
  writer.Texts({"x", ""});
  writer.Number(static_cast<int64_t>(Color::kGreen));
  const std::string bytes = writer.Take();
  ByteReader reader(bytes);
  EXPECT_EQ(reader.Number(), std::numeric_limits<int64_t>::min());
  EXPECT_TRUE(reader.Flag());
  EXPECT_EQ(reader.Real(), -0.1);
  EXPECT_EQ(reader.Time(), absl::Microseconds(3));
  EXPECT_EQ(reader.Text(), absl::string_view("a\0b", 3));
  EXPECT_EQ(reader.Texts(), (std::vector<std::string>{"x", ""}));
  EXPECT_EQ(reader.OneOf(Color::kGreen), Color::kGreen);
  EXPECT_TRUE(reader.valid());
}

TEST(ByteCodecTest, NoticesWhatIsMissing) {
  ByteWriter writer;
  writer.Text("hello");
  const std::string bytes = writer.Take();
  for (size_t size = 0; size < bytes.size(); ++size) {
    ByteReader reader(absl::string_view(bytes).substr(0, size));
    EXPECT_EQ(reader.Text(), "");
    EXPECT_TRUE(reader.failed()) << size;
  }
}

TEST(ByteCodecTest, NoticesWhatIsTooMuch) {
  ByteWriter writer;
  writer.Number(1);
  writer.Number(2);
  const std::string bytes = writer.Take();
  ByteReader reader(bytes);
  reader.Number();
  EXPECT_FALSE(reader.valid());
}

TEST(ByteCodecTest, NoListIsLongerThanItsBytes) {
  ByteWriter writer;
  writer.Number(int64_t{1} << 60);
  const std::string bytes = writer.Take();
  ByteReader reader(bytes);
  EXPECT_TRUE(reader.Texts().empty());
  EXPECT_TRUE(reader.failed());
}

TEST(ByteCodecTest, NoValueIsBeyondItsEnumeration) {
  for (const int64_t value : {-1, 2}) {
    ByteWriter writer;
    writer.Number(value);
    const std::string bytes = writer.Take();
    ByteReader reader(bytes);
    EXPECT_EQ(reader.OneOf(Color::kGreen), Color::kRed);
    EXPECT_TRUE(reader.failed());
  }
}

}  // namespace
}  // namespace whet
