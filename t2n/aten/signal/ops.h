// Spectra: the tables of operators, a file each.
#ifndef T2N_ATEN_SIGNAL_OPS_H_
#define T2N_ATEN_SIGNAL_OPS_H_

#include "absl/types/span.h"
#include "t2n/aten/core/op_entry.h"

namespace t2n {

absl::Span<const OpEntry> FourierOps();
absl::Span<const OpEntry> StftOps();

}  // namespace t2n

#endif  // T2N_ATEN_SIGNAL_OPS_H_
