// How programs mark what torch.vmap runs (torch/_functorch/predispatch.py): nodes between a begin
// and an end compute on one row of what AddBatch takes apart, and RemoveBatch puts rows together.
#ifndef T2N_EXPORTED_VMAP_H_
#define T2N_EXPORTED_VMAP_H_

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "parsers/exported/program.h"

namespace t2n::exported {

inline constexpr absl::string_view kVmapBegin =
    "torch._functorch.predispatch._vmap_increment_nesting";
inline constexpr absl::string_view kVmapEnd =
    "torch._functorch.predispatch._vmap_decrement_nesting";
inline constexpr absl::string_view kVmapAdd = "torch._functorch.predispatch._add_batch_dim";
inline constexpr absl::string_view kVmapRemove = "torch._functorch.predispatch._remove_batch_dim";

// Where the vmap that begins at `begin` ends; nodes.size() if it does not.
size_t EndOfVmap(absl::Span<const Node> nodes, size_t begin);

}  // namespace t2n::exported

#endif  // T2N_EXPORTED_VMAP_H_
