#include "t2n/runtime/command.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "re2/re2.h"
#include "t2n/base/status.h"
#include "t2n/reference/npz.h"
#include "t2n/reference/run.h"
#include "t2n/runtime/causes.h"

namespace t2n {
namespace {

constexpr int kNotStarted = 127;

// In a child: becomes the command, whose output goes to `sink`.
[[noreturn]] void Become(const std::vector<std::string>& words, int sink) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
  dup2(sink, STDOUT_FILENO);
  dup2(sink, STDERR_FILENO);
  execv(argv[0], argv.data());
  _exit(kNotStarted);
}

std::string ReadAll(std::FILE* file) {
  std::string text;
  std::rewind(file);
  char buffer[4096];
  while (const size_t n = std::fread(buffer, 1, sizeof buffer, file)) text.append(buffer, n);
  return text;
}

// What it complains of in the end: tract's own error, else its last lines.
std::string LastWords(absl::string_view text) {
  constexpr absl::string_view kError = " ERROR tract] ";
  const size_t error = text.rfind(kError);
  if (error != text.npos) return Causes(text.substr(error + kError.size()));
  constexpr size_t kLines = 4;
  std::vector<std::string> lines = absl::StrSplit(text, '\n', absl::SkipWhitespace());
  if (lines.size() > kLines) lines.erase(lines.begin(), lines.end() - kLines);
  for (std::string& line : lines) absl::StripAsciiWhitespace(&line);
  return absl::StrJoin(lines, "; ");
}

// What a command prints, colours left out; FailedPrecondition with its last lines if it fails.
absl::StatusOr<std::string> Output(const std::vector<std::string>& words) {
  std::FILE* file = std::tmpfile();
  const pid_t pid = file ? fork() : -1;
  if (pid < 0) return absl::InternalError("no process can be started");
  if (pid == 0) Become(words, fileno(file));
  int ended = 0;
  while (waitpid(pid, &ended, 0) < 0 && errno == EINTR) continue;
  std::string text = ReadAll(file);
  std::fclose(file);
  RE2::GlobalReplace(&text, "\033\\[[0-9;]*m", "");
  if (WIFEXITED(ended) && WEXITSTATUS(ended) == 0) return text;
  if (WIFEXITED(ended) && WEXITSTATUS(ended) == kNotStarted) {
    return absl::FailedPreconditionError(absl::StrCat(words[0], " cannot be started"));
  }
  const std::string complaint = LastWords(text);
  return absl::FailedPreconditionError(complaint.empty() ? absl::StrCat(words[0], " failed")
                                                         : complaint);
}

// `sizes`: `2,3,`; elements with commas between them.
absl::StatusOr<Tensor> ReadNumbers(absl::string_view sizes, absl::string_view elements) {
  std::vector<int64_t> shape;
  for (const absl::string_view part : absl::StrSplit(sizes, ',', absl::SkipEmpty())) {
    if (!absl::SimpleAtoi(part, &shape.emplace_back())) return absl::InternalError("sizes");
  }
  uint8_t* to;
  Tensor tensor = Tensor::Allocate(DType::kI64, shape, &to);
  const std::vector<absl::string_view> parts =
      absl::StrSplit(elements, absl::ByAnyChar(", "), absl::SkipEmpty());
  auto* number = reinterpret_cast<int64_t*>(to);
  bool whole = static_cast<int64_t>(parts.size()) == tensor.numel();
  for (const absl::string_view part : parts) whole = whole && absl::SimpleAtoi(part, number++);
  if (whole) return tensor;
  return absl::FailedPreconditionError(
      absl::StrCat("an output of sizes that tract does not know: ", elements.substr(0, 80)));
}

}  // namespace

absl::StatusOr<std::string> VersionOfCommand(const std::string& command) {
  T2N_ASSIGN_OR_RETURN(const std::string text, Output({command, "--version"}));
  std::string version;
  if (RE2::PartialMatch(text, R"(^tract(?:-cli)? (\d+\.\d+\.\S+))", &version)) return version;
  return absl::FailedPreconditionError(
      absl::StrCat(command, " is not tract's command line: `--version` says `",
                   absl::StripAsciiWhitespace(text.substr(0, 80)), "`"));
}

namespace {

// What the command's .npz has not: halves are floats there, and sizes that tract computes with are
// left out. `text` is what it prints of each output: its sizes, type and elements,
// `2,3,F16 0.5, 1, ...`.
absl::StatusOr<std::vector<NamedTensor>> WithTypes(re2::StringPiece text,
                                                   std::vector<NamedTensor> saved) {
  static const RE2* const kOutput =
      new RE2(R"(output #\d+, turn #0\n((?:\d+,)*),?([A-Z]\w*)[^ \n]* ?([^\n]*)\n)");
  std::vector<NamedTensor> outputs;
  std::string sizes, type, elements;
  size_t next = 0;
  while (RE2::FindAndConsume(&text, *kOutput, &sizes, &type, &elements)) {
    if (type == "TDim") {
      T2N_ASSIGN_OR_RETURN(Tensor numbers, ReadNumbers(sizes, elements));
      outputs.emplace_back("", std::move(numbers));
      continue;
    }
    if (next == saved.size()) {
      return absl::FailedPreconditionError(
          absl::StrCat("an output of type ", type, " is not among those that it saves"));
    }
    Tensor tensor = std::move(saved[next++].second);
    if (type == "F16") {
      T2N_ASSIGN_OR_RETURN(tensor, CastTensor(tensor, DType::kF16));
    }
    outputs.emplace_back("", std::move(tensor));
  }
  if (outputs.empty()) outputs = std::move(saved);
  for (size_t i = 0; i < outputs.size(); ++i) outputs[i].first = absl::StrCat("out", i);
  return outputs;
}

}  // namespace

absl::Status RunByCommand(const std::string& command, const std::string& path,
                          absl::Span<const Tensor> inputs, absl::Span<const std::string> names,
                          const std::string& outputs) {
  if (names.size() != inputs.size()) {
    return absl::InternalError(
        absl::StrCat(inputs.size(), " inputs, ", names.size(), " names of them"));
  }
  std::vector<NamedTensor> arrays;
  bool halves = false;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const bool half = inputs[i].dtype == DType::kF16;
    T2N_ASSIGN_OR_RETURN(Tensor t, half ? CastTensor(inputs[i], DType::kF32) : inputs[i]);
    arrays.emplace_back(names[i], std::move(t));
    halves = halves || half;
  }
  const std::string given = outputs + ".in.npz";
  T2N_RETURN_IF_ERROR(WriteNpz(given, arrays));
  std::vector<std::string> words = {command, path, "--format", "nnef", "--opl", "-O", "run"};
  words.insert(words.end(), {"--input-from-npz", given, "--save-outputs-npz", outputs, "--dump"});
  if (halves) words.push_back("--allow-float-casts");
  const absl::StatusOr<std::string> text = Output(words);
  std::remove(given.c_str());
  T2N_RETURN_IF_ERROR(text.status());
  T2N_ASSIGN_OR_RETURN(std::vector<NamedTensor> saved, ReadNpz(outputs));
  T2N_ASSIGN_OR_RETURN(saved, WithTypes(*text, std::move(saved)));
  return WriteNpz(outputs, saved);
}

}  // namespace t2n
