// A TorchScript archive as a program: its methods are run by the evaluator, and what its modules
// keep between calls is found by calling again.
#ifndef T2N_TORCHSCRIPT_PROGRAM_H_
#define T2N_TORCHSCRIPT_PROGRAM_H_

#include <memory>

#include "parsers/model_archive.h"
#include "t2n/program/program.h"

namespace t2n::script {

std::unique_ptr<Program> NewProgram(ModelArchive archive);

}  // namespace t2n::script

#endif  // T2N_TORCHSCRIPT_PROGRAM_H_
