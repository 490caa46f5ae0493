#include "rewards/shape/repetition_rule.h"

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/check.h"
#include "rewards/shape/parts.h"
#include "text/lower_case.h"
#include "text/utf8.h"

namespace whet {
namespace {

// What Python's str.split() splits at.
bool IsPythonSpace(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20) || c == 0x85 || c == 0xA0 ||
         c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
         c == 0x205F || c == 0x3000;
}

std::vector<absl::string_view> WordsOf(absl::string_view text) {
  std::vector<absl::string_view> words;
  size_t begin = 0;  // Of the word that goes on.
  size_t at = 0;
  while (at < text.size()) {
    const Utf8Character character = FirstUtf8(text.substr(at));
    const size_t next = at + character.bytes;
    if (IsPythonSpace(character.code_point)) {
      if (at > begin) words.push_back(text.substr(begin, at - begin));
      begin = next;
    }
    at = next;
  }
  if (at > begin) words.push_back(text.substr(begin));
  return words;
}

// Numbers for the words, the same for the same.
std::vector<int32_t> WordIds(absl::string_view text) {
  const std::string lower = LowerCase(text);
  absl::flat_hash_map<absl::string_view, int32_t> ids;
  std::vector<int32_t> of_words;
  for (const absl::string_view word : WordsOf(lower)) {
    of_words.push_back(ids.try_emplace(word, static_cast<int32_t>(ids.size())).first->second);
  }
  return of_words;
}

struct NgramCount {
  size_t different;
  size_t all;
};

NgramCount CountNgrams(absl::Span<const int32_t> units, size_t size) {
  if (units.size() < size) return {.different = 0, .all = 0};
  const size_t all = units.size() - size + 1;
  absl::flat_hash_set<absl::Span<const int32_t>> different;
  for (size_t begin = 0; begin < all; ++begin) different.insert(units.subspan(begin, size));
  return {.different = different.size(), .all = all};
}

}  // namespace

RepetitionRule::RepetitionRule(RepetitionRuleOptions options) : options_(options) {
  WHET_CHECK(options.ngram_size >= 1 && options.ngram_size <= kNgramSizeMax);
  WHET_CHECK(options.max_penalty <= 0);
}

absl::StatusOr<std::vector<RewardPart>> RepetitionRule::Score(absl::Span<const ScoreInput> inputs) {
  return PartOfEach(inputs, [this](const ScoreInput& input) {
    const bool words = options_.unit == RepetitionUnit::kWords;
    const NgramCount count =
        CountNgrams(words ? WordIds(input.completion.text) : input.rollout.tokens,
                    static_cast<size_t>(options_.ngram_size));
    if (count.all == 0) return ValuePart(0, "too short");
    const double repeated =
        1.0 - static_cast<double>(count.different) / static_cast<double>(count.all);
    return ValuePart(repeated * options_.max_penalty,
                     absl::StrCat(count.all - count.different, " of ", count.all, " ",
                                  options_.ngram_size, "-grams repeat"));
  });
}

}  // namespace whet
