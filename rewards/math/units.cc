#include "rewards/math/units.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

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
    "degree degrees deg degs",
    "arcmin arcminute arcminutes",
    "arcsec arcsecond arcseconds",
    "degC celsius",
    "degF fahrenheit",
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

}  // namespace

bool IsKnownUnit(string_view text) {
  if (text.empty()) return false;
  for (const string_view side : absl::StrSplit(text, '/')) {
    if (FindUnit(absl::StripAsciiWhitespace(side.substr(0, side.find('^')))).empty()) return false;
  }
  return true;
}

std::string CanonicalUnit(string_view text) {
  const string_view whole = text == "per cent" ? "percent" : FindUnit(text);
  if (!whole.empty()) return std::string(whole);
  std::vector<std::string> sides;
  const std::string slashed = WithSlashes(text);
  for (const string_view side : absl::StrSplit(slashed, '/')) sides.push_back(SideOf(side));
  return absl::StrJoin(sides, "/");
}

}  // namespace whet::math
