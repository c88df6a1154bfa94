// The door: TorchScript source -> syntax tree.
//
// Reads the whole language that torch's printer (torch/csrc/jit/serialization/python_print.cpp)
// writes into archives: class files of torch 1.4 and later, and the `op_version_set = N` files of
// torch 1.0-1.3.
#ifndef PARSERS_TORCHSCRIPT_PARSER_H_
#define PARSERS_TORCHSCRIPT_PARSER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "parsers/torchscript/ast.h"

namespace t2n::torchscript {

// Errors: InvalidArgument "entry:line:column: expected …, found …"; also where the limits of
// limits.h are passed.
absl::StatusOr<std::unique_ptr<SourceFile>> ParseSource(std::string entry_name, std::string text);

}  // namespace t2n::torchscript

#endif  // PARSERS_TORCHSCRIPT_PARSER_H_
