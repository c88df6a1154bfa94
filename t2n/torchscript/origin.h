// Whether code of an archive was scripted or traced: what its parameters are depends on it.
#ifndef T2N_TORCHSCRIPT_ORIGIN_H_
#define T2N_TORCHSCRIPT_ORIGIN_H_

#include "absl/strings/string_view.h"
#include "parsers/model_archive.h"

namespace t2n::script {

// kScripted: functions have the parameters of the user's own. kTraced: those of a submodule are the
// tensors that it uses, in the order of their first use, by names of the caller's.
enum class Origin { kScripted, kTraced, kUnknown };

// Of the functions in a code entry. The debug file beside it has lines of the user's source where
// they were scripted and frames of Python's stack where they were traced; nothing else tells in
// archives of torch before 2, and in those that hold both.
Origin OriginOf(const ModelArchive& archive, absl::string_view entry);

}  // namespace t2n::script

#endif  // T2N_TORCHSCRIPT_ORIGIN_H_
