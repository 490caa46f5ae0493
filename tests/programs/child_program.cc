// The helper program of tests/base/child_test.cc: does what a request says, well or badly.
//
//   echo TEXT    answers TEXT          pid        answers its process id
//   big N        answers N bytes       exit N     ends with status N
//   abort        raises SIGABRT        hang       never answers
//   say TEXT     writes TEXT to stderr, answers "said"
//   print TEXT   writes TEXT to stdout, answers "printed"
//   env NAME     answers the variable's value
//   garbage      writes bytes that are no frame
//   close        closes the channel and goes on running
//   fds          answers the numbers of its open descriptors
//   take MS      answers "took" after so many milliseconds
//   farewell TEXT  answers TEXT, takes its leave and ends
//   fork         starts a process that hangs, answers its id
//
// Started with an argument it misbehaves at once: "mute" never greets, "fail" writes "no licence"
// to stderr and ends with status 3, "leave" greets and ends.
#include <dirent.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "base/child_codec.h"
#include "base/child_server.h"

namespace {

int Number(absl::string_view text) {
  int number = 0;
  if (!absl::SimpleAtoi(text, &number)) std::abort();
  return number;
}

std::string OpenDescriptors() {
  std::set<int> numbers;
  DIR* directory = opendir("/proc/self/fd");
  if (directory == nullptr) return "?";
  while (const dirent* entry = readdir(directory)) {
    int number = 0;
    if (absl::SimpleAtoi(entry->d_name, &number) && number != dirfd(directory)) {
      numbers.insert(number);
    }
  }
  closedir(directory);
  return absl::StrJoin(numbers, " ");
}

[[noreturn]] void Hang() {
  while (true) pause();
}

std::string Misbehave(absl::string_view verb, absl::string_view rest) {
  if (verb == "exit") std::_Exit(Number(rest));
  if (verb == "hang") Hang();
  if (verb == "garbage") send(3, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 12, 0);
  if (verb == "close") close(3);
  if (verb == "close" || verb == "garbage") Hang();
  std::abort();
}

std::string Answer(absl::string_view request) {
  const size_t space = request.find(' ');
  const absl::string_view verb = request.substr(0, space);
  const absl::string_view rest =
      space == absl::string_view::npos ? absl::string_view() : request.substr(space + 1);
  if (verb == "echo") return std::string(rest);
  if (verb == "farewell") whet::AnswerAndExit(rest);
  if (verb == "pid") return absl::StrCat(getpid());
  if (verb == "big") return std::string(static_cast<size_t>(Number(rest)), 'x');
  if (verb == "fds") return OpenDescriptors();
  if (verb == "take") {
    poll(nullptr, 0, Number(rest));
    return "took";
  }
  if (verb == "fork") {
    const pid_t pid = fork();
    if (pid == 0) Hang();
    return absl::StrCat(pid);
  }
  if (verb == "env") {
    const char* value = std::getenv(std::string(rest).c_str());
    return value == nullptr ? "unset" : value;
  }
  if (verb == "say" || verb == "print") {
    FILE* stream = verb == "say" ? stderr : stdout;
    std::fprintf(stream, "%.*s\n", static_cast<int>(rest.size()), rest.data());
    std::fflush(stream);
    return verb == "say" ? "said" : "printed";
  }
  return Misbehave(verb, rest);
}

}  // namespace

int main(int argc, char** argv) {
  const absl::string_view mode = argc > 1 ? argv[1] : "";
  if (mode == "mute") Hang();
  if (mode == "fail") {
    std::fputs("no licence\n", stderr);
    return 3;
  }
  if (mode == "leave") {
    const std::string greeting = whet::FrameCodec().Encode({whet::kGreetingId, ""});
    send(3, greeting.data(), greeting.size(), 0);
    return 0;
  }
  const absl::Status status = whet::ServeRequests(Answer);
  if (!status.ok()) std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return status.ok() ? 0 : 1;
}
