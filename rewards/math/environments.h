// LaTeX in prose: where it begins and ends, as Math-Verify sees it, and what is in its boxes.
#ifndef WHET_REWARDS_MATH_ENVIRONMENTS_H_
#define WHET_REWARDS_MATH_ENVIRONMENTS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace whet::math {

// $$…$$ and \[…\], which may have several lines; $…$, \(…\) and " [ … ] ", which have one; and
// \frac{number}{number}, which is its own content.
struct Environment {
  bool has_delimiters() const { return content_begin > begin; }

  size_t begin;
  size_t end;  // Behind the closing delimiter.
  size_t content_begin;
  size_t content_end;
  bool has_box;  // \boxed{…}, not empty.
};

// Environments one after another, joined by commas, "and" or "or"; kCountMax at most.
struct EnvironmentChain {
  static constexpr size_t kCountMax = 6;
  struct Link {
    const Environment* environment;
    bool percent;  // Stands behind it.
  };
  std::vector<Link> links = {};
  size_t end = 0;  // Behind the white space, or behind the percent sign.
};

// All the environments of a text, those too that overlap. Every position begins one at most. Made
// in time linear in the text.
class Environments {
 public:
  // Which of them to see.
  enum class Seen { kAll, kBoxed };

  explicit Environments(absl::string_view text);

  // The first that begins at `at` or later; null if there is none.
  const Environment* FirstFrom(size_t at, Seen seen) const;

  // The one behind the white space at `at`, which it may share; null if there is none.
  const Environment* BehindSpaces(size_t at, Seen seen) const;

  EnvironmentChain ChainFrom(const Environment& first, Seen seen) const;

 private:
  const Environment* At(size_t at, Seen seen) const;
  const Environment* Next(size_t at, Seen seen) const;

  absl::string_view text_;
  std::vector<Environment> environments_;  // By where they begin.
};

// What is in the boxes of `text`, \boxed{…} and \fbox{…}, the last if they are in each other; a box
// that is followed by one of the same content is left out. Where the last has no brace, or one that
// nothing closes, its content is all that is behind it, the brace too, so that it does not parse.
struct Boxes {
  std::string content = {};  // With ", " between.
  size_t begin = 0;
  size_t end = 0;
};
enum class BoxesWanted {
  kAll,
  kLast,  // And those before it, close by or with "and", "or", "," or ";" between.
};
// Nullopt if there are none.
std::optional<Boxes> FindBoxes(absl::string_view text, BoxesWanted wanted);

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_ENVIRONMENTS_H_
