// A step as metrics.jsonl shows it: names are TRL's where it has one (docs/formats.md).
#ifndef WHET_ORCHESTRATOR_STEP_METRICS_H_
#define WHET_ORCHESTRATOR_STEP_METRICS_H_

#include <cstdint>

#include "orchestrator/run_view.h"
#include "text/json.h"

namespace whet {

// What two runs of the same seed agree on. `tokens_before`: of the batches before this one.
Json MetricsJson(const StepReport& report, int64_t tokens_before);

// What depends on the clock and on what was recorded already.
Json TimingsJson(const StepReport& report);

}  // namespace whet

#endif  // WHET_ORCHESTRATOR_STEP_METRICS_H_
