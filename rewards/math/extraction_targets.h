// What may be an answer in a text, and where Math-Verify's regular expressions find it.
#ifndef WHET_REWARDS_MATH_EXTRACTION_TARGETS_H_
#define WHET_REWARDS_MATH_EXTRACTION_TARGETS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "rewards/math/environments.h"
#include "rewards/math/figures.h"

namespace whet::math {

// A word to look for.
struct FoundString {
  std::string value;
};

// What stands between the first \boxed{ of a text and its last brace.
struct BoxedSpan {
  size_t begin;
  size_t end;
};

// A match of one of the regular expressions: `begin` and `end` are the anchor's and whatever is
// matched behind the value.
struct Match {
  size_t begin;
  size_t end;
  std::variant<EnvironmentChain, BoxedSpan, Figure, FoundString> found;
};

// One kind of answer. `at` is a position in the text.
class ExtractionTarget {
 public:
  virtual ~ExtractionTarget() = default;

  // Whether what stands between an anchor and the answer may have several lines.
  virtual bool crosses_lines() const = 0;

  // Behind "final answer is" and white space, which some kinds need and others do not.
  virtual std::optional<Match> BehindIs(size_t at) const = 0;

  // The same where "I hope" must follow.
  virtual std::optional<Match> BehindFinalAnswerIs(size_t at) const { return BehindIs(at); }

  // Within the reach of "answer", or of "answer:", that ends at `at`.
  virtual std::optional<Match> BehindAnswer(size_t at) const = 0;

  // Without an anchor: the first that begins at `at` or later.
  virtual std::optional<Match> From(size_t at) const = 0;
};

class LatexTarget : public ExtractionTarget {
 public:
  explicit LatexTarget(absl::string_view text) : text_(text), environments_(text) {}

  bool crosses_lines() const override { return true; }
  std::optional<Match> BehindIs(size_t at) const override;
  std::optional<Match> BehindAnswer(size_t at) const override;
  std::optional<Match> From(size_t at) const override;

  // The first environment with a box that begins at `at` or later.
  std::optional<Match> BoxedFrom(size_t at) const;

  std::optional<Match> Boxed() const;

 private:
  absl::string_view text_;
  Environments environments_;
};

class FigureTarget : public ExtractionTarget {
 public:
  explicit FigureTarget(absl::string_view text) : text_(text), figures_(text) {}

  bool crosses_lines() const override { return false; }
  std::optional<Match> BehindIs(size_t at) const override;
  std::optional<Match> BehindFinalAnswerIs(size_t at) const override;
  std::optional<Match> BehindAnswer(size_t at) const override;
  std::optional<Match> From(size_t at) const override;  // Numbers.
  std::optional<Match> ArithmeticFrom(size_t at) const;

  std::string TextOf(const Figure& figure) const { return figures_.TextOf(figure); }

 private:
  std::optional<Figure> BehindSpaces(size_t at) const;
  // Whether no "=" follows.
  bool IsLastValue(const std::optional<Figure>& figure) const;
  std::optional<Figure> LastValueBehindSpaces(size_t at) const;

  absl::string_view text_;
  Figures figures_;
};

class StringTarget : public ExtractionTarget {
 public:
  // `strings` must outlive the target.
  StringTarget(absl::string_view text, const std::vector<std::string>& strings)
      : text_(text), strings_(strings) {}

  bool crosses_lines() const override { return false; }
  std::optional<Match> BehindIs(size_t at) const override;
  std::optional<Match> BehindFinalAnswerIs(size_t at) const override;
  std::optional<Match> BehindAnswer(size_t at) const override;
  std::optional<Match> From(size_t at) const override;
  std::optional<Match> AtBeginning() const;

 private:
  // The string at `at` or behind ** there, with punctuation or white space behind it.
  std::optional<Match> WholeAt(size_t begin, size_t at) const;
  // The string with white space or the text's begin before it.
  std::optional<Match> SeparateAt(size_t at) const;

  absl::string_view text_;
  const std::vector<std::string>& strings_;
};

// Behind ". I hope" at `at`; nullopt if that is not there.
std::optional<size_t> SkipHope(absl::string_view text, size_t at);

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_EXTRACTION_TARGETS_H_
