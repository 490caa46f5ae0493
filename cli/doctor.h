// What `whet doctor` finds out.
#ifndef WHET_CLI_DOCTOR_H_
#define WHET_CLI_DOCTOR_H_

#include <string>
#include <vector>

#include "text/json.h"

namespace whet {

enum class Health {
  kGood,
  kLimited,  // Works, but the user should know something.
  kBroken,   // whet cannot work on this machine until it is mended.
};

struct Finding {
  std::string name;  // "torch"
  Health health;
  std::string text;  // One line for people.
  Json details;      // The same for programs.
};

// Looks at processor, memory, torch, exactness, gRPC, sandbox and mathematics, in this order. Takes
// about a second.
std::vector<Finding> Examine();

// A line a finding.
std::string FindingsTable(const std::vector<Finding>& findings);

// {"torch": {"health": "good", "text": …, …details}, …}
Json FindingsJson(const std::vector<Finding>& findings);

}  // namespace whet

#endif  // WHET_CLI_DOCTOR_H_
