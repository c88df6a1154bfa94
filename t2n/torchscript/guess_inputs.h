// What the inputs of a method most likely look like, read off the program without running it: the
// first layer that takes an input tells its rank and channels. For messages only.
#ifndef T2N_TORCHSCRIPT_GUESS_INPUTS_H_
#define T2N_TORCHSCRIPT_GUESS_INPUTS_H_

#include <string>

#include "parsers/torchscript/ast.h"
#include "t2n/torchscript/code.h"

namespace t2n::script {

// The flag that gives the types of all inputs of a method of the archive's root module, such as
// `--inputs "image=f32[1,3,H,W];ids=i64[1,S]"`. Sizes that nothing tells are open; where not even
// the rank is known there is `f32[...]`.
std::string InputsFlag(Code* code, const torchscript::FunctionDef& method);

}  // namespace t2n::script

#endif  // T2N_TORCHSCRIPT_GUESS_INPUTS_H_
