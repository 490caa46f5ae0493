// curve.svg: how a run went, as a picture.
#ifndef WHET_ORCHESTRATOR_CURVE_H_
#define WHET_ORCHESTRATOR_CURVE_H_

#include <string>
#include <vector>

#include "text/json.h"

namespace whet {

// Accuracy, length, format rate, share of thoughts and share of the target language against steps,
// of the rows of metrics.jsonl: training batches as lines, evaluations as points. A function of the
// rows' values that do not depend on the clock. Panels without values are left out.
std::string CurveSvg(const std::vector<Json>& rows);

}  // namespace whet

#endif  // WHET_ORCHESTRATOR_CURVE_H_
