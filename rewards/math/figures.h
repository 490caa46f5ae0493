// Numbers and arithmetic that stand in prose, without LaTeX, as Math-Verify sees them.
#ifndef WHET_REWARDS_MATH_FIGURES_H_
#define WHET_REWARDS_MATH_FIGURES_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace whet::math {

struct Figure {
  size_t begin;  // Of the white space or "=" before it, unless it begins the text.
  size_t end;    // Behind the percent sign, or behind the punctuation that ends arithmetic.
  size_t value_begin;
  size_t value_end;
  bool arithmetic;  // More than a number.
  bool percent;
  // Of arithmetic: whether it means something. Bullets, dates and ** are taken for arithmetic at
  // first, and what they cover is no other's.
  bool well_formed;
};

// The figures of a text. Made in time linear in the text; finding one takes time linear in its
// length, and logarithmic in the text.
class Figures {
 public:
  explicit Figures(absl::string_view text);

  // `at` is where the text, white space or a "=" begins; nullopt if there is no number behind it. A
  // number needs nothing behind it: 100m is 100.
  std::optional<Figure> NumberAt(size_t at) const;

  // Arithmetic ends before white space, punctuation, ")" or "$".
  std::optional<Figure> ArithmeticAt(size_t at) const;

  // Arithmetic that is well formed, or else a number.
  std::optional<Figure> At(size_t at) const;

  // To be parsed: 1,234.5 is 1234.5; 1,5 is 1.5; ** is ^; with % at the end.
  std::string TextOf(const Figure& figure) const;

 private:
  // The longest piece of nothing but digits, points, white space and operators.
  struct Run {
    size_t begin;
    size_t end;
    size_t stop;  // The last position in it where arithmetic may end; its begin, if there is none.
  };

  // What `from` gives for where a value may begin behind what is at `at`, the first that is one.
  template <typename From>
  std::optional<Figure> FirstFrom(size_t at, From from) const;
  std::optional<Figure> NumberFrom(size_t begin, size_t value) const;
  std::optional<Figure> ArithmeticFrom(size_t begin, size_t value) const;
  const Run& RunOf(size_t digit) const;
  bool HasOperatorBetween(size_t begin, size_t end) const;

  absl::string_view text_;
  std::vector<Run> runs_;
  std::vector<size_t> operators_;
};

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_FIGURES_H_
