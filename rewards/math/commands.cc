#include <cstddef>

#include "absl/strings/match.h"
#include "rewards/math/expression.h"
#include "rewards/math/vocabulary.h"

namespace whet::math {
namespace {

using absl::string_view;
using Kind = TokenKind;

constexpr Meaning Token(Kind kind, uint8_t value = 0, string_view text = {}) {
  return {Handling::kToken, kind, value, text};
}
constexpr Meaning Named(Kind kind, string_view text) { return Token(kind, 0, text); }
constexpr Meaning Is(Constant constant) { return Token(Kind::kConstant, Of(constant)); }
constexpr Meaning Is(Function function) { return Token(Kind::kFunction, Of(function)); }
constexpr Meaning Is(Relation relation) { return Token(Kind::kRelation, Of(relation)); }
constexpr Meaning Is(Op big_operator) { return Token(Kind::kBigOperator, Of(big_operator)); }
constexpr Meaning Is(Call call) { return Token(Kind::kCall, Of(call)); }
constexpr Meaning Opens(Bracket bracket) { return Token(Kind::kOpen, Of(bracket)); }
constexpr Meaning Closes(Bracket bracket) { return Token(Kind::kClose, Of(bracket)); }
constexpr Meaning Handled(Handling handling, string_view text = {}) {
  return {handling, Kind::kEnd, 0, text};
}

constexpr Entry kEntries[] = {
    // How it looks.
    {"quad qquad enspace enskip thinspace medspace thickspace negthinspace smallskip medskip "
     "bigskip newline hfill hfil noindent centering nobreak allowbreak relax protect",
     Handled(Handling::kSpace)},
    {"displaystyle textstyle scriptstyle scriptscriptstyle limits nolimits nonumber notag hline "
     "checkmark qed qedsymbol blacksquare n mathstrut strut mathopen mathclose mathbin mathrel "
     "mathord mathop mathpunct mathinner",
     Handled(Handling::kSpace)},
    {"big Big bigg Bigg bigm Bigm biggm Biggm rm it bf sf tt cal normalfont tiny small large Large "
     "LARGE huge Huge therefore because",
     Handled(Handling::kSpace)},
    {"hspace vspace hskip phantom hphantom vphantom label tag", Handled(Handling::kSkipGroup)},
    {"color textcolor colorbox", Handled(Handling::kSkipGroup, "content")},
    {"mathbf mathit mathsf mathtt mathnormal mathbfit symbf boldsymbol bm pmb underline ensuremath "
     "vcenter variable",
     Handled(Handling::kTransparent)},
    {"text mbox hbox emph textbf textit textrm textnormal textsf texttt textsl textup textmd "
     "textsc",
     Handled(Handling::kText)},
    {"mathrm", Handled(Handling::kRoman)},
    {"mathbb Bbb", Handled(Handling::kLetters, "bb")},
    {"mathcal", Handled(Handling::kLetters, "cal")},
    {"mathfrak", Handled(Handling::kLetters, "frak")},
    {"mathscr", Handled(Handling::kLetters, "scr")},
    {"operatorname", Handled(Handling::kOperator)},
    {"begin", Handled(Handling::kBegin)},
    {"end", Handled(Handling::kEnd)},
    {"left mleft bigl Bigl biggl Biggl", Handled(Handling::kLeft)},
    {"right mright bigr Bigr biggr Biggr", Handled(Handling::kRight)},
    {"middle", Handled(Handling::kMiddle)},
    {"not", Handled(Handling::kNegate)},
    {"char", Handled(Handling::kCharacter)},

    // Names and constants.
    {"alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron rho sigma "
     "tau upsilon phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega "
     "varpi ell hbar nabla partial aleph beth wp",
     Named(Kind::kName, "*")},
    {"varepsilon", Named(Kind::kName, "epsilon")},
    {"vartheta", Named(Kind::kName, "theta")},
    {"varrho", Named(Kind::kName, "rho")},
    {"varsigma", Named(Kind::kName, "sigma")},
    {"varphi", Named(Kind::kName, "phi")},
    {"varkappa", Named(Kind::kName, "kappa")},
    {"imath", Named(Kind::kName, "i")},
    {"jmath", Named(Kind::kName, "j")},
    {"pi", Is(Constant::kPi)},
    {"infty infinity", Is(Constant::kInfinity)},
    {"emptyset varnothing O", Is(Constant::kEmptySet)},
    {"exponentialE", Is(Constant::kE)},
    {"imaginaryI imaginaryJ", Is(Constant::kI)},
    {"N", Is(Constant::kNaturals)},
    {"Z", Is(Constant::kIntegers)},
    {"Q", Is(Constant::kRationals)},
    {"R", Is(Constant::kReals)},
    {"C", Is(Constant::kComplexes)},

    // Functions.
    {"sin", Is(Function::kSin)},
    {"cos", Is(Function::kCos)},
    {"tan tg", Is(Function::kTan)},
    {"cot ctg cotg", Is(Function::kCot)},
    {"sec", Is(Function::kSec)},
    {"csc cosec", Is(Function::kCsc)},
    {"arcsin", Is(Function::kArcsin)},
    {"arccos", Is(Function::kArccos)},
    {"arctan arctg", Is(Function::kArctan)},
    {"arccot arcctg", Is(Function::kArccot)},
    {"arcsec", Is(Function::kArcsec)},
    {"arccsc", Is(Function::kArccsc)},
    {"sinh sh", Is(Function::kSinh)},
    {"cosh ch", Is(Function::kCosh)},
    {"tanh", Is(Function::kTanh)},
    {"coth", Is(Function::kCoth)},
    {"sech", Is(Function::kSech)},
    {"csch", Is(Function::kCsch)},
    {"arsinh arcsinh", Is(Function::kArsinh)},
    {"arcosh arccosh", Is(Function::kArcosh)},
    {"artanh arctanh", Is(Function::kArtanh)},
    {"arcoth arccoth", Is(Function::kArcoth)},
    {"arsech arcsech", Is(Function::kArsech)},
    {"arcsch arccsch", Is(Function::kArcsch)},
    {"exp", Is(Function::kExp)},
    {"ln", Is(Function::kLn)},
    {"log", Is(Function::kLog)},
    {"lg", Token(Kind::kFunction, Of(Function::kLog), "10")},
    {"gcd", Is(Function::kGcd)},
    {"lcm", Is(Function::kLcm)},
    {"min", Is(Function::kMin)},
    {"max", Is(Function::kMax)},
    {"det", Is(Function::kDet)},
    {"tr", Is(Function::kTrace)},
    {"Re", Is(Function::kRe)},
    {"Im", Is(Function::kIm)},
    {"arg", Is(Function::kArg)},
    {"sgn", Is(Function::kSgn)},
    {"floor", Is(Call::kFloor)},
    {"ceil", Is(Call::kCeil)},
    {"abs", Is(Call::kAbs)},
    {"Pr sup inf dim ker hom deg limsup liminf", Named(Kind::kOperatorName, "*")},
    {"frac dfrac tfrac cfrac nicefrac sfrac flatfrac", Token(Kind::kFraction)},
    {"binom dbinom tbinom", Token(Kind::kBinomial)},
    {"sqrt", Token(Kind::kRoot)},
    {"sum", Is(Op::kSum)},
    {"prod", Is(Op::kProduct)},
    {"bigcup", Is(Op::kBigUnion)},
    {"bigcap", Is(Op::kBigIntersection)},
    {"int oint smallint", Token(Kind::kIntegral, 1)},
    {"iint oiint", Token(Kind::kIntegral, 2)},
    {"iiint", Token(Kind::kIntegral, 3)},
    {"lim", Token(Kind::kLimit)},
    {"boxed fbox framebox", Token(Kind::kBoxed)},
    {"mathdollar textdollar", Named(Kind::kCurrency, "$")},
    {"ldots dots cdots dotsc dotsb dotsm dotsi dotso vdots ddots textellipsis",
     Token(Kind::kEllipsis)},

    // Marks over and before letters.
    {"hat widehat", Named(Kind::kAccent, "hat")},
    {"tilde widetilde", Named(Kind::kAccent, "tilde")},
    {"vec overrightarrow", Named(Kind::kAccent, "vec")},
    {"bar overline", Named(Kind::kAccent, "overline")},
    {"dot ddot check breve acute grave", Named(Kind::kAccent, "*")},
    {"overleftrightarrow", Named(Kind::kAccent, "line")},
    {"overarc overparen wideparen", Named(Kind::kAccent, "arc")},
    {"angle measuredangle", Named(Kind::kFigure, "angle")},
    {"triangle", Named(Kind::kFigure, "triangle")},
    {"odot", Named(Kind::kFigure, "circle")},

    // Brackets.
    {"lbrace", Opens(Bracket::kCurly)},
    {"rbrace", Closes(Bracket::kCurly)},
    {"lbrack", Opens(Bracket::kSquare)},
    {"rbrack", Closes(Bracket::kSquare)},
    {"lgroup lparen", Opens(Bracket::kRound)},
    {"rgroup rparen", Closes(Bracket::kRound)},
    {"langle", Opens(Bracket::kAngle)},
    {"rangle", Closes(Bracket::kAngle)},
    {"lfloor llcorner", Opens(Bracket::kFloor)},
    {"rfloor lrcorner", Closes(Bracket::kFloor)},
    {"lceil ulcorner", Opens(Bracket::kCeil)},
    {"rceil urcorner", Closes(Bracket::kCeil)},
    {"lvert", Opens(Bracket::kAbs)},
    {"rvert", Closes(Bracket::kAbs)},
    {"lVert", Opens(Bracket::kNorm)},
    {"rVert", Closes(Bracket::kNorm)},
    {"vert", Token(Kind::kBar)},
    {"Vert", Token(Kind::kDoubleBar)},

    // Operators.
    {"pm", Token(Kind::kPlusMinus)},
    {"mp", Token(Kind::kMinusPlus)},
    {"times cdot ast star bullet", Token(Kind::kTimes)},
    {"div", Token(Kind::kDivide)},
    {"mod bmod", Token(Kind::kMod)},
    {"pmod", Token(Kind::kPmod)},
    {"circ", Token(Kind::kCompose)},
    {"cup", Token(Kind::kUnion)},
    {"cap", Token(Kind::kIntersection)},
    {"setminus smallsetminus backslash", Token(Kind::kSetMinus)},
    {"over", Token(Kind::kOver)},
    {"choose", Token(Kind::kChoose)},
    {"degree degrees", Token(Kind::kDegree)},
    {"prime", Token(Kind::kPrime)},
    {"top intercal", Token(Kind::kTranspose)},
    {"colon", Token(Kind::kColon)},
    {"land wedge", Token(Kind::kAnd)},
    {"lor vee", Token(Kind::kOr)},
    {"neg lnot", Token(Kind::kNot)},
    {"forall", Token(Kind::kForAll)},
    {"cr", Token(Kind::kRow)},

    // Relations.
    {"eq doteq triangleq coloneqq", Is(Relation::kEqual)},
    {"ne neq", Is(Relation::kNotEqual)},
    {"lt", Is(Relation::kLess)},
    {"le leq leqslant leqq", Is(Relation::kLessEqual)},
    {"gt", Is(Relation::kGreater)},
    {"ge geq geqslant geqq", Is(Relation::kGreaterEqual)},
    {"approx approxeq thickapprox simeq", Is(Relation::kApprox)},
    {"equiv", Is(Relation::kEquivalent)},
    {"in", Is(Relation::kElementOf)},
    {"notin", Is(Relation::kNotElementOf)},
    {"subset subsetneq subsetneqq", Is(Relation::kSubset)},
    {"subseteq", Is(Relation::kSubsetEqual)},
    {"supset supsetneq supsetneqq", Is(Relation::kSuperset)},
    {"supseteq", Is(Relation::kSupersetEqual)},
    {"mid", Is(Relation::kMid)},
    {"nmid", Is(Relation::kNotMid)},
    {"sim thicksim", Is(Relation::kSimilar)},
    {"cong", Is(Relation::kCongruent)},
    {"propto varpropto", Is(Relation::kProportional)},
    {"parallel", Is(Relation::kParallel)},
    {"perp bot", Is(Relation::kPerpendicular)},
    {"to rightarrow longrightarrow mapsto longmapsto", Is(Relation::kTo)},
    {"implies Rightarrow Longrightarrow", Is(Relation::kImplies)},
    {"iff Leftrightarrow Longleftrightarrow", Is(Relation::kIff)},
};

const Vocabulary& Commands() {
  static const Vocabulary& commands = *new Vocabulary(MakeVocabulary(kEntries));
  return commands;
}

// Whether a letter right behind the command was meant to be apart from it.
bool IsOftenJoined(const Meaning& meaning, size_t length) {
  switch (meaning.kind) {
    case Kind::kConstant:
    case Kind::kPlusMinus:
      return length >= 2;
    case Kind::kOpen:
    case Kind::kClose:
    case Kind::kBar:
    case Kind::kTimes:
    case Kind::kDivide:
    case Kind::kUnion:
    case Kind::kIntersection:
    case Kind::kSetMinus:
    case Kind::kRelation:
      return length >= 3;
    case Kind::kFunction:
      return length >= 2;
    default:
      return meaning.handling == Handling::kSpace && length >= 4;
  }
}

}  // namespace

const Meaning* FindCommand(string_view name) {
  const auto found = Commands().find(name);
  return found == Commands().end() ? nullptr : &found->second;
}

const Meaning* FindCommandPrefix(string_view name, size_t* length) {
  constexpr size_t kLongest = 20;
  for (size_t size = std::min(name.size(), kLongest); size >= 2; --size) {
    const Meaning* found = FindCommand(name.substr(0, size));
    if (found == nullptr || !IsOftenJoined(*found, size)) continue;
    *length = size;
    return found;
  }
  return nullptr;
}

}  // namespace whet::math
