#include "rewards/math/vocabulary.h"

#include <utility>

#include "absl/strings/str_split.h"
#include "base/check.h"

namespace whet::math {

Vocabulary MakeVocabulary(absl::Span<const Entry> entries) {
  Vocabulary vocabulary;
  for (const Entry& entry : entries) {
    for (const absl::string_view word : absl::StrSplit(entry.words, ' ')) {
      Meaning meaning = entry.meaning;
      if (meaning.text == "*") meaning.text = word;
      WHET_CHECK(vocabulary.emplace(word, meaning).second);
    }
  }
  return vocabulary;
}

}  // namespace whet::math
