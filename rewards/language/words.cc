#include "rewards/language/words.h"

#include <unicode/brkiter.h>
#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <array>
#include <memory>
#include <string_view>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "base/check.h"

namespace whet {
namespace {

using absl::string_view;

constexpr int kAcronymLettersMax = 5;
constexpr int kFormulaLettersMax = 3;

bool IsNotationName(string_view word) {
  static const auto& names = *new absl::flat_hash_set<string_view>{
      "sin",  "cos",  "tan",  "cot", "sec",    "csc",    "arcsin", "arccos", "arctan", "sinh",
      "cosh", "tanh", "coth", "log", "ln",     "lg",     "exp",    "lim",    "max",    "min",
      "sup",  "inf",  "gcd",  "lcm", "mod",    "det",    "tr",     "dim",    "ker",    "deg",
      "arg",  "sgn",  "sqrt", "div", "argmax", "argmin", "const",  "iff",    "km",     "cm",
      "mm",   "nm",   "kg",   "mg",  "ml",     "hz",     "khz",    "mhz",    "ghz",    "kwh",
      "mol",  "rad",  "kb",   "mb",  "gb",     "tb",     "ms",     "ns",     "dx",     "dy",
      "dz",   "dt",   "dr",   "du",  "dv"};
  return names.contains(word);
}

// ICU's break iterators of a thread: they are not thread-safe, and costly to make.
struct Breakers {
  std::unique_ptr<icu::BreakIterator> words;
  std::unique_ptr<icu::BreakIterator> sentences;
};

Breakers& ThreadBreakers() {
  thread_local Breakers breakers = [] {
    UErrorCode error = U_ZERO_ERROR;
    Breakers made;
    made.words.reset(icu::BreakIterator::createWordInstance(icu::Locale::getRoot(), error));
    made.sentences.reset(icu::BreakIterator::createSentenceInstance(icu::Locale::getRoot(), error));
    WHET_CHECK(U_SUCCESS(error));  // ICU is linked with its tables.
    return made;
  }();
  return breakers;
}

icu::UnicodeString Composed(string_view prose) {
  icu::UnicodeString text =
      icu::UnicodeString::fromUTF8(icu::StringPiece(prose.data(), static_cast<int>(prose.size())));
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(error);
  WHET_CHECK(U_SUCCESS(error));
  if (nfc->isNormalized(text, error)) return text;
  icu::UnicodeString composed = nfc->normalize(text, error);
  return U_SUCCESS(error) ? composed : text;
}

bool IsLetter(UChar32 c) { return (U_MASK(u_charType(c)) & (U_GC_L_MASK | U_GC_M_MASK)) != 0; }

// Letters of one script that stand together in a token.
struct Run {
  int begin;
  int end;
  Script script = Script::kNone;
  int letters = 0;
  int capitals = 0;
  bool capitalized = false;
  bool camel = false;  // A capital behind a small letter.
};

bool Joins(Script a, Script b) {
  const auto is_japanese = [](Script s) { return s == Script::kHan || s == Script::kKana; };
  return a == b || a == Script::kNone || b == Script::kNone || (is_japanese(a) && is_japanese(b));
}

// Cuts the texts of one call.
class Splitter {
 public:
  explicit Splitter(string_view prose) : text_(Composed(prose)) {}

  std::vector<Sentence> Split() {
    Breakers& breakers = ThreadBreakers();
    breakers.words->setText(text_);
    breakers.sentences->setText(text_);
    sentences_.emplace_back();
    int sentence_end = breakers.sentences->next();
    int begin = breakers.words->first();
    for (int end = breakers.words->next(); end != icu::BreakIterator::DONE;
         begin = end, end = breakers.words->next()) {
      while (sentence_end != icu::BreakIterator::DONE && begin >= sentence_end) {
        sentence_end = breakers.sentences->next();
        NextSentence();
      }
      const int status = breakers.words->getRuleStatus();
      if (status >= UBRK_WORD_LETTER && status < UBRK_WORD_IDEO_LIMIT) {
        AddToken(begin, end);
      } else if (status < UBRK_WORD_NONE_LIMIT) {
        ReadBetween(begin, end);
      }
    }
    return std::move(sentences_);
  }

 private:
  void NextSentence() {
    if (!sentences_.back().words.empty()) sentences_.emplace_back();
    quoted_ = false;
    clause_ = 0;
  }

  // Punctuation.
  void ReadBetween(int begin, int end) {
    for (int i = begin; i < end; ++i) {
      switch (text_[i]) {
        case u'"':
          quoted_ = !quoted_;
          break;
        case u'「':
        case u'『':
        case u'“':
        case u'《':
          quoted_ = true;
          break;
        case u'」':
        case u'』':
        case u'”':
        case u'》':
          quoted_ = false;
          break;
        case u',':
        case u';':
        case u':':
        case u'(':
        case u')':
        case u'—':
        case u'،':
        case u'؛':
          ++clause_;
          break;
        default:
          break;
      }
    }
  }

