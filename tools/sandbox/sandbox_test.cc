// Each test forks: what happens in the sandbox happens in the child.
#include "tools/sandbox/sandbox.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace t2n {
namespace {

std::string TempDir() { return ::testing::TempDir(); }

std::string Write(const std::string& name) {
  const std::string path = absl::StrCat(TempDir(), "/", name);
  std::ofstream(path) << "text";
  return path;
}

std::string Folder(const std::string& name) {
  const std::string path = absl::StrCat(TempDir(), "/", name);
  mkdir(path.c_str(), 0777);
  return path;
}

// What `inside` returns in a sandbox with these files; -1 if it did not get there.
int Inside(const SandboxFiles& files, const std::function<int()>& inside) {
  const pid_t child = fork();
  if (child == 0) {
    const absl::Status entered = EnterSandbox(files);
    if (!entered.ok()) {
      std::fprintf(stderr, "%s\n", std::string(entered.message()).c_str());
      _exit(200);
    }
    _exit(inside());
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) != 200 ? WEXITSTATUS(status) : -1;
}

// The error of a call that returned that, or 0.
int ErrorOf(long result) { return result < 0 ? errno : 0; }

int ErrorOfOpening(const std::string& path, int flags) {
  return ErrorOf(open(path.c_str(), flags, 0666));
}

TEST(Sandbox, OpensItsFilesAndNoOther) {
  const std::string mine = Write("mine"), other = Write("other");
  const SandboxFiles files{{mine}, {}};
  EXPECT_EQ(Inside(files, [&] { return ErrorOfOpening(mine, O_RDONLY); }), 0);
  EXPECT_EQ(Inside(files, [&] { return ErrorOfOpening(mine, O_WRONLY); }), EACCES);
  EXPECT_EQ(Inside(files, [&] { return ErrorOfOpening(other, O_RDONLY); }), EACCES);
  EXPECT_EQ(Inside(files, [&] { return ErrorOfOpening("/etc/passwd", O_RDONLY); }), EACCES);
  EXPECT_EQ(Inside(files, [&] { return ErrorOfOpening("/proc/self/mem", O_RDWR); }), EACCES);
  EXPECT_EQ(Inside(files, [&] { return ErrorOfOpening(other + ".new", O_WRONLY | O_CREAT); }),
            EACCES);
  EXPECT_EQ(Inside(files, [&] { return ErrorOf(unlink(other.c_str())); }), EACCES);
}

TEST(Sandbox, WritesInItsFolderAlone) {
  const std::string folder = Folder("folder"), other = Write("beside");
  const SandboxFiles files{{}, {folder}};
  const std::string file = folder + "/a.dat";
  EXPECT_EQ(Inside(files, [&] { return ErrorOfOpening(file, O_WRONLY | O_CREAT | O_EXCL); }), 0);
  EXPECT_EQ(Inside(files, [&] { return ErrorOf(unlink(file.c_str())); }), 0);
  EXPECT_EQ(Inside(files, [&] { return ErrorOfOpening(folder + "/../beside", O_RDWR); }), EACCES);
  EXPECT_EQ(Inside(files, [&] { return ErrorOf(symlink("/etc", (folder + "/l").c_str())); }),
            EPERM);
  EXPECT_EQ(Inside(files, [&] { return ErrorOf(rename(other.c_str(), file.c_str())); }), EPERM);
  EXPECT_EQ(Inside(files, [&] { return ErrorOf(link(other.c_str(), file.c_str())); }), EPERM);
  EXPECT_EQ(Inside(files, [&] { return ErrorOf(chmod(other.c_str(), 0777)); }), EPERM);
  EXPECT_EQ(Inside(files, [&] { return ErrorOf(truncate(other.c_str(), 0)); }), EPERM);
}

TEST(Sandbox, HasNoNetwork) {
  for (const int family : {AF_INET, AF_INET6, AF_UNIX, AF_NETLINK}) {
    EXPECT_EQ(Inside({}, [&] { return ErrorOf(socket(family, SOCK_DGRAM, 0)); }), EPERM);
  }
  // Nor by a socket that was open before.
  const int before = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(9);
  const auto* to = reinterpret_cast<const sockaddr*>(&address);
  EXPECT_EQ(Inside({}, [&] { return ErrorOf(connect(before, to, sizeof address)); }), EPERM);
  close(before);
}

TEST(Sandbox, StartsNoProgramAndNoProcess) {
  char name[] = "/bin/true";
  char* const arguments[] = {name, nullptr};
  EXPECT_EQ(Inside({{name}, {}}, [&] { return ErrorOf(execv(name, arguments)); }), EPERM);
  EXPECT_EQ(Inside({}, [] { return ErrorOf(fork()); }), EPERM);
  EXPECT_NE(Inside({}, [] { return std::system("true") == 0 ? 0 : 1; }), 0);
  EXPECT_EQ(Inside({}, [] { return ErrorOf(kill(getppid(), SIGTERM)); }), EPERM);
  EXPECT_EQ(Inside({}, [] { return ErrorOf(ptrace(PTRACE_ATTACH, getppid(), 0, 0)); }), EPERM);
  EXPECT_EQ(Inside({},
                   [] {
                     void* page = mmap(nullptr, 4096, PROT_READ | PROT_EXEC,
                                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
                     return page == MAP_FAILED ? errno : 0;
                   }),
            EPERM);
}

TEST(Sandbox, HoldsForThreadsThatAreStartedInIt) {
  EXPECT_EQ(
      Inside({},
             [] {
               int error = 0;
               std::thread([&error] { error = ErrorOfOpening("/etc/passwd", O_RDONLY); }).join();
               return error;
             }),
      EACCES);
  EXPECT_EQ(
      Inside({},
             [] {
               int error = 0;
               std::thread([&error] { error = ErrorOf(socket(AF_INET, SOCK_STREAM, 0)); }).join();
               return error;
             }),
      EPERM);
}

TEST(Sandbox, LeavesWhatConvertingTakes) {
  EXPECT_EQ(Inside({},
                   [] {
                     std::vector<char> memory(64 << 20, 1);
                     std::thread thread([&memory] { memory[0] = 2; });
                     thread.join();
                     return memory[0] == 2 && std::thread::hardware_concurrency() > 0 ? 0 : 1;
                   }),
            0);
  // An end by its own fault is one by a signal.
  EXPECT_EQ(Inside({},
                   [] {
                     std::abort();
                     return 0;
                   }),
            -1);
}

TEST(Sandbox, AFileThatIsNotThereIsAnError) {
  const pid_t child = fork();
  if (child == 0) _exit(EnterSandbox({{"/nothing/there"}, {}}).ok() ? 1 : 0);
  int status = 1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace t2n
