#include "t2n/base/allowance.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace t2n {
namespace {

// What an operation of a graph takes with its attributes, values and names, about.
constexpr int64_t kBytesPerOperation = 1024;

thread_local Allowance* current = nullptr;

}  // namespace

Allowance& Allowance::Current() {
  thread_local Allowance endless;
  return current ? *current : endless;
}

Allowance::Scope::Scope(Allowance* allowance) : before_(current) { current = allowance; }

Allowance::Scope::~Scope() { current = before_; }

void Allowance::Enter(const char* stage) {
  stage_ = stage;
  BeginPass();
}

absl::Status Allowance::Check() {
  if (const End end = end_; end != End::kNone) return Stop(end);
  if (limits_.seconds <= 0) return absl::OkStatus();
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start_;
  return taken.count() < limits_.seconds ? absl::OkStatus() : Stop(End::kTime);
}

absl::Status Allowance::CheckMemory() {
  if (const End end = end_; end != End::kNone) return Stop(end);
  if (limits_.memory <= 0 || passing_ + lasting_ <= limits_.memory) {
    return absl::OkStatus();
  }
  return Stop(End::kMemory);
}

absl::Status Allowance::ChargePass(int64_t bytes) {
  passing_ += bytes;
  return CheckMemory();
}

absl::Status Allowance::ChargeAll(int64_t bytes) {
  lasting_ += bytes;
  return CheckMemory();
}

absl::Status Allowance::CountOperations(int64_t operations, int64_t bytes) {
  operations_ += operations;
  const absl::Status status = ChargePass(kBytesPerOperation * operations + bytes);
  return status.ok() ? Check() : status;
}

absl::Status Allowance::CheckOutput(int64_t bytes) const {
  if (limits_.output <= 0 || bytes <= limits_.output) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat("the model's files have ", bytes,
                                                   " bytes, more than --max_output_bytes ",
                                                   limits_.output, "; nothing was written"));
}

absl::Status Allowance::Stop(End end) {
  end_ = end;
  std::string far = absl::StrCat(" while ", stage_.load());
  if (operations_ > 0) absl::StrAppend(&far, ", ", operations_, " operations so far");
  if (end == End::kTime) {
    return absl::ResourceExhaustedError(absl::StrFormat(
        "the conversion takes longer than --max_seconds %g%s", limits_.seconds, far));
  }
  return absl::ResourceExhaustedError(
      absl::StrCat("the conversion needs more memory than --max_memory ", limits_.memory, far));
}

}  // namespace t2n
