// What an archive of torch.export holds.
#ifndef T2N_INSPECT_INSPECT_EXPORTED_H_
#define T2N_INSPECT_INSPECT_EXPORTED_H_

#include <memory>

#include "absl/status/status.h"
#include "parsers/archive/archive.h"
#include "t2n/inspect/inspect.h"

namespace t2n {

// Fills in what the model called `name` (empty: the only one) is. Errors: LoadExportedModel's.
absl::Status InspectExported(std::shared_ptr<const Archive> archive, absl::string_view name,
                             ModelSummary* summary);

}  // namespace t2n

#endif  // T2N_INSPECT_INSPECT_EXPORTED_H_
