// The door: TorchScript source -> syntax tree.
//
// Reads the whole language that torch's printer (torch/csrc/jit/serialization/python_print.cpp)
// writes into archives: class files of torch 1.4 and later, and the `op_version_set = N` files of
// torch 1.0-1.3.
#ifndef PARSERS_TORCHSCRIPT_PARSER_H_
#define PARSERS_TORCHSCRIPT_PARSER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "parsers/torchscript/ast.h"

namespace t2n::torchscript {

// What was put around a text before it is parsed: positions are those without it.
struct Margin {
  uint32_t lines = 0;    // above
  uint32_t columns = 0;  // left of it
};

// Errors: InvalidArgument "entry:line:column: expected …, found …"; also where the limits of
// limits.h are passed.
absl::StatusOr<std::unique_ptr<SourceFile>> ParseSource(std::string entry_name, std::string text,
                                                        const Margin& margin = {});

}  // namespace t2n::torchscript

#endif  // PARSERS_TORCHSCRIPT_PARSER_H_
