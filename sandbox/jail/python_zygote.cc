// Python.h must be first. Its stable part suffices; the functions are found when it is loaded.
#define Py_LIMITED_API 0x03080000  // NOLINT(readability-identifier-naming): Python's.
#include <Python.h>
//
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "sandbox/jail/python_zygote.h"
#include "sandbox/language.h"

// The build gives the file's name.
__asm__(
    ".pushsection .rodata\n"
    "whet_python_zygote_begin:\n"
    ".incbin \"" WHET_PYTHON_ZYGOTE
    "\"\n"
    ".byte 0\n"
    ".popsection\n");
extern const char kScript[] __asm__("whet_python_zygote_begin");  // Ends with a zero.

namespace whet::sandbox {
namespace {

constexpr int kChannel = 3;
constexpr char kModule[] = "whet_zygote";
constexpr char kBegin[] = "exec(__import__('whet_zygote').script, {})\n";
constexpr char kLibrarySuffix[] = ".so.1.0";
// PythonLanguage().run without the name of the source: the interpreter, its options, the script.
constexpr size_t kPythonWords = 6;
using Fds = std::array<int, 6>;
static_assert(sizeof(Fds) == sizeof(InitFds));

struct PythonApi {
  decltype(&::PyImport_AppendInittab) append_module;
  decltype(&::PyModule_Create2) create_module;
  decltype(&::PyModule_AddStringConstant) add_string;
  decltype(&::PyList_New) new_list;
  decltype(&::PyList_Append) append;
  decltype(&::PyUnicode_DecodeFSDefaultAndSize) decode;
  decltype(&::PyOS_BeforeFork) before_fork;
  decltype(&::PyOS_AfterFork_Parent) after_fork_parent;
  decltype(&::PyOS_AfterFork_Child) after_fork_child;
  decltype(&::Py_DecRef) release;
  // Of the stable part since 3.8, but not in its header.
  int (*main)(int count, char** words);
};

// What the zygote process is. Python's functions get no argument of ours, so it is found here.
struct Zygote {
  PythonApi python;
  InitOptions options;
};
Zygote* zygote = nullptr;

// How the interpreter that `python3` is calls its library: "libpython3.11.so.1.0".
std::string LibraryName() {
  char target[256] = {};
  const ssize_t size = readlink("/usr/bin/python3", target, sizeof(target) - 1);
  const absl::string_view path(target, static_cast<size_t>(std::max<ssize_t>(size, 0)));
  const size_t name = path.rfind('/') == absl::string_view::npos ? 0 : path.rfind('/') + 1;
  return absl::StrCat("lib", path.substr(name), kLibrarySuffix);
}

// nullptr, or what is missing.
const char* LoadPython(PythonApi* api) {
  void* const library = dlopen(LibraryName().c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (library == nullptr) return dlerror();
  const char* missing = nullptr;
  const auto find = [library, &missing](const char* name, auto* function) {
    void* const symbol = dlsym(library, name);
    if (symbol == nullptr) missing = name;
    *function = reinterpret_cast<std::remove_pointer_t<decltype(function)>>(symbol);
  };
  find("Py_BytesMain", &api->main);
  find("PyImport_AppendInittab", &api->append_module);
  find("PyModule_Create2", &api->create_module);
  find("PyModule_AddStringConstant", &api->add_string);
  find("PyList_New", &api->new_list);
  find("PyList_Append", &api->append);
  find("PyUnicode_DecodeFSDefaultAndSize", &api->decode);
  find("PyOS_BeforeFork", &api->before_fork);
  find("PyOS_AfterFork_Parent", &api->after_fork_parent);
  find("PyOS_AfterFork_Child", &api->after_fork_child);
  find("Py_DecRef", &api->release);
  return missing;
}

// Sends one number; what cannot be sent nobody awaits any more.
void Answer(int32_t number) {
  if (send(kChannel, &number, sizeof(number), MSG_NOSIGNAL) < 0) _exit(0);
}

// Ends the process when the launcher is gone.
Fds AwaitFds() {
  char byte = 0;
  iovec part = {&byte, 1};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(Fds))] = {};
  msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  ssize_t count = 0;
  do {
    count = recvmsg(kChannel, &message, MSG_CMSG_CLOEXEC);
  } while (count < 0 && errno == EINTR);
  const cmsghdr* const header = CMSG_FIRSTHDR(&message);
  if (count <= 0 || header == nullptr || header->cmsg_len != CMSG_LEN(sizeof(Fds))) _exit(0);
  Fds fds;
  memcpy(fds.data(), CMSG_DATA(header), sizeof(fds));
  return fds;
}

PyObject* ListOf(const std::vector<std::string>& words) {
  PyObject* const list = zygote->python.new_list(0);
  for (const std::string& word : words) {
    PyObject* const text = zygote->python.decode(word.data(), static_cast<Py_ssize_t>(word.size()));
    zygote->python.append(list, text);
    zygote->python.release(text);
  }
  return list;
}

// serve(): starts an init for each six descriptors that arrive. Returns in programs alone: the
// words that follow PythonLanguage()'s own.
PyObject* Serve(PyObject* /*module*/, PyObject* /*arguments*/) {
  Answer(0);  // Python runs.
  while (true) {
    const Fds fds = AwaitFds();
    InitFds ends;
    memcpy(&ends, fds.data(), sizeof(ends));
    std::vector<std::string> argv;
    zygote->python.before_fork();
    const pid_t init = sandbox::StartInit(zygote->options, ends, &argv);
    if (init == 0) {
      zygote->python.after_fork_child();
      argv.erase(argv.begin(), argv.begin() + kPythonWords);
      return ListOf(argv);
    }
    zygote->python.after_fork_parent();
    for (const int fd : fds) close(fd);
    Answer(init);
  }
}

PyObject* MakeModule() {
  static PyMethodDef functions[] = {{"serve", Serve, METH_NOARGS, nullptr}, {}};
  static PyModuleDef module = {
      PyModuleDef_HEAD_INIT, kModule, nullptr, -1, functions, nullptr, nullptr, nullptr, nullptr};
  PyObject* const made = zygote->python.create_module(&module, PYTHON_ABI_VERSION);
  if (made == nullptr) return nullptr;
  zygote->python.add_string(made, "script", kScript);
  zygote->python.add_string(made, "start", PythonLanguage().run[kPythonWords - 1].c_str());
  return made;
}

// stdin, stdout and stderr are pipes, as in programs: Python looks at them when it begins.
void TakeDescriptors(int channel) {
  int ends[2];
  const bool taken = pipe(ends) == 0 && dup2(ends[0], 0) == 0 && dup2(ends[1], 1) == 1 &&
                     dup2(ends[1], 2) == 2 && dup2(channel, kChannel) == kChannel &&
                     syscall(SYS_close_range, kChannel + 1, ~0U, 0) == 0;
  if (!taken) _exit(1);
}

void SetEnvironment(const std::vector<std::string>& environment) {
  clearenv();
  for (const std::string& entry : environment) putenv(strdup(entry.c_str()));
}

// At a program's exit, before what this program does at its own.
void EndProgram(int status, void* /*unused*/) {
  fflush(nullptr);
  _exit(status);
}

// The zygote process, after the fork.
[[noreturn]] void RunZygote(const InitOptions& options, int channel) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  TakeDescriptors(channel);
  Zygote self = {{}, options};
  self.options.forked = true;
  zygote = &self;
  const char* const missing = LoadPython(&self.python);
  if (missing != nullptr) {
    Answer(static_cast<int32_t>(strlen(missing)));
    send(kChannel, missing, strlen(missing), MSG_NOSIGNAL);
    _exit(1);
  }
  const Language language = PythonLanguage();
  SetEnvironment(ProgramEnvironment(kScratch, language.environment));
  std::vector<std::string> words(language.run.begin(), language.run.begin() + kPythonWords);
  words.back() = kBegin;
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  self.python.append_module(kModule, MakeModule);
  on_exit(EndProgram, nullptr);
  exit(self.python.main(static_cast<int>(words.size()), pointers.data()));
}

