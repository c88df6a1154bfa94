// Syntax trees as S-expressions, for tests and for comparing programs: two trees are the same
// program exactly when their dumps are equal. Positions, layout and the spelling of numbers and
// strings leave no trace.
#ifndef PARSERS_TORCHSCRIPT_DUMP_H_
#define PARSERS_TORCHSCRIPT_DUMP_H_

#include <string>

#include "parsers/torchscript/ast.h"

namespace t2n::torchscript {

// One line a statement: "(= (x) (call (. torch relu) input))", with the statements of a block
// indented below.
std::string Dump(const SourceFile& file);
std::string Dump(const Stmt& stmt);
std::string Dump(const Expr& expr);

}  // namespace t2n::torchscript

#endif  // PARSERS_TORCHSCRIPT_DUMP_H_
