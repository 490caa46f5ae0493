// How a program in some language is compiled and run.
#ifndef WHET_SANDBOX_LANGUAGE_H_
#define WHET_SANDBOX_LANGUAGE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sandbox/command.h"
#include "sandbox/executor.h"

namespace whet::sandbox {

struct Language {
  std::string name;                  // "cpp"
  std::vector<std::string> aliases;  // "c++"
  std::string source_name;           // What the source is called: "main.cpp".
  // Argument lists that begin with a path. The compiler leaves `compiled_name` behind; without a
  // compiler the source itself is run.
  std::vector<std::string> compile;
  std::string compiled_name;
  std::vector<std::string> run;
  std::vector<std::string> environment;  // "KEY=VALUE", for both.
  std::vector<std::string> directories;  // That it needs besides the system's, read-only.
};

// The one language that whet-jail knows: it can keep an interpreter ready for it.
Language PythonLanguage();
// It, c, cpp and bash, as Debian has them.
std::vector<Language> DefaultLanguages();

// By name or alias; NotFound, with those that there are, for others.
absl::StatusOr<const Language*> FindLanguage(absl::Span<const Language> languages,
                                             absl::string_view name);

// What compiles `source`; the language has a compiler.
Command CompileCommand(const Language& language, const std::string& source);
// What runs `executable`: what the compiler made, or the source.
Command RunCommand(const Language& language, const std::string& executable, const Invocation& run);

}  // namespace whet::sandbox

#endif  // WHET_SANDBOX_LANGUAGE_H_
