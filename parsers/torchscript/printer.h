// Syntax tree -> source, in the layout of torch's own printer
// (torch/csrc/jit/serialization/python_print.cpp). Parsing what is printed gives an equal tree.
#ifndef PARSERS_TORCHSCRIPT_PRINTER_H_
#define PARSERS_TORCHSCRIPT_PRINTER_H_

#include <string>

#include "parsers/torchscript/ast.h"

namespace t2n::torchscript {

std::string Print(const SourceFile& file);
std::string Print(const Stmt& stmt);  // lines at no indentation, each with its newline
std::string Print(const Expr& expr);  // on one line

}  // namespace t2n::torchscript

#endif  // PARSERS_TORCHSCRIPT_PRINTER_H_
