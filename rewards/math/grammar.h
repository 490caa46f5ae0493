// Inside the parser: grammar*.cc, one method for each line of the grammar in parser.h.
#ifndef WHET_REWARDS_MATH_GRAMMAR_H_
#define WHET_REWARDS_MATH_GRAMMAR_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rewards/math/expression.h"
#include "rewards/math/lexer.h"
#include "rewards/math/parser.h"
#include "rewards/math/token.h"
#include "rewards/math/unicode.h"
#include "rewards/math/vocabulary.h"

namespace whet::math {

using Nodes = absl::InlinedVector<NodeId, 6>;

// Reads the tokens of one text from the first to the last. Each method takes what it is named after
// and gives its node. There is no need to look whether it failed: after a failure all that is left
// is the last token, nodes are not made, and every node that is given is the absent one.
class Grammar {
 public:
  // All must outlive it.
  Grammar(const NormalizedText& source, Tokens* tokens, const ParseOptions& options);

  absl::StatusOr<Expression> Run();

 private:
  enum class Separator : uint8_t { kComma, kSemicolon, kAnd, kOr };

  // What stands between separators: separators[i] comes behind nodes[i].
  struct Items {
    Nodes nodes;
    absl::InlinedVector<Separator, 6> separators;
    absl::InlinedVector<bool, 6> braced;  // The item was {…} and nothing else.
  };

  // What is known of the brackets around the current place. An Inside is made where they open.
  struct Surroundings {
    size_t bars = 0;          // How many bars were open when they opened.
    bool such_that = false;   // A bar or a colon may separate here: { x | … }.
    bool interval = false;    // They are round or square, and may close as [0,1[ does.
    bool angle = false;       // They opened with <.
    bool rows = false;        // They are an environment, whose rows are not items.
    int level = 0;            // How many brackets are open.
    uint32_t item_begin = 0;  // The first token of the current item.
  };
  class Inside;  // Saves Surroundings and restores them.
  class Deeper;  // Counts the depth while it lives.

  // An integral whose body is being read.
  struct OpenIntegral {
    int level;
    NodeId variable;
    bool done;  // The differential was there.
  };

  // What is written above and below the name of a function: sin^2, log_2, max_{x}.
  struct FunctionScripts {
    NodeId power = kAbsentNode;
    NodeId base = kAbsentNode;  // Of a logarithm.
    std::string name;           // Of others.
  };

  // Letters in a row, with what hyphens and apostrophes join to them.
  struct WordRun {
    size_t letters;  // Of the first run; 0: there is none.
    size_t end;      // The token behind all of it.
    bool is_word;    // Some run of it looks like a word.
  };

  // The parts written below and above a sign such as \sum.
  struct Scripts {
    NodeId below = kAbsentNode;
    NodeId above = kAbsentNode;
  };

  // grammar.cc: tokens and nodes.
  const Token& Now() const { return tokens_[position_]; }
  const Token& Ahead(size_t count) const;
  bool Is(TokenKind kind) const { return Now().kind == kind; }
  bool Is(TokenKind kind, uint8_t value) const { return Is(kind) && Now().value == value; }
  bool IsAhead(size_t count, TokenKind kind) const { return Ahead(count).kind == kind; }
  void MoveTo(size_t position);
  void Advance(size_t count = 1) { MoveTo(position_ + count); }
  bool Take(TokenKind kind);
  bool Take(TokenKind kind, uint8_t value);
  void Expect(TokenKind kind, absl::string_view what);
  NodeId Fail(absl::string_view what);
  NodeId Exhaust(absl::string_view what);
  bool failed() const { return !status_.ok(); }
  NodeId Make(Op op, absl::Span<const NodeId> children, absl::string_view text = {},
              uint16_t detail = 0);
  NodeId Make(Op op, std::initializer_list<NodeId> children, absl::string_view text = {},
              uint16_t detail = 0);
  NodeId MakeSymbol(absl::string_view name) { return Make(Op::kSymbol, {}, name); }
  NodeId MakeConstant(Constant constant, absl::string_view text = {});
  NodeId MakeNumber(absl::string_view literal);
  Op OpOf(NodeId id) const { return tree_.op(id); }
  bool IsInteger(NodeId id) const;
  bool IsInfinite(NodeId id) const;
  NodeId Date();
  void SkipLeadingRelations();
  NodeId WithoutSpelling(NodeId root);

