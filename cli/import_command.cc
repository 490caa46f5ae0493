#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_format.h"
#include "base/status.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "policy/gguf_import.h"

namespace whet {
namespace {

struct ImportArguments {
  std::string gguf;
  std::string directory;
  std::string type = "auto";
};

// The command line allows no other word.
GgufImportType TypeOf(const std::string& word) {
  if (word == "f32") return GgufImportType::kF32;
  return word == "bf16" ? GgufImportType::kBF16 : GgufImportType::kAuto;
}

// 135M is how people call a model of 134,515,008 parameters.
constexpr double kMillion = 1e6;

absl::Status RunImport(const ImportArguments& arguments) {
  WHET_ASSIGN_OR_RETURN(const ImportedModel model,
                        ImportGguf(arguments.gguf, arguments.directory, TypeOf(arguments.type)));
  return Print(absl::StrFormat(
      "wrote %s: %s, %.1f million parameters, mostly %s, %.1f MB\n", arguments.directory,
      model.architecture, static_cast<double>(model.parameters) / kMillion,
      std::string(TensorTypeName(model.type)), static_cast<double>(model.bytes) / kMillion));
}

constexpr char kAbout[] = "Turn a GGUF file into a checkpoint directory";
constexpr char kTypeHelp[] =
    "Element type of the weights. auto, the default, loses nothing: F32, F16 and BF16 stay, "
    "quantised weights become f32. bf16 rounds";

}  // namespace

void AddImportCommand(CLI::App* app, absl::Status* result) {
  CLI::App* command = app->add_subcommand("import", kAbout);
  const auto arguments = std::make_shared<ImportArguments>();
  command->add_option("file", arguments->gguf, "The GGUF file of a llama, qwen2 or qwen3 model")
      ->required();
  command->add_option("directory", arguments->directory, "The checkpoint, which must not be there")
      ->required();
  command->add_option("--type", arguments->type, kTypeHelp)
      ->check(CLI::IsMember({"auto", "f32", "bf16"}));
  command->callback([arguments, result] { *result = RunImport(*arguments); });
}

}  // namespace whet
