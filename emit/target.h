// Who reads the model: strict NNEF readers, or tract of some version.
#ifndef EMIT_TARGET_H_
#define EMIT_TARGET_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace t2n {

// What lowering may rely on: one row of the table in target.cc. Everything was tried with the
// wheels of the versions named there (emit:tract_cases_test runs any of them).
struct Target {
  std::string name;     // `khronos`, `tract:0.23.9`
  bool strict = false;  // NNEF 1.0.5 and nothing else
  int version = 0;      // tract's minor version: 23 for 0.23.9

  bool is_tract() const { return !strict; }
  // What a refusal ends with: ` (target tract:0.22.4)`; of the standard, what else there is too.
  std::string Note() const;

  // Since tract 0.20.
  bool has_infinity_literal() const { return version >= 20; }
  bool has_einsum() const { return version >= 20; }
  bool has_topk() const { return version >= 20; }
  bool fft_takes_pairs() const { return version >= 20; }   // before: complex tensors
  bool scans_extensions() const { return version >= 20; }  // tract_core_... in a scan's body
  bool broadcasts_to_symbols() const { return version >= 20; }
  bool gathers_by_any_rank() const { return version >= 20 || strict; }  // before: [n], n > 1
  bool compares_f16() const { return version >= 20; }
  bool steps_along_open_axes() const { return version != 20; }    // one too many there
  bool has_quantized_einsum() const { return version >= 20; }     // 8-bit integers, sums of i32
  bool pads_any_type() const { return version >= 20 || strict; }  // before: constants of f32
  // Since 0.21.
  bool has_symbolic_values() const { return version >= 21; }
  bool has_assertions() const { return version >= 21; }
  // Of bools: tract reads none without an element.
  bool reads_bool_file(int64_t elements) const { return strict || (version >= 21 && elements > 0); }
  bool topk_of_any_rank() const { return version >= 21; }                // before: up to 2
  bool quantizes_below_zero() const { return version >= 21 || strict; }  // zero points of files
  bool reads_smaller_ends() const { return version >= 21 || strict; }    // of slices: min(6,S)
  bool convolves_by_results() const { return version >= 21 || strict; }  // filters: variables only
  bool topk_of_any_type() const { return version >= 21; }                // before: f32
  bool has_f16_pow_and_round() const { return version >= 21 || strict; }
  bool has_blocks() const { return version >= 21; }  // Q4_0: matrices, multiplied with f32
  bool shares_results() const { return version >= 21 || strict; }  // of a scan's body
  // Since 0.23.
  bool has_copy() const { return version >= 23 || strict; }
  bool has_any_all_reduce() const { return version >= 23 || strict; }
  bool has_is_nan_is_inf() const { return version >= 23; }
  bool has_f64_abs() const { return version >= 23 || strict; }
  bool compares_literals_with_integers() const { return version >= 23 || strict; }
  bool counts_padding() const { return version >= 23 || strict; }  // box, border "constant"
  bool has_scatter_reductions() const { return version >= 23; }    // before: ignored
  bool proves_slices_of_counts() const { return version >= 23; }
  bool has_resize() const { return version >= 23; }
  bool sums_quantized_windows() const { return version >= 23; }  // before: 8-bit results only
  bool has_epilogues() const { return version >= 23; }           // of recurrent cells
  bool has_activations() const { return version >= 23; }      // silu, gelu, rms norm, log softmax
  bool has_sequences() const { return version >= 23; }        // a GRU over all steps
  bool has_fused_attention() const { return version >= 23; }  // in tract_transformers
  bool has_all_blocks() const { return version >= 23; }       // also batches, f16
  // It follows what is computed from sizes as if it were exact integers, and cuts selects apart
  // where a comparison of them changes. Halves are lost that way, and so are operands that
  // broadcast.
  bool reasons_on_sizes() const { return version >= 23; }
  bool compares_open_ends() const { return version >= 23 || strict; }  // before: min(S,2*(S+1)/2)
};

// The newest tract that is tested: the default target.
const Target& DefaultTarget();

// The fragment whose result tract takes for the model's properties.
constexpr char kPropertiesFragment[] = "tract_core_properties";

// The extension that a document with fragments needs.
constexpr char kFragmentDefinitions[] = "KHR_enable_fragment_definitions";

// The operations of NNEF 1.0.5, by name: fragments of a strict document are called otherwise.
std::vector<std::string> StandardOperations();

// `khronos`, `tract` (the default), `tract:0.22.4`: the newest known row that is not newer.
// InvalidArgument for anything else, with the list of known ones.
absl::StatusOr<Target> FindTarget(absl::string_view name);

}  // namespace t2n

#endif  // EMIT_TARGET_H_
