// An archive of torch.export as a program that can be converted.
#ifndef T2N_EXPORTED_PROGRAM_H_
#define T2N_EXPORTED_PROGRAM_H_

#include <memory>

#include "parsers/exported/container.h"
#include "t2n/program/program.h"

namespace t2n::exported {

std::unique_ptr<Program> NewProgram(ExportedModel model);

}  // namespace t2n::exported

#endif  // T2N_EXPORTED_PROGRAM_H_
