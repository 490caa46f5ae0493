#include "rewards/math/count_words.h"

#include <algorithm>
#include <iterator>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "rewards/math/vocabulary.h"

namespace whet::math {
namespace {

using absl::string_view;

constexpr string_view kOnes[] = {"zero",    "one",     "two",       "three",    "four",
                                 "five",    "six",     "seven",     "eight",    "nine",
                                 "ten",     "eleven",  "twelve",    "thirteen", "fourteen",
                                 "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
constexpr string_view kTens[] = {"twenty", "thirty",  "forty",  "fifty",
                                 "sixty",  "seventy", "eighty", "ninety"};

struct Scale {
  string_view word;
  string_view number;
};
// Where one begins with another, the longer is first.
constexpr Scale kScales[] = {
    {"hundred", "100"},        {"thousand", "1000"},          {"million", "1000000"},
    {"billion", "1000000000"}, {"trillion", "1000000000000"}, {"dozen", "12"},
    {"lakh", "100000"},        {"crore", "10000000"},
};
constexpr Scale kCharacterScales[] = {
    {"十", "10"}, {"百", "100"}, {"千", "1000"}, {"万", "10000"}, {"亿", "100000000"}};
// Units that begin with a character that scales.
constexpr string_view kScaledUnits[] = {"千米", "千克", "千瓦", "千卡", "千帕", "千焦", "千赫"};

constexpr string_view kCountWords[] = {
    // Numbers, parts and scales; those of the tables above and ordinals aside.
    ("half halves quarter quarters pair pairs couple double triple twice thrice doubled tripled "
     "halved quadruple dozen dozens gross grand score hundreds thousands millions billions "
     "trillions lakhs crores kilo mega giga mil mill mio mln bn bln tn mrd thou once"),
    // Operators.
    ("plus minus times over divided multiplied squared cubed square cube cubic point percent "
     "percentage percentile permille mille power powers raised factorial root inverse reciprocal "
     "negative negated modulo base repeating recurring"),
    // Comparisons.
    ("more less fewer most least than below above under up down about around approximately roughly "
     "nearly almost greater larger bigger smaller lower higher beyond exceeding within between to "
     "from until through"),
    // Negations and statements.
    ("not no none nor neither never without isn is are was were be isn't aren't wasn't equal "
     "equals "
     "cannot can't wrong false incorrect maybe perhaps possibly probably unknown invalid unless "
     "except excluding"),
    // Connectives.
    ("or and if either otherwise else but then when where with for"),
};

// In whatever word they stand.
constexpr string_view kCountCharacters[] = {
    "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "百", "千", "万", "亿", "兆", "两",
    "零", "〇", "半", "几", "多", "少", "不", "非", "是", "否", "错", "对", "或", "和", "与", "且",
    "加", "减", "乘", "除", "以", "点", "折", "成", "约", "至", "到", "于", "超", "之", "‰"};

const absl::flat_hash_set<string_view>& CountWords() {
  static const auto& words = *[] {
    auto* set = new absl::flat_hash_set<string_view>;
    for (const string_view line : kCountWords) {
      for (const string_view word : absl::StrSplit(line, ' ')) set->insert(word);
    }
    set->insert(std::begin(kOnes), std::end(kOnes));
    set->insert(std::begin(kTens), std::end(kTens));
    for (const Scale& scale : kScales) set->insert(scale.word);
    return set;
  }();
  return words;
}

// third, fifths, twentieth, hundredths.
bool IsOrdinal(string_view word) {
  absl::ConsumeSuffix(&word, "s");
  for (const string_view irregular : {"third", "fifth", "eighth", "ninth", "twelfth"}) {
    if (word == irregular) return true;
  }
  if (absl::EndsWith(word, "tieth")) return true;
  return absl::ConsumeSuffix(&word, "th") && CountWords().contains(word);
}

// The place of `word` in the table; its size if it is not there.
template <size_t kSize>
size_t PlaceIn(const string_view (&table)[kSize], string_view word) {
  return static_cast<size_t>(std::find(std::begin(table), std::end(table), word) -
                             std::begin(table));
}

const Scale* ScaleAt(string_view text) {
  const string_view word = text.substr(0, text.find(' '));
  for (const Scale& scale : kScales) {
    if (absl::EqualsIgnoreCase(word, scale.word)) return &scale;
  }
  for (const string_view unit : kScaledUnits) {
    if (absl::StartsWith(text, unit)) return nullptr;
  }
  for (const Scale& scale : kCharacterScales) {
    if (absl::StartsWith(text, scale.word)) return &scale;
  }
  return nullptr;
}

}  // namespace

std::string SpelledNumber(string_view words) {
  constexpr size_t kBytesMax = 40;
  if (words.size() > kBytesMax) return "";
  const std::string lower = absl::AsciiStrToLower(words);
  std::vector<string_view> parts = absl::StrSplit(lower, absl::ByAnyChar(" -"), absl::SkipEmpty());
  size_t value = 0;
  const auto ones = [&](size_t at) { return PlaceIn(kOnes, parts[at]); };
  if (parts.size() >= 2 && parts[1] == "hundred") {
    value = parts[0] == "a" ? 1 : ones(0);
    if (value == 0 || value > 9) return "";
    value *= 100;
    parts.erase(parts.begin(), parts.begin() + 2);
    if (parts.empty()) return absl::StrCat(value);
  }
  if (parts.empty() || parts.size() > 2) return "";
  const size_t tens = PlaceIn(kTens, parts[0]);
  if (tens < std::size(kTens)) {
    value += 10 * (tens + 2);
    if (parts.size() == 1) return absl::StrCat(value);
    const size_t one = ones(1);
    return one >= 1 && one <= 9 ? absl::StrCat(value + one) : "";
  }
  const size_t one = ones(0);
  const bool fits = parts.size() == 1 && one < std::size(kOnes) && (one > 0 || value == 0);
  return fits ? absl::StrCat(value + one) : "";
}

std::vector<string_view> TakeScales(string_view* text) {
  constexpr size_t kScalesMax = 4;
  std::vector<string_view> numbers;
  while (numbers.size() < kScalesMax) {
    *text = absl::StripLeadingAsciiWhitespace(*text);
    const Scale* scale = ScaleAt(*text);
    if (scale == nullptr) break;
    numbers.push_back(scale->number);
    text->remove_prefix(scale->word.size());
  }
  return numbers;
}

bool IsCountWord(string_view word) {
  if (CountWords().contains(word) || IsOrdinal(word)) return true;
  const bool power = absl::EndsWith(word, "方");  // 平方, 立方, 次方: of the value.
  if (!power && !absl::ConsumePrefix(&word, "平方")) absl::ConsumePrefix(&word, "立方");
  for (const string_view unit : kScaledUnits) {
    if (absl::ConsumePrefix(&word, unit)) break;
  }
  return power ||
         std::any_of(std::begin(kCountCharacters), std::end(kCountCharacters),
                     [&](string_view c) { return absl::StrContains(word, c); }) ||
         FindWord(word) != nullptr;
}

}  // namespace whet::math
