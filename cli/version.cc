#include "cli/version.h"

#include "absl/strings/str_cat.h"

namespace whet {
namespace {

// cli/CMakeLists.txt sets the WHET_ names for this file.
#ifdef __clang__
constexpr char kCompiler[] = "clang++ " __clang_version__;
#else
constexpr char kCompiler[] = "g++ " __VERSION__;
#endif

}  // namespace

std::string VersionText() {
  return absl::StrCat("whet ", WHET_VERSION, " (commit ", WHET_COMMIT, ", ", WHET_BUILD_TYPE, ", ",
                      kCompiler, ")");
}

}  // namespace whet
