#include "rewards/language/prose.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace whet {
namespace {

TEST(ProseTest, KeepsProse) {
  for (const char* text : {"", "Plain words.", "a < b and c > d", "x<y", "It costs $5 and then $7.",
                           "从$3到$4。", "back`tick", "5 & 6", "a_b", "50% of them", "He said: go",
                           "wwwhat", "[note] {brace}", "x<y and z>w"}) {
    EXPECT_EQ(ProseOf(text), absl::string_view(text) == "back`tick" ? "back tick" : text);
  }
}

TEST(ProseTest, DropsFencedCode) {
  EXPECT_EQ(ProseOf("a\n```python\nx = y\n```\nb"), "a\n\n\nb");
  EXPECT_EQ(ProseOf("a\n~~~~\nx\n~~~\ny\n~~~~\nb"), "a\n\n\nb");
  EXPECT_EQ(ProseOf("a\n  ```\nnever closed"), "a\n\n");
  EXPECT_EQ(ProseOf("```"), "\n");
}

TEST(ProseTest, DropsInlineCodeInOneParagraph) {
  EXPECT_EQ(ProseOf("call `f` now"), "call 0 now");
  EXPECT_EQ(ProseOf("call ``f`g`` now"), "call 0 now");
  EXPECT_EQ(ProseOf("one ` tick\n\nand ` another"), "one   tick\n\nand   another");
}

TEST(ProseTest, DropsFormulas) {
  EXPECT_EQ(ProseOf("let $n>2$ be"), "let 0 be");
  EXPECT_EQ(ProseOf("the $n$-th"), "the 0-th");
  EXPECT_EQ(ProseOf("so $$a\n\nb$$ is"), "so 0 is");
  EXPECT_EQ(ProseOf("so \\(a\\) and \\[b\\] are"), "so 0 and 0 are");
  EXPECT_EQ(ProseOf("so \\(a is open"), "so  a is open");
  EXPECT_EQ(ProseOf("v_{max} and x^{two}"), "v0 and x0");
}

TEST(ProseTest, DropsCommandsWithTheirArguments) {
  EXPECT_EQ(ProseOf("is \\boxed{\\text{a} b}."), "is 0.");
  EXPECT_EQ(ProseOf("\\sqrt[n]{two}{three} here"), "0 here");
  EXPECT_EQ(ProseOf("\\alpha beta \\, \\\\ gamma"), "0 beta     gamma");
  EXPECT_EQ(ProseOf("\\text{open"), "0{open");
  EXPECT_EQ(ProseOf("ends in \\"), "ends in  ");
}

TEST(ProseTest, DropsEnvironmentsButKeepsProofs) {
  EXPECT_EQ(ProseOf("a \\begin{align*}x\\begin{y}z\\end{y}\\end{align*} b"), "a 0 b");
  EXPECT_EQ(ProseOf("\\begin{proof}It holds.\\end{proof}"), "0It holds.0");
  EXPECT_EQ(ProseOf("\\begin{align}never closed"), "0never closed");
}

TEST(ProseTest, DropsAddressesAndTags) {
  EXPECT_EQ(ProseOf("see https://a.b/c?d=e now"), "see 0 now");
  EXPECT_EQ(ProseOf("见http://a.b。好"), "见0。好");
  EXPECT_EQ(ProseOf("www.a.b and me@c.d"), "0 and 0");
  EXPECT_EQ(ProseOf("<b class=\"x\">bold</b><br/>"), " bold  ");
  EXPECT_EQ(ProseOf("a <code>int x;</code> b"), "a 0  b");
  EXPECT_EQ(ProseOf("<|im_end|>a&nbsp;b"), " a b");
}

TEST(ProseTest, IsLinearInWhatIsNeverClosed) {
  constexpr size_t kBytes = size_t{1} << 20;
  for (const char* piece : {"`", "$x ", "$$ ", "\\( ", "\\[ ", "{", "\\begin{a}", "<code>", "\\a[",
                            "_{", "` `` ``` ", "<", "a@", "://", "```a`\n", "&a"}) {
    std::string text;
    while (text.size() < kBytes) absl::StrAppend(&text, piece);
    EXPECT_LE(ProseOf(text).size(), text.size()) << piece;
  }
}

}  // namespace
}  // namespace whet
