#include "tools/convert_many.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tools/ending.h"

namespace t2n {
namespace {

namespace fs = std::filesystem;

struct Job {
  CommandLine command;
  std::FILE* messages = nullptr;  // what it writes on stderr
  std::FILE* data = nullptr;      // and on stdout

  const char* model() const { return command.spec.model().c_str(); }
};

// Of what format the reports are to be: --report says it.
bool IsText(const CommandLine& command) {
  return absl::EndsWith(command.spec.report(), ".textproto");
}

// The commands for each model, with outputs of different names.
std::vector<Job> Plan(const CommandLine& command) {
  const fs::path folder = command.arguments.back();
  std::set<std::string> taken;
  std::vector<Job> jobs;
  for (size_t i = 0; i + 1 < command.arguments.size(); ++i) {
    const fs::path model = command.arguments[i];
    std::string stem = model.stem().string();
    for (int n = 2; !taken.insert(stem).second; ++n) {
      stem = absl::StrCat(model.stem().string(), "_", n);
    }
    Job job{command};
    job.command.options.clear_jobs();
    job.command.arguments = {model.string(), (folder / stem).string()};
    job.command.spec.set_model(model.string());
    job.command.spec.set_out((folder / stem).string());
    const char* kind = IsText(command) ? "textproto" : "json";
    job.command.spec.set_report((folder / absl::StrCat(stem, ".report.", kind)).string());
    if (const fs::path bundle = command.spec.debug_bundle_path(); !bundle.empty()) {
      job.command.spec.set_debug_bundle_path(
          (bundle.parent_path() / absl::StrCat(stem, ".", bundle.filename().string())).string());
    }
    jobs.push_back(std::move(job));
  }
  return jobs;
}

void Copy(std::FILE* from, std::FILE* to) {
  std::rewind(from);
  char buffer[4096];
  while (const size_t n = std::fread(buffer, 1, sizeof buffer, from)) {
    std::fwrite(buffer, 1, n, to);
  }
  std::fclose(from);
}

// What a job that has ended wrote; what is no message, below the model's name.
void Print(const Job& job) {
  Copy(job.messages, stderr);
  std::fseek(job.data, 0, SEEK_END);
  if (std::ftell(job.data) > 0) std::printf("%s:\n", job.model());
  Copy(job.data, stdout);
  std::fflush(stdout);
}

// The child process of a job; 0 if there can be none.
pid_t Start(Job* job, const std::function<int(const CommandLine&)>& convert) {
  job->messages = std::tmpfile();
  job->data = std::tmpfile();
  if (!job->messages || !job->data) return 0;
  std::fflush(nullptr);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid != 0) return pid < 0 ? 0 : pid;
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(1);
  EndBySignals();
  dup2(fileno(job->messages), STDERR_FILENO);
  dup2(fileno(job->data), STDOUT_FILENO);
  const int status = convert(job->command);
  std::fflush(nullptr);
  _exit(status);
}

}  // namespace

int ConvertMany(const CommandLine& command, const std::function<int(const CommandLine&)>& convert) {
  std::error_code error;
  fs::create_directories(command.arguments.back(), error);
  if (error) {
    std::fprintf(stderr, "pt2nnef: %s: %s\n", command.arguments.back().c_str(),
                 error.message().c_str());
    return 1;
  }
  std::vector<Job> jobs = Plan(command);
  std::map<pid_t, Job*> running;
  size_t next = 0, failed = 0, different = 0;
  while (next < jobs.size() || !running.empty()) {
    if (next < jobs.size() && running.size() < static_cast<size_t>(command.options.jobs())) {
      Job& job = jobs[next++];
      if (const pid_t pid = Start(&job, convert)) {
        running[pid] = &job;
        continue;
      }
      std::fprintf(stderr, "pt2nnef: %s: no process can be started\n", job.model());
      ++failed;
      continue;
    }
    int status;
    const pid_t pid = wait(&status);
    const auto it = running.find(pid);
    if (it == running.end()) continue;
    Print(*it->second);
    if (!WIFEXITED(status)) {
      std::fprintf(stderr, "pt2nnef: %s: not converted: the process ended by signal %d\n",
                   it->second->model(), WTERMSIG(status));
    }
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : kFailed;
    different += code == kDifferent;
    failed += code != kDone && code != kDifferent;
    running.erase(it);
  }
  std::fprintf(
      stderr, "pt2nnef: %zu of %zu converted into %s, with a report each, NAME.report.%s%s\n",
      jobs.size() - failed, jobs.size(), command.arguments.back().c_str(),
      IsText(command) ? "textproto" : "json",
      different ? absl::StrCat(", ", different, " of them differ in a check").c_str() : "");
  if (failed) return kFailed;
  return different ? kDifferent : kDone;
}

}  // namespace t2n
