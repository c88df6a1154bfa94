// Fragments that a user has written: a file of them, read for what the writer has to know. The text
// itself goes into the document as it is.
#ifndef EMIT_NNEF_FRAGMENTS_H_
#define EMIT_NNEF_FRAGMENTS_H_

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "emit/nnef/document.h"

namespace t2n::nnef {

// A call of an operator or fragment in a fragment.
struct Use {
  std::string name;
  std::string place;  // `my.nnef:12:9`
  size_t positional = 0;
  std::vector<std::string> named;  // names of the arguments behind these
};

struct SourceFragment {
  // Name, parameters and results; `source` is its text.
  Fragment fragment;
  std::string place;
  std::vector<Use> uses;  // in the order of the text
  // Of the file: `tract_registry tract_transformers`.
  std::vector<std::string> extensions;
};

// By name.
using FragmentLibrary = std::map<std::string, SourceFragment>;

// Adds the fragments of a file: `version` and `extension` lines if there are any, then fragments in
// the whole syntax of the standard (NNEF 1.0.5, section 3.2) and tract's. InvalidArgument with
// `file:line:column` where it is no such text, reads a name that nothing gives, or defines a
// fragment that is there already.
absl::Status ReadFragments(const std::string& file, absl::string_view text,
                           FragmentLibrary* library);

// Whether the library's fragments call each other as they may: with the parameters that there are,
// and not themselves. InvalidArgument with the place.
absl::Status CheckCalls(const FragmentLibrary& library);

}  // namespace t2n::nnef

#endif  // EMIT_NNEF_FRAGMENTS_H_