  void AddToken(int begin, int end) {
    bool notation = false;
    bool forged = false;
    std::vector<Run>& runs = runs_;
    runs.clear();
    for (int i = begin; i < end;) {
      const UChar32 c = text_.char32At(i);
      const int next = i + U16_LENGTH(c);
      if (u_isdigit(c) || c == '_' || (c == '.' && next < end)) {
        notation = true;
      } else if (IsLetter(c)) {
        const Script script = ScriptOf(static_cast<char32_t>(c));
        CountLetter(script);
        if (runs.empty() || !Joins(runs.back().script, script)) {
          forged = forged || (!runs.empty() && AreConfusable(runs.back().script, script));
          runs.push_back({.begin = i, .end = i});
        }
        Extend(&runs.back(), c, script);
        runs.back().end = next;
      } else if (!runs.empty()) {
        runs.back().end = next;  // The apostrophe of "let's".
      }
      i = next;
    }
    AddRuns(notation, forged);
  }

  void AddRuns(bool notation, bool forged) {
    if (forged && IsMathematical()) notation = true;
    if (forged && !notation) {
      for (const Run& run : runs_) {
        if (&run != &runs_.front()) runs_.front().letters += run.letters;
      }
      runs_.front().end = runs_.back().end;
      runs_.resize(1);
    }
    for (const Run& run : runs_) {
      Word word = {.text = TextOf(run), .script = run.script};
      word.notation = notation || IsNotation(run, word.text);
      word.forged = forged && !notation;
      if (word.forged) word.notation = false;
      word.in_formula = run.script == Script::kLatin && IsInFormula(run);
      word.capitalized = run.script == Script::kLatin && run.capitalized;
      word.letters = run.letters;
      word.clause = clause_;
      sentences_.back().words.push_back(std::move(word));
    }
  }

  void CountLetter(Script script) {
    if (quoted_) return;
    if (script == Script::kHan) ++sentences_.back().han_letters;
    if (script == Script::kKana) ++sentences_.back().kana_letters;
  }

  static void Extend(Run* run, UChar32 c, Script script) {
    const bool capital = u_isupper(c);
    if (run->letters == 0) run->capitalized = capital;
    if (capital && run->capitals < run->letters) run->camel = true;
    ++run->letters;
    if (capital) ++run->capitals;
    if (run->script == Script::kNone || script == Script::kKana) run->script = script;
  }

  std::string TextOf(const Run& run) const {
    std::string text;
    text_.tempSubStringBetween(run.begin, run.end).toUTF8String(text);
    return text;
  }

  // "Δx", "sinθ": Latin and Greek, each a name of one letter or of a function.
  bool IsMathematical() const {
    return absl::c_all_of(runs_, [this](const Run& run) {
      return (run.script == Script::kLatin || run.script == Script::kGreek) &&
             (run.letters == 1 || IsNotationName(TextOf(run)));
    });
  }

  static bool IsNotation(const Run& run, string_view text) {
    if (run.script == Script::kNone || run.camel) return true;
    const bool is_syllable =
        run.script == Script::kHan || run.script == Script::kKana || run.script == Script::kHangul;
    if (run.letters == 1 && !is_syllable) return true;
    if (run.capitals == run.letters && run.letters <= kAcronymLettersMax) return true;
    return run.script == Script::kLatin && IsNotationName(text);
  }

  bool IsInFormula(const Run& run) const {
    constexpr std::u16string_view kOperators = u"=+*/^|<>≤≥≠−×·÷≈≡∈→";
    if (run.end < text_.length() && text_[run.end] == u'(') return true;
    if (run.letters > kFormulaLettersMax) return false;
    int before = run.begin - 1;
    while (before >= 0 && text_[before] == u' ') --before;
    int after = run.end;
    while (after < text_.length() && text_[after] == u' ') ++after;
    const auto is_operator = [&](int at) {
      return at >= 0 && at < text_.length() &&
             kOperators.find(text_[at]) != std::u16string_view::npos;
    };
    return is_operator(before) || is_operator(after);
  }

  const icu::UnicodeString text_;
  std::vector<Sentence> sentences_;
  std::vector<Run> runs_;  // Of the token at hand.
  bool quoted_ = false;
  int clause_ = 0;
};

}  // namespace

std::vector<Sentence> SplitWords(string_view prose) { return Splitter(prose).Split(); }

std::string FoldCase(string_view word) {
  icu::UnicodeString folded =
      icu::UnicodeString::fromUTF8(icu::StringPiece(word.data(), static_cast<int>(word.size())));
  std::string text;
  folded.foldCase().toUTF8String(text);
  return text;
}

}  // namespace whet
