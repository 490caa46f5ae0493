#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/atomic_file.h"
#include "base/status.h"
#include "cli/commands.h"
#include "cli/output.h"

// Files of the source tree, which the program carries.
#define WHET_EMBED(symbol, path)                                                               \
  __asm__(".pushsection .rodata\n" #symbol ":\n.incbin \"" path "\"\n.byte 0\n.popsection\n"); \
  extern const char symbol[] __asm__(#symbol)

WHET_EMBED(kWhetTemplatePythonVerifier, WHET_TEMPLATES "/python/verifier.py");
WHET_EMBED(kWhetTemplatePythonTest, WHET_TEMPLATES "/python/verifier_test.py");
WHET_EMBED(kWhetTemplateCppVerifier, WHET_TEMPLATES "/cpp/verifier.cc");
WHET_EMBED(kWhetTemplateCppTest, WHET_TEMPLATES "/cpp/verifier_test.cc");
WHET_EMBED(kWhetTemplateCppMakefile, WHET_TEMPLATES "/cpp/Makefile");
WHET_EMBED(kWhetTemplateCppHeader, WHET_VERIFIER_HEADER);

namespace whet {
namespace {

struct NewArguments {
  std::string language;
  std::string directory;
};

struct TemplateFile {
  const char* name;
  absl::string_view text;
};

struct VerifierTemplate {
  std::vector<TemplateFile> files;
  absl::string_view test;  // The command that tries it, in its folder.
  absl::string_view rule;  // In a configuration, with $ for the folder.
};

VerifierTemplate TemplateOf(const std::string& language) {
  if (language == "python") {
    return {.files = {{"verifier.py", kWhetTemplatePythonVerifier},
                      {"verifier_test.py", kWhetTemplatePythonTest}},
            .test = "python3 verifier_test.py",
            .rule = "rewards { command { argv: \"python3\" argv: \"$/verifier.py\" } }"};
  }
  return {.files = {{"verifier.cc", kWhetTemplateCppVerifier},
                    {"verifier_test.cc", kWhetTemplateCppTest},
                    {"whet_verifier.h", kWhetTemplateCppHeader},
                    {"Makefile", kWhetTemplateCppMakefile}},
          .test = "make verifier.so test",
          .rule = "rewards { library { path: \"$/verifier.so\" } }"};
}

absl::Status NewVerifier(const NewArguments& arguments) {
  const VerifierTemplate made = TemplateOf(arguments.language);
  const std::string& directory = arguments.directory;
  for (const TemplateFile& file : made.files) {
    const std::string path = absl::StrCat(directory, "/", file.name);
    if (ReadFile(path).ok()) {
      return absl::AlreadyExistsError(absl::StrCat(path, " is there already"));
    }
  }
  WHET_RETURN_IF_ERROR(MakeDirectories(directory));
  for (const TemplateFile& file : made.files) {
    WHET_RETURN_IF_ERROR(WriteFileAtomically(absl::StrCat(directory, "/", file.name), file.text));
  }
  const size_t place = made.rule.find('$');
  return Print(absl::StrCat(
      "made       ", directory, "/", made.files[0].name, ", and its test ", directory, "/",
      made.files[1].name, "\ntry it     cd ", ShellWord(directory), " && ", made.test,
      "\nuse it     ", made.rule.substr(0, place), directory, made.rule.substr(place + 1), "\n"));
}

}  // namespace

void AddNewCommand(CLI::App* app, absl::Status* result) {
  CLI::App* command = app->add_subcommand("new", "Begin something of your own");
  command->require_subcommand(1);
  CLI::App* verifier =
      command->add_subcommand("verifier", "A verifier that works, with its test, to be changed");
  const auto arguments = std::make_shared<NewArguments>();
  verifier->add_option("LANGUAGE", arguments->language, "python or cpp")
      ->required()
      ->check(CLI::IsMember({"python", "cpp"}));
  verifier->add_option("DIRECTORY", arguments->directory, "Where to put it")->required();
  verifier->callback([arguments, result] { *result = NewVerifier(*arguments); });
}

}  // namespace whet
