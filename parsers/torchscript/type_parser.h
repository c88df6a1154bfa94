// Types out of a token stream. Internal to the parser.
#ifndef PARSERS_TORCHSCRIPT_TYPE_PARSER_H_
#define PARSERS_TORCHSCRIPT_TYPE_PARSER_H_

#include <string>

#include "parsers/torchscript/lexer.h"
#include "parsers/torchscript/type.h"

namespace t2n::torchscript {

// Reads one type and leaves the lexer after it. False on an error, which `error` then says,
// beginning with "line:column: ".
bool ParseType(Lexer& lexer, Type& type, std::string& error);

// Reads `a.b.c` into `name`. False on an error.
bool ParseDottedName(Lexer& lexer, std::string& name, std::string& error);

}  // namespace t2n::torchscript

#endif  // PARSERS_TORCHSCRIPT_TYPE_PARSER_H_
