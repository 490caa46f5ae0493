// What this binary is.
#ifndef WHET_CLI_VERSION_H_
#define WHET_CLI_VERSION_H_

#include <string>

namespace whet {

// "whet 0.1.0 (commit 1a2b3c4, Release, g++ 12.2.0)".
std::string VersionText();

}  // namespace whet

#endif  // WHET_CLI_VERSION_H_
