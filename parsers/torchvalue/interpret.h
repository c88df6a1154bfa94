// Gives a pickle's plain values the meaning that torch's unpickler gives them
// (torch/csrc/jit/serialization/unpickler.cpp, torch/_utils.py), without running anything.
#ifndef PARSERS_TORCHVALUE_INTERPRET_H_
#define PARSERS_TORCHVALUE_INTERPRET_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "parsers/archive/archive.h"
#include "parsers/pickle/value.h"
#include "parsers/torchvalue/value.h"

namespace t2n::torchvalue {

struct InterpretOptions {
  const Archive* archive;
  // Storage key K is the entry `storage_folder` + K, e.g. "data/".
  std::string storage_folder;
  // Example inputs: storages may be missing or empty; such tensors have no data.
  bool payloads_optional = false;
  // What build_tensor_from_id refers to (torch 1.1 and 1.2).
  const std::vector<Value*>* tensor_table = nullptr;
};

// The pickle's root. What cannot be understood becomes an Unusable value in its place. Errors:
// kInvalidArgument when values contain themselves, are nested too deeply or, with all sharing
// undone, would be too many (t2n/base/limits.h): whoever walks the result may recurse and need not
// memoise.
absl::StatusOr<const Value*> Interpret(const pickle::Document& document,
                                       const InterpretOptions& options, Arena* arena);

}  // namespace t2n::torchvalue

#endif  // PARSERS_TORCHVALUE_INTERPRET_H_