  // grammar_statements.cc
  NodeId Statement();
  void TakeItems(Items* items);
  bool EndsItems() const;
  bool TakeSeparator(Separator* separator);
  NodeId Assemble(const Items& items);
  NodeId ListOf(absl::Span<const NodeId> nodes, Joiner joiner);
  NodeId AssemblePart(const Items& items, size_t begin, size_t end);
  NodeId AssembleAlternatives(const Items& items, size_t begin, size_t end);
  NodeId Item();
  bool IsConditionGroup() const;
  NodeId PlainItem();
  bool RelationNow(Relation* relation) const;
  bool IsWordIn() const;
  void TakeRelation();
  NodeId RelationOf(NodeId left, Relation relation, NodeId right);
  NodeId WithModulus(NodeId node);
  NodeId Ratio();

  // grammar_sums.cc
  NodeId Union();
  bool IsLetterUnion(NodeId left) const;
  NodeId Sections();
  NodeId SetOperand(NodeId node, bool braced);
  NodeId Sum();
  NodeId WholeSum();  // A sum with its unit.
  NodeId WithUnit(NodeId node);
  NodeId SumOf(absl::Span<const NodeId> terms);
  bool IsVisiblySet(NodeId node) const;
  NodeId Term();
  NodeId Divided(NodeId left);
  void Signed(Nodes* factors);
  NodeId SignedNode();
  NodeId ProductOf(absl::Span<const NodeId> factors);

  // grammar_products.cc
  static bool EndsOperand(TokenKind kind);
  void Product(Nodes* factors);
  bool TakeLetterRun(Nodes* factors);
  NodeId Unwrapped(NodeId node) const;
  void AddFactor(Nodes* factors, NodeId factor, uint32_t begin);
  bool IsMixedWith(NodeId fraction) const;
  NodeId Mixed(NodeId whole, NodeId fraction);
  bool AddApplied(Nodes* factors, NodeId factor, uint32_t begin);
  NodeId PhraseFrom(NodeId first);
  bool StartsFactor() const;
  bool BarOpens() const;
  bool IsFrenchClose() const;
  bool IsDifferential() const;
  bool IntegralDone() const;
  void TakeDifferential();

  // grammar_postfix.cc
  NodeId Postfix();
  NodeId Raised(NodeId base);
  NodeId RaisedBySign(NodeId base);
  NodeId PowerOf(NodeId base, NodeId exponent);
  NodeId Chosen(NodeId base, NodeId exponent);
  NodeId Exponent();
  NodeId Lowered(NodeId base);
  NodeId LoweredConstant(NodeId base, absl::string_view name, absl::string_view subscript);
  NodeId WithFactorials(NodeId base);
  NodeId WithPrimes(NodeId base);
  NodeId WithPercent(NodeId base);
  std::string SubscriptName();
  void AppendName(size_t begin, size_t end, std::string* name) const;
  bool AppliesNow(NodeId symbol) const;
  bool IsSimpleGroup() const;
  NodeId Applied(NodeId function);

  // grammar_primary.cc
  NodeId Primary();
  bool IsNameOfFunction(const Token& text) const;
  NodeId PrimaryOperator();
  NodeId Literal();
  NodeId Number();
  bool IsBasedAhead() const;
  NodeId Based();
  NodeId Letter();
  NodeId ConstantNow();
  NodeId Boxed();
  NodeId Accent();
  NodeId Figure();
  NodeId Prescript();
  std::string LettersOfArgument();

  // grammar_groups.cc
  NodeId Group();
  NodeId RoundOrSquare(Bracket bracket);
  NodeId BracketsOf(const Items& items, bool round, uint16_t ends);
  bool TakeCloseOfInterval(bool* square);
  NodeId Curly();
  NodeId Braces();
  NodeId SetOf(Items* items);
  NodeId SuchThat(const Items& items);
  NodeId Bars();
  NodeId Enclosed(Bracket bracket, Op op);
  NodeId AbsOf(NodeId abs);
  NodeId Angle();
  NodeId Argument();
  NodeId BraceContent();

