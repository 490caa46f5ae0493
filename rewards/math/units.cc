#include "rewards/math/units.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "rewards/math/count_words.h"

namespace whet::math {
namespace {

using absl::string_view;

// The canonical spelling first. Words that are known only so that a short one behind a value is not
// taken for factors stand at the end.
constexpr string_view kUnits[] = {
    "m meter meters metre metres",
    "cm centimeter centimeters centimetre centimetres",
    "mm millimeter millimeters millimetre millimetres",
    "dm decimeter decimeters decimetre decimetres",
    "km kilometer kilometers kilometre kilometres",
    "in inch inches",
    "ft foot feet",
    "yd yds yard yards",
    "mi mile miles",
    "g gm gram grams",
    "kg kgs kilogram kilograms",
    "mg milligram milligrams",
    "ton tons tonne tonnes",
    "lb lbs pound pounds",
    "oz ounce ounces",
    "s sec secs second seconds",
    "ms millisecond milliseconds",
    "min mins minute minutes",
    "h hr hrs hour hours",
    "day days",
    "week weeks wk wks",
    "month months",
    "year years yr yrs",
    "L l liter liters litre litres",
    "mL ml milliliter milliliters millilitre millilitres",
    "cL cl centiliter centiliters",
    "gal gallon gallons",
    "qt quart quarts",
    "Hz hertz",
    "kHz kilohertz",
    "MHz megahertz",
    "N newton newtons",
    "kN kilonewton kilonewtons",
    "J joule joules",
    "kJ kilojoule kilojoules",
    "cal calorie calories",
    "W watt watts",
    "kW kilowatt kilowatts",
    "kWh",
    "V volt volts",
    "A ampere amperes amp amps",
    "ohm ohms",
    "Pa pascal pascals",
    "kPa kilopascal kilopascals",
    "K kelvin kelvins",
    "mol mole moles",
    "rad rads radian radians",
    "degree degrees deg degs ^{\\circ} ^\\circ",
    "arcmin arcminute arcminutes",
    "arcsec arcsecond arcseconds",
    "degC celsius ^{\\circ}C ^\\circC",
    "degF fahrenheit ^{\\circ}F ^\\circF",
    "percent percentage pct",
    "$ dollar dollars USD usd",
    "cent cents ¢",
    "€ euro euros EUR",
    "£ GBP",
    "¥ yen JPY",
    "yuan RMB CNY 元",
    "₹ rupee rupees Rs INR",
    "₩ won KRW",
    "₽ ruble rubles RUB",
    "unit units",
    "mi/h mph",
    "km/h kph kmph kmh",
    "m/s mps",
    "rpm",
    "th st nd rd",
    "am a.m AM",
    "pm p.m PM",
    "person persons people",
    "man men",
    "woman women",
    "child children",
    "hen hens",
    "cow cows",
    "dog dogs",
    "cat cats",
    "pig pigs",
    "egg eggs",
    "pen pens",
    "cup cups",
    "box boxes",
    "bag bags",
    "car cars",
    "bus buses",
    "set sets",
    "win wins",
    "bit bits",
    "way ways",
};

using Spellings = absl::flat_hash_map<string_view, string_view>;

const Spellings& KnownUnits() {
  static const Spellings& units = *[] {
    auto* spellings = new Spellings;
    for (const string_view line : kUnits) {
      const std::vector<string_view> words = absl::StrSplit(line, ' ');
      for (const string_view word : words) spellings->emplace(word, words[0]);
    }
    return spellings;
  }();
  return units;
}

// The canonical spelling of a known unit; empty if it is none. What is no abbreviation may be
// capitalized.
string_view FindUnit(string_view word) {
  auto found = KnownUnits().find(word);
  constexpr size_t kAbbreviationMax = 3;
  if (found == KnownUnits().end() && word.size() > kAbbreviationMax) {
    found = KnownUnits().find(absl::AsciiStrToLower(word));
  }
  return found == KnownUnits().end() ? string_view() : found->second;
}

std::string Singular(string_view word) {
  const std::string lower = absl::AsciiStrToLower(word);
  string_view stem = lower;
  if (absl::ConsumeSuffix(&stem, "ies") && stem.size() > 1) return absl::StrCat(stem, "y");
  stem = lower;
  for (const string_view ending : {"xes", "ches", "shes", "sses"}) {
    if (absl::EndsWith(stem, ending)) return std::string(stem.substr(0, stem.size() - 2));
  }
  constexpr size_t kShortest = 4;
  if (stem.size() >= kShortest && !absl::EndsWith(stem, "ss")) absl::ConsumeSuffix(&stem, "s");
  return std::string(stem);
}

// A unit with its power: "cm", "^2".
struct Power {
  std::string unit;
  std::string exponent;

