// One term in the place of a symbol.
#ifndef WHET_REWARDS_MATH_SUBSTITUTE_H_
#define WHET_REWARDS_MATH_SUBSTITUTE_H_

#include "absl/container/flat_hash_map.h"
#include "rewards/math/term_maker.h"

namespace whet::math {

// `term` with `replacement` wherever `symbol` stands, in the arguments of kernels too. What is
// rational then is computed.
TermId Substitute(TermId term, TermId symbol, TermId replacement, TermMaker* maker);

// `term` with numbers in the place of symbols. Floors of what is a constant then are computed:
// LikelyFloor() of certain.h.
TermId SubstituteNumbers(TermId term, const absl::flat_hash_map<TermId, TermId>& numbers,
                         TermMaker* maker);

// Whether the term is continuous in its symbols wherever it is finite: there are no floors, signs,
// arguments, nor kernels. (On branch cuts of logarithms and powers it is so from one side.)
bool IsContinuous(const TermPool& pool, TermId term);

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_SUBSTITUTE_H_
