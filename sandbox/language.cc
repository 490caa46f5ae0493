#include "sandbox/language.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace whet::sandbox {
namespace {

// What Python's own start does, without what makes that slow (-S): names for leaving, and where
// Debian's modules lie. Then the program, as __main__. The working directory, from which -c would
// import first, is searched last.
constexpr char kPythonStart[] =
    "def _():\n"
    "  import sys, posix\n"
    "  if '' in sys.path: sys.path.remove('')\n"
    "  import builtins, _sitebuiltins\n"
    "  for name in 'exit', 'quit':\n"
    "    setattr(builtins, name, _sitebuiltins.Quitter(name, 'Ctrl-D'))\n"
    "  sys.path += [f'/usr/local/lib/python3.{sys.version_info[1]}/dist-packages',\n"
    "               '/usr/lib/python3/dist-packages', posix.getcwd()]\n"
    "  sys.argv.pop(0)\n"
    "  globals()['__file__'] = sys.argv[0]\n"
    "  with open(sys.argv[0], 'rb') as file: text = file.read()\n"
    "  return compile(text, sys.argv[0], 'exec')\n"
    "exec(_())\n";

}  // namespace

// Not -I: it would ignore the hash seed, and a program that prints a set print another each time.
Language PythonLanguage() {
  return {.name = "python",
          .aliases = {"python3", "py"},
          .source_name = "main.py",
          .compile = {},
          .compiled_name = "",
          .run = {"/usr/bin/python3", "-s", "-S", "-B", "-c", kPythonStart, "main.py"},
          .environment = {"PYTHONHASHSEED=0"},
          .directories = {}};
}

std::vector<Language> DefaultLanguages() {
  return {
      PythonLanguage(),
      {.name = "c",
       .aliases = {},
       .source_name = "main.c",
       .compile = {"/usr/bin/gcc", "-O2", "-std=gnu17", "-o", "main", "main.c", "-lm", "-pthread"},
       .compiled_name = "main",
       .run = {"./main"},
       .environment = {},
       .directories = {}},
      {.name = "cpp",
       .aliases = {"c++", "cxx"},
       .source_name = "main.cpp",
       .compile = {"/usr/bin/g++", "-O2", "-std=gnu++20", "-o", "main", "main.cpp", "-pthread"},
       .compiled_name = "main",
       .run = {"./main"},
       .environment = {},
       .directories = {}},
      {.name = "bash",
       .aliases = {"sh", "command"},
       .source_name = "main.sh",
       .compile = {},
       .compiled_name = "",
       .run = {"/bin/bash", "main.sh"},
       .environment = {},
       .directories = {}},
  };
}

absl::StatusOr<const Language*> FindLanguage(absl::Span<const Language> languages,
                                             absl::string_view name) {
  for (const Language& language : languages) {
    if (language.name == name ||
        std::count(language.aliases.begin(), language.aliases.end(), std::string(name)) > 0) {
      return &language;
    }
  }
  const auto append = [](std::string* out, const Language& language) {
    out->append(language.name);
  };
  return absl::NotFoundError(absl::StrCat("there is no language ", name, "; there are ",
                                          absl::StrJoin(languages, ", ", append)));
}

Command CompileCommand(const Language& language, const std::string& source) {
  return {.argv = language.compile,
          .environment = language.environment,
          .files = {{.name = language.source_name, .bytes = source}},
          .input = "",
          .collected = {language.compiled_name},
          .limits = CompileLimits()};
}

Command RunCommand(const Language& language, const std::string& executable, const Invocation& run) {
  const bool compiled = !language.compile.empty();
  Command command = {.argv = language.run,
                     .environment = language.environment,
                     .files = run.files,
                     .input = run.input,
                     .collected = run.collected,
                     .limits = run.limits};
  command.argv.insert(command.argv.end(), run.arguments.begin(), run.arguments.end());
  command.files.push_back({.name = compiled ? language.compiled_name : language.source_name,
                           .bytes = executable,
                           .executable = compiled});
  // What it was compiled to is not its own doing.
  command.limits.scratch_bytes += static_cast<int64_t>(executable.size());
  return command;
}

}  // namespace whet::sandbox
