// Tells from its entries what a zip of torch's holds.
#ifndef PARSERS_ARCHIVE_KIND_H_
#define PARSERS_ARCHIVE_KIND_H_

#include <string>

#include "parsers/archive/archive.h"

namespace t2n {

enum class ArchiveKind {
  kTorchScript,        // torch.jit.save, torch 1.3 and later
  kLegacyTorchScript,  // torch 1.0 to 1.2
  kExported,           // torch.export.save, torch 2.8 and later
  kOldExported,        // torch 2.1 to 2.7
  kCompiled,           // AOTInductor
  kExecuTorch,
  kSaved,    // torch.save: weights, pickled Python
  kPackage,  // torch.package
  kUnknown
};

ArchiveKind KindOf(const Archive& archive);

// Of the kinds that hold no program that can be read: what it is, and what its owner can do.
std::string DescribeUnreadable(ArchiveKind kind);

}  // namespace t2n

#endif  // PARSERS_ARCHIVE_KIND_H_
