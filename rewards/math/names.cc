#include "rewards/math/names.h"

#include <cstddef>

namespace whet::math {
namespace {

using absl::string_view;

// In the order of the enums.
constexpr string_view kConstants[] = {"pi",       "euler",    "imaginary", "infinity", "emptyset",
                                      "naturals", "integers", "rationals", "reals",    "complexes"};
constexpr string_view kFunctions[] = {
    "sin",       "cos",    "tan",    "cot",    "sec",    "csc",     "arcsin",
    "arccos",    "arctan", "arccot", "arcsec", "arccsc", "sinh",    "cosh",
    "tanh",      "coth",   "sech",   "csch",   "arsinh", "arcosh",  "artanh",
    "arcoth",    "arsech", "arcsch", "exp",    "ln",     "log",     "gcd",
    "lcm",       "min",    "max",    "det",    "trace",  "re",      "im",
    "conjugate", "arg",    "sgn",    "gamma",  "zeta",   "falling", "permutations"};
constexpr string_view kRelations[] = {
    "=",  "!=",    "<",      "<=",       ">",        ">=",         "approx",  "equiv",
    "in", "notin", "subset", "subseteq", "superset", "superseteq", "|",       "notmid",
    "~",  "cong",  "propto", "parallel", "perp",     "->",         "implies", "iff"};

static_assert(std::size(kConstants) == static_cast<size_t>(Constant::kComplexes) + 1);
static_assert(std::size(kFunctions) == static_cast<size_t>(Function::kPermutations) + 1);
static_assert(std::size(kRelations) == static_cast<size_t>(Relation::kIff) + 1);

}  // namespace

string_view NameOf(Constant constant) { return kConstants[static_cast<size_t>(constant)]; }
string_view NameOf(Function function) { return kFunctions[static_cast<size_t>(function)]; }
string_view NameOf(Relation relation) { return kRelations[static_cast<size_t>(relation)]; }

}  // namespace whet::math
