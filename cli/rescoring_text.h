// What a rescoring found, for people and for programs.
#ifndef WHET_CLI_RESCORING_TEXT_H_
#define WHET_CLI_RESCORING_TEXT_H_

#include <string>

#include "orchestrator/rescoring.h"
#include "text/json.h"

namespace whet {

// All of it, a line a number, and then the disagreements that are shown.
std::string RescoringText(const RescoringReport& report);
Json ToJson(const RescoringReport& report);

}  // namespace whet

#endif  // WHET_CLI_RESCORING_TEXT_H_
