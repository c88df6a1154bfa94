#include "t2n/runtime/command.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <optional>

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

// In a child: becomes the command, whose output and messages go to these.
[[noreturn]] void Become(const std::vector<std::string>& words, int output, int messages) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(messages, STDERR_FILENO);
  execv(argv[0], argv.data());
  _exit(kNotStarted);
}

// All of the file, which is closed; colours are left out.
std::string ReadAll(std::FILE* file) {
  std::string text;
  std::rewind(file);
  char buffer[1 << 16];
  while (const size_t n = std::fread(buffer, 1, sizeof buffer, file)) text.append(buffer, n);
  std::fclose(file);
  RE2::GlobalReplace(&text, "\033\\[[0-9;]*m", "");
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

// What a command prints; FailedPrecondition with its last words if it fails.
absl::StatusOr<std::string> Output(const std::vector<std::string>& words) {
  std::FILE *output = std::tmpfile(), *messages = std::tmpfile();
  const pid_t pid = output && messages ? fork() : -1;
  if (pid < 0) return absl::InternalError("no process can be started");
  if (pid == 0) Become(words, fileno(output), fileno(messages));
  int ended = 0;
  while (waitpid(pid, &ended, 0) < 0 && errno == EINTR) continue;
  std::string text = ReadAll(output);
  const std::string said = ReadAll(messages);
  if (WIFEXITED(ended) && WEXITSTATUS(ended) == 0) return text;
  if (WIFEXITED(ended) && WEXITSTATUS(ended) == kNotStarted) {
    return absl::FailedPreconditionError(absl::StrCat(words[0], " cannot be started"));
  }
  const std::string complaint = LastWords(said.empty() ? text : said);
  return absl::FailedPreconditionError(complaint.empty() ? absl::StrCat(words[0], " failed")
                                                         : complaint);
}

// An element as the command prints it, shortest so that it reads back the same.
bool Read(absl::string_view text, double* number) { return absl::SimpleAtod(text, number); }
bool Read(absl::string_view text, int64_t* number) {
  if (text == "true" || text == "false") {
    *number = text == "true";
    return true;
  }
  return absl::SimpleAtoi(text, number);
}

// `parts` as numbers of type `Number`, whose dtype is `read_as`, and then as `dtype`.
template <typename Number>
absl::StatusOr<Tensor> ReadAs(DType read_as, const std::vector<absl::string_view>& parts,
                              const std::vector<int64_t>& sizes, DType dtype) {
  uint8_t* to;
  const Tensor tensor = Tensor::Allocate(read_as, sizes, &to);
  auto* number = reinterpret_cast<Number*>(to);
  bool whole = static_cast<int64_t>(parts.size()) == tensor.numel();
  for (const absl::string_view part : parts) whole = whole && Read(part, number++);
  if (whole) return CastTensor(tensor, dtype);
  return absl::FailedPreconditionError(absl::StrCat(
      "an output of ", DTypeName(dtype), "[", absl::StrJoin(sizes, ","), "] is printed as ",
      absl::StrJoin(parts.begin(), parts.begin() + std::min<size_t>(parts.size(), 6), ", ")));
}

// An output as it is printed: sizes `2,3,`, type `F32`, elements `0.5, 1`. Sizes that tract
// computes with (TDim) are whole numbers.
absl::StatusOr<Tensor> ReadOutput(absl::string_view sizes, const std::string& type,
                                  absl::string_view elements) {
  std::vector<int64_t> shape;
  for (const absl::string_view part : absl::StrSplit(sizes, ',', absl::SkipEmpty())) {
    if (!absl::SimpleAtoi(part, &shape.emplace_back())) return absl::InternalError("sizes");
  }
  const std::optional<DType> dtype =
      type == "TDim" ? DType::kI64 : ParseDType(absl::AsciiStrToLower(type));
  if (!dtype) {
    return absl::FailedPreconditionError(absl::StrCat("an output has tract's type ", type));
  }
  const std::vector<absl::string_view> parts =
      absl::StrSplit(elements, absl::ByAnyChar(", "), absl::SkipEmpty());
  return IsFloat(*dtype) ? ReadAs<double>(DType::kF64, parts, shape, *dtype)
                         : ReadAs<int64_t>(DType::kI64, parts, shape, *dtype);
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

absl::StatusOr<std::vector<Tensor>> RunByCommand(const std::string& command,
                                                 const std::string& path,
                                                 absl::Span<const Tensor> inputs,
                                                 absl::Span<const std::string> names,
                                                 const std::string& given) {
  static const RE2* const kOutput =
      new RE2(R"(output #\d+, turn #0\n((?:\d+,)*),?([A-Z]\w*)[^\n ]* ?([^\n]*)\n)");
  if (names.size() != inputs.size()) {
    return absl::InternalError(
        absl::StrCat(inputs.size(), " inputs, ", names.size(), " names of them"));
  }
  std::vector<std::string> words = {command, path,  "--format",         "nnef", "--opl",
                                    "-O",    "run", "--input-from-npz", given,  "--dump"};
  std::vector<NamedTensor> arrays;
  for (size_t i = 0; i < inputs.size(); ++i) {
    // The command reads no halves, but makes them of floats.
    const bool half = inputs[i].dtype == DType::kF16;
    T2N_ASSIGN_OR_RETURN(Tensor t, half ? CastTensor(inputs[i], DType::kF32) : inputs[i]);
    arrays.emplace_back(names[i], std::move(t));
    if (half && words.back() == "--dump") words.push_back("--allow-float-casts");
  }
  T2N_RETURN_IF_ERROR(WriteNpz(given, arrays));
  T2N_ASSIGN_OR_RETURN(const std::string text, Output(words));
  std::vector<Tensor> outputs;
  re2::StringPiece rest = text;
  std::string sizes, type;
  re2::StringPiece elements;
  while (RE2::FindAndConsume(&rest, *kOutput, &sizes, &type, &elements)) {
    T2N_ASSIGN_OR_RETURN(
        Tensor one, ReadOutput(sizes, type, absl::string_view(elements.data(), elements.size())));
    outputs.push_back(std::move(one));
  }
  return outputs;
}

}  // namespace t2n