// What the zygote says once Python runs, or why it does not.
absl::Status AwaitPython(int channel) {
  int32_t answer = 0;
  if (recv(channel, &answer, sizeof(answer), 0) != sizeof(answer)) {
    return absl::FailedPreconditionError("Python does not start in the system root");
  }
  if (answer == 0) return absl::OkStatus();
  std::string missing(static_cast<size_t>(answer), '\0');
  const ssize_t count = recv(channel, missing.data(), missing.size(), 0);
  missing.resize(static_cast<size_t>(std::max<ssize_t>(count, 0)));
  return absl::FailedPreconditionError(
      absl::StrCat("sandbox.python_zygote needs Python's library: ", missing,
                   "; install the Debian package of that name (apt-get install libpython3.11), or "
                   "do without the setting"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<PythonZygote>> PythonZygote::Start(const InitOptions& options) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    return ErrnoStatus(errno, "socketpair");
  }
  UniqueFd channel(ends[0]);
  UniqueFd theirs(ends[1]);
  const pid_t process = fork();
  if (process < 0) return ErrnoStatus(errno, "fork");
  if (process == 0) RunZygote(options, theirs.get());
  theirs.Reset();
  auto started = std::unique_ptr<PythonZygote>(new PythonZygote(process, std::move(channel)));
  WHET_RETURN_IF_ERROR(AwaitPython(started->channel_.get()));
  return started;
}

PythonZygote::PythonZygote(pid_t process, UniqueFd channel)
    : process_(process), channel_(std::move(channel)) {}

PythonZygote::~PythonZygote() {
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
}

pid_t PythonZygote::StartInit(const InitFds& fds) {
  char byte = 0;
  iovec part = {&byte, 1};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(fds))] = {};
  msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  cmsghdr* const header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(fds));
  memcpy(CMSG_DATA(header), &fds, sizeof(fds));
  int32_t init = 0;
  if (sendmsg(channel_.get(), &message, MSG_NOSIGNAL) < 0 ||
      recv(channel_.get(), &init, sizeof(init), 0) != sizeof(init)) {
    fprintf(stderr, "whet-jail: the Python that programs are forked from has died\n");
    _exit(1);
  }
  return init;
}

bool PythonZygote::Serves(const Command& command) {
  const Language language = PythonLanguage();
  return command.argv.size() >= kPythonWords && command.environment == language.environment &&
         std::equal(command.argv.begin(), command.argv.begin() + kPythonWords,
                    language.run.begin());
}

absl::Status BeginBare(char** argv) {
  rlimit limit = {};
  if (getrlimit(RLIMIT_STACK, &limit) != 0) return ErrnoStatus(errno, "getrlimit");
  const rlim_t wanted = std::min(static_cast<rlim_t>(Limits().stack_bytes), limit.rlim_max);
  if (limit.rlim_cur >= wanted && *environ == nullptr) return absl::OkStatus();
  limit.rlim_cur = std::max(limit.rlim_cur, wanted);
  char* const none[] = {nullptr};
  if (setrlimit(RLIMIT_STACK, &limit) == 0) execve("/proc/self/exe", argv, none);
  return ErrnoStatus(errno, "begin anew");
}

}  // namespace whet::sandbox