  std::string Text() const { return exponent.empty() ? unit : absl::StrCat(unit, "^", exponent); }
};

// "cm^2", "cm^{-1}", "feet".
Power PowerOf(string_view word) {
  const size_t caret = word.find('^');
  Power power;
  const string_view name = absl::StripSuffix(word.substr(0, caret), ".");
  const string_view known = FindUnit(name);
  power.unit = known.empty() ? Singular(name) : std::string(known);
  if (caret == string_view::npos) return power;
  string_view exponent = word.substr(caret + 1);
  if (absl::ConsumePrefix(&exponent, "{")) absl::ConsumeSuffix(&exponent, "}");
  power.exponent = std::string(exponent);
  return power;
}

// The exponent that a word stands for: before a unit, or behind it.
string_view ExponentOf(string_view word, bool behind) {
  const string_view name = absl::StripSuffix(word, ".");
  const bool square = behind ? name == "squared" : name == "square" || name == "sq";
  const bool cubic = behind ? name == "cubed" : name == "cubic" || name == "cu";
  return square ? "2" : cubic ? "3" : "";
}

// One side of a quotient: "square centimeters", "degrees Celsius", "red apples".
std::string SideOf(string_view side) {
  std::vector<std::string> units;
  std::string exponent;
  for (const string_view word : absl::StrSplit(side, ' ', absl::SkipEmpty())) {
    const std::string lower = absl::AsciiStrToLower(word);
    const string_view before = ExponentOf(lower, false);
    const string_view behind = ExponentOf(lower, true);
    if (!before.empty()) {
      exponent = std::string(before);
    } else if (!behind.empty() && !units.empty()) {
      absl::StrAppend(&units.back(), "^", behind);
    } else {
      Power power = PowerOf(word);
      if (power.exponent.empty()) power.exponent = std::exchange(exponent, "");
      const std::string text = power.Text();
      // "degrees Celsius".
      if (absl::StartsWith(text, "deg") && !units.empty() && units.back() == "degree") {
        units.pop_back();
      }
      units.push_back(text);
    }
  }
  if (units.empty() && !exponent.empty()) return exponent == "2" ? "square" : "cubic";
  return absl::StrJoin(units, " ");
}

std::string WithSlashes(string_view text) {
  std::string replaced;
  for (const string_view word : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    const bool per = word == "per";
    if (!replaced.empty() && !per && !absl::EndsWith(replaced, "/")) replaced.push_back(' ');
    absl::StrAppend(&replaced, per ? "/" : word);
  }
  return replaced;
}

// `text` as it would stand outside of \text, without brackets around all of it.
std::string Plain(string_view text) {
  std::string plain = absl::StrReplaceAll(
      text,
      {{"$", ""}, {"\\,", " "}, {"\\ ", " "}, {"\\;", " "}, {"\\:", " "}, {"\\!", ""}, {"~", " "}});
  string_view inner = absl::StripAsciiWhitespace(plain);
  if (absl::ConsumePrefix(&inner, "(")) absl::ConsumeSuffix(&inner, ")");
  // A dollar sign that is the unit, and not around it.
  return inner.empty() ? std::string(text) : std::string(inner);
}

// A unit of the table with a power that people write.
bool IsUnitPower(string_view word) {
  const Power power = PowerOf(word);
  const bool known = !FindUnit(absl::StripSuffix(word.substr(0, word.find('^')), ".")).empty();
  string_view exponent = power.exponent;
  absl::ConsumePrefix(&exponent, "-");
  return known && (power.exponent.empty() ||
                   (exponent.size() == 1 && exponent[0] >= '1' && exponent[0] <= '4'));
}

bool IsNoun(string_view word) {
  constexpr size_t kShortest = 3;
  absl::ConsumeSuffix(&word, ".");
  if (word == "of" || word == "a" || word == "by") return true;
  const bool foreign =
      std::any_of(word.begin(), word.end(), [](char c) { return !absl::ascii_isascii(c); });
  if (word.size() < kShortest && !foreign && FindUnit(word).empty()) return false;
  for (const string_view part : absl::StrSplit(word, absl::ByAnyChar("-'"))) {
    const bool letters = !part.empty() && std::all_of(part.begin(), part.end(), [](char c) {
      return absl::ascii_isalpha(c) || !absl::ascii_isascii(c);
    });
    if (!letters || (FindUnit(part).empty() && IsCountWord(absl::AsciiStrToLower(part)))) {
      return false;
    }
  }
  return true;
}

// Whether one side of a quotient is units of the table, or nouns; the latter are counted.
bool IsSide(string_view side, size_t* nouns) {
  const std::vector<string_view> words = absl::StrSplit(side, ' ', absl::SkipEmpty());
  // Of powers in words, "square" has a unit behind it, and "squared" one before it.
  const auto is_exponent = [&words](size_t at, bool behind) {
    return !ExponentOf(absl::AsciiStrToLower(words[at]), behind).empty();
  };
  bool units = !words.empty();
  for (size_t i = 0; i < words.size(); ++i) {
    const bool before = i + 1 < words.size() && is_exponent(i, false) && IsUnitPower(words[i + 1]);
    const bool behind = i > 0 && is_exponent(i, true) && IsUnitPower(words[i - 1]);
    units = units && (IsUnitPower(words[i]) || before || behind);
  }
  for (const string_view word : words) {
    if (FindUnit(word) == "percent") return false;  // Of something else: no unit of the value.
  }
  if (units) return true;
  *nouns += words.size();
  const bool times = words.size() == 1 && words[0] == "times";  // How often.
  return times || std::all_of(words.begin(), words.end(), IsNoun);
}

}  // namespace

bool IsKnownUnit(string_view text) {
  if (text.empty()) return false;
  for (const string_view side : absl::StrSplit(text, '/')) {
    if (FindUnit(absl::StripAsciiWhitespace(side.substr(0, side.find('^')))).empty()) return false;
  }
  return true;
}

std::string CanonicalUnit(string_view written) {
  const std::string text = Plain(written);
  const string_view whole = text == "per cent" ? "percent" : FindUnit(text);
  if (!whole.empty()) return std::string(whole);
  std::vector<std::string> sides;
  const std::string slashed = WithSlashes(text);
  for (const string_view side : absl::StrSplit(slashed, '/')) sides.push_back(SideOf(side));
  return absl::StrJoin(sides, "/");
}

bool IsUnit(string_view text) {
  constexpr size_t kBytesMax = 80;
  constexpr size_t kNounsMax = 3;
  if (text.size() > kBytesMax || text.empty()) return false;
  if (text == "‰" || text == "per cent" || !FindUnit(text).empty()) return true;
  const std::string plain = Plain(text);
  string_view rest = plain;
  TakeScales(&rest);
  if (rest.empty() || !FindUnit(rest).empty()) return true;
  const std::string slashed = WithSlashes(rest);
  size_t nouns = 0;
  size_t sides = 0;
  for (const string_view side : absl::StrSplit(slashed, '/')) {
    const bool empty = absl::StripAsciiWhitespace(side).empty();
    if (empty ? sides > 0 : !IsSide(side, &nouns)) return false;
    ++sides;
  }
  return sides <= 2 && nouns <= kNounsMax;
}

}  // namespace whet::math
