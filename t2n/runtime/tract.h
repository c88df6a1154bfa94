// Runs written models in tract: by the C library that is inside its Python package (PyPI's `tract`,
// 0.20 and newer), or by its command line (crates.io's tract-cli). Nothing is linked: the library
// is opened in a child process, since tract aborts on a panic.
#ifndef T2N_RUNTIME_TRACT_H_
#define T2N_RUNTIME_TRACT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "t2n/ir/tensor.h"

namespace t2n {

struct Tract {
  std::string path;
  bool is_command = false;  // else the library
};

// tract at `hint`: the library or the command itself, a folder with tract.*.so in it or in tract/
// or with the command, or the command's name on PATH. Without a hint that of $PT2NNEF_TRACT, of
// $VIRTUAL_ENV, of the system's Python packages, or the command `tract` on PATH. NotFound says what
// to do.
absl::StatusOr<Tract> FindTract(const std::string& hint);

// `0.23.9`; empty if the library does not tell. FailedPrecondition if it is no tract.
absl::StatusOr<std::string> VersionOf(const Tract& tract);

// The outputs of the model at `path` (folder, .tar or .tgz) for `inputs`, which are given as the
// types that the model declares; `names` are what graph.nnef calls them. Aborted if tract crashes,
// DeadlineExceeded after ten minutes, FailedPrecondition with tract's own words for all else.
absl::StatusOr<std::vector<Tensor>> RunInTract(const Tract& tract, const std::string& path,
                                               absl::Span<const Tensor> inputs,
                                               absl::Span<const std::string> names);

}  // namespace t2n

#endif  // T2N_RUNTIME_TRACT_H_
