// The operators that a program calls, found in its source without running it.
#ifndef T2N_TORCHSCRIPT_SCAN_H_
#define T2N_TORCHSCRIPT_SCAN_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "t2n/torchscript/code.h"

namespace t2n::script {

struct OperatorUse {
  int64_t count = 0;
  std::string first_place;  // `code/__torch__/net.py:12:4`
  bool known = false;       // some overload is registered
};

// By name: `aten::relu`, `quantized::linear`, `prim::NumToTensor`.
// Entries that do not parse are left out; why goes to `unreadable`, which may be null.
std::map<std::string, OperatorUse> ScanOperators(Code* code, std::vector<absl::Status>* unreadable);

}  // namespace t2n::script

#endif  // T2N_TORCHSCRIPT_SCAN_H_
