// Loops over an open size: the body is run once for a counter that is a symbol, with something that
// stands for every value carried from pass to pass; what it built becomes a Scan.
#ifndef T2N_TORCHSCRIPT_OPEN_LOOP_H_
#define T2N_TORCHSCRIPT_OPEN_LOOP_H_

#include "absl/status/statusor.h"
#include "parsers/torchscript/ast.h"
#include "t2n/torchscript/machine.h"

namespace t2n::script {

struct Parts;

// `for ... in range(count)`. Unimplemented, with a place, for what is no scan.
absl::StatusOr<Flow> RunOpenLoop(Machine& machine, Parts& parts, const torchscript::ForStmt& stmt,
                                 const Dim& count, Frame& frame);

}  // namespace t2n::script

#endif  // T2N_TORCHSCRIPT_OPEN_LOOP_H_