  // grammar_functions.cc
  NodeId FunctionNow();
  FunctionScripts TakeFunctionScripts();
  NodeId LogBase();
  Nodes Arguments();
  NodeId ImplicitArgument();
  bool IsMultipleOfPi(absl::Span<const NodeId> factors) const;
  NodeId CallNow();
  NodeId OperatorNow();
  NodeId Fraction();
  NodeId FractionArgument();
  NodeId Binomial();
  NodeId Root();

  // grammar_calculus.cc
  bool DerivativeAhead() const;
  bool IsDAt(size_t position) const;
  NodeId Derivative();
  bool IsPlainDerivative() const;
  NodeId PlainDerivative();
  Scripts TakeScripts();
  NodeId Integral();
  NodeId BigOperator();
  NodeId Limit();
  NodeId LimitTarget(Direction* direction);

  // grammar_words.cc
  size_t WordsNow() const;
  size_t RunAt(size_t at) const;
  size_t RunEnd(size_t at) const;
  absl::string_view RunText(size_t at) const;
  bool IsWordAt(size_t at) const;
  WordRun WordFrom(size_t at) const;
  bool BeginsPhrase(const WordRun& first) const;
  NodeId Words(size_t end);
  bool UnitFollows() const;
  bool MayBeUnit() const;
  bool WordsFollow() const;
  bool IsBehindValue() const;
  bool IsTemperature() const;
  bool LetterUnitFollows() const;
  size_t UnitEnd(std::string* unit) const;
  void AddUnitWords(size_t* at, std::string* unit) const;
  void AddUnitPower(size_t* at, std::string* unit) const;
  NodeId Measured(NodeId value);
  NodeId Scaled(NodeId value, absl::string_view* unit);
  absl::string_view SourceOf(size_t begin, size_t end) const;

  // grammar_rows.cc
  NodeId Rows();
  NodeId MatrixOf(const std::vector<Nodes>& rows, absl::string_view bracket);
  NodeId SystemOf(const std::vector<Nodes>& rows);

  const NormalizedText& source_;
  std::vector<Token>& tokens_;
  const ParseOptions& options_;
  uint32_t position_ = 0;
  int depth_ = 0;
  Surroundings around_;
  std::vector<uint32_t> bars_;  // Where the bars that are open stand.
  // The last |…| that was read, from its first token to the one behind it.
  uint32_t abs_begin_ = 0;
  uint32_t abs_end_ = 0;
  std::vector<OpenIntegral> integrals_;
  std::vector<std::string> applied_;  // The names that the text defines as functions.
  NodeId braced_ = kAbsentNode;       // The last {…} with one item.
  NodeId grouped_ = kAbsentNode;      // The last (…) with one item.
  NodeId primed_ = kAbsentNode;       // The last number with primes: minutes or seconds.
  std::string unit_;                  // Behind the last term, for its sum to take.
  bool in_limit_ = false;             // Reading where a limit goes to.
  Direction direction_ = Direction::kBoth;
  Expression tree_;
  absl::Status status_;
};

// Sets up the surroundings of a bracket that opens, and restores those around it at its end.
class Grammar::Inside {
 public:
  explicit Inside(Grammar* grammar) : grammar_(grammar), saved_(grammar->around_) {
    grammar->around_ = {.bars = grammar->bars_.size(), .level = saved_.level + 1};
  }
  ~Inside() { grammar_->around_ = saved_; }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

 private:
  Grammar* const grammar_;
  const Surroundings saved_;
};

// Fails where the limit on depth is passed.
class Grammar::Deeper {
 public:
  explicit Deeper(Grammar* grammar) : grammar_(grammar) {
    if (++grammar->depth_ > grammar->options_.depth_max) {
      grammar->Exhaust("more brackets in each other than the limit");
    }
  }
  ~Deeper() { --grammar_->depth_; }
  Deeper(const Deeper&) = delete;
  Deeper& operator=(const Deeper&) = delete;

 private:
  Grammar* const grammar_;
};

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_GRAMMAR_H_
