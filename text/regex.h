// Regular expressions as a tokenizer.json has them: Oniguruma's dialect, run by PCRE2.
#ifndef WHET_TEXT_REGEX_H_
#define WHET_TEXT_REGEX_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "text/json.h"

namespace whet {

// `pattern`, written for Oniguruma (Ruby's syntax), in PCRE2's syntax, to be compiled with
// PCRE2_UTF, PCRE2_UCP and PCRE2_MULTILINE. Where the two give a construct different meanings it is
// rewritten (\s, \w, \h, \v, \b, \u1234, (?m), scripts, [a&&[^b]]) or, if that is not easy,
// refused: InvalidArgument, naming it.
absl::StatusOr<std::string> PcreOfOniguruma(absl::string_view pattern);

// What a search works in. Reuse it from search to search, in one thread at a time.
class RegexScratch {
 public:
  RegexScratch();
  ~RegexScratch();
  RegexScratch(const RegexScratch&) = delete;
  RegexScratch& operator=(const RegexScratch&) = delete;

 private:
  friend class Regex;
  void* match_data_;  // pcre2_match_data; the header of PCRE2 stays in the .cc files.
};

struct RegexMatch {
  size_t begin;
  size_t end;
};

// A compiled pattern. Const methods are thread-safe.
class Regex {
 public:
  // InvalidArgument for what is no pattern or not supported.
  static absl::StatusOr<Regex> Compile(absl::string_view pattern);
  // Matches `text` itself.
  static absl::StatusOr<Regex> CompileLiteral(absl::string_view text);
  // {"Regex": pattern} or {"String": text}, as a tokenizer.json writes it.
  static absl::StatusOr<Regex> FromJson(const Json& json);

  Regex(Regex&& other) noexcept;
  Regex& operator=(Regex&& other) noexcept;
  ~Regex();

  // Puts the matches in `text`, which must be UTF-8, into `matches`: leftmost first, none
  // overlapping, and no empty one right after another match. InvalidArgument if one start position
  // costs more than ten million steps. There is no limit over all positions: for a pattern that
  // reads far ahead at each of them and then fails, time grows with the square of the text. The
  // patterns of the known model families do not.
  absl::Status FindAll(absl::string_view text, RegexScratch* scratch,
                       std::vector<RegexMatch>* matches) const;

 private:
  struct Program;
  explicit Regex(std::unique_ptr<Program> program);
  static absl::StatusOr<Regex> CompilePcre(absl::string_view pattern, unsigned options);

  std::unique_ptr<Program> program_;
};

}  // namespace whet

#endif  // WHET_TEXT_REGEX_H_
