#include "emit/check/operators.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace t2n {
namespace {

// A line an operator: its parameters, a type behind those that are no tensors, `?` behind those
// that may be left out, and the number of results where that is not one. From the standard (section
// 4) and tract's declarations (stdlib.nnef, register_primitive).
constexpr char kStandard[] = R"(
external shape:integers
variable label:string shape:integers
reshape input shape:integers axis_start:integer? axis_count:integer?
transpose input axes:integers
concat values:tensors axis:integer
slice input axes:integers begin:integers end:integers stride:integers?
squeeze input axes:integers
unsqueeze input axes:integers
tile input repeats:integers
pad input padding:pairs border:string? value:scalar?
add x y
sub x y
mul x y
div x y
pow x y
min x y
max x y
lt x y
gt x y
le x y
ge x y
eq x y
ne x y
and x y
or x y
not x
exp x
log x
sin x
cos x
tan x
sinh x
cosh x
tanh x
asin x
acos x
atan x
asinh x
acosh x
atanh x
abs x
sign x
neg x
floor x
ceil x
sqrt x
rsqrt x
sigmoid x
select condition true_value false_value
matmul A B transposeA:logical? transposeB:logical?
conv input filter bias? border:string? padding:pairs? stride:integers? dilation:integers? groups:integer?
deconv input filter bias? border:string? padding:pairs? stride:integers? dilation:integers? output_shape:integers? groups:integer?
box input size:integers border:string? padding:pairs? stride:integers? dilation:integers? normalize:logical?
max_pool_with_index input size:integers border:string? padding:pairs? stride:integers? dilation:integers? -> 2
sum_reduce input axes:integers normalize:logical?
mean_reduce input axes:integers
max_reduce input axes:integers
min_reduce input axes:integers
argmax_reduce input axes:integers
argmin_reduce input axes:integers
softmax x axes:integers?
leaky_relu x alpha:scalar
)";

constexpr char kOnlyStandard[] = R"(
gather input indices axis:integer?
cast input
copy x
rcp x
sqr x
any_reduce input axes:integers
all_reduce input axes:integers
max_pool input size:integers border:string? padding:pairs? stride:integers? dilation:integers?
silu x
)";

constexpr char kTract[] = R"(
recip x
square x
tract_core_external shape:integers datum_type:string
tract_core_cast input to:string
tract_core_broadcast input shape:integers
tract_core_downsample input axis:integer stride:integer modulo:integer?
tract_core_gather input indices axis:integer datum_type:string?
tract_core_gather_elements input indices axis:integer
tract_core_gather_nd input indices batch_dims:integer
tract_core_scatter_elements input indices updates axis:integer reduction:string?
tract_core_scatter_nd input indices updates reduction:string?
tract_core_range start:integer end:integer step:integer
tract_core_product_reduce input axes:integers
tract_core_round_even x
tract_core_erf x
tract_core_xor x y
tract_core_bitand x y
tract_core_bitor x y
tract_core_bitxor x y
tract_core_bitnot x
tract_shl x y
tract_shr x y
tract_core_hard_swish x
tract_core_fft input axis:integer inverse:logical
tract_core_scan body:string scan:scanned full:full state:state output:output reset_every_turn:integer? -> 0
)";

constexpr char kBeforeTract20[] = R"(
tract_core_complex_to_inner_dim input
tract_core_inner_dim_to_complex input
)";

constexpr char kSinceTract20[] = R"(
tract_core_einsum inputs:tensors expr:string acc:string output:string?
tract_core_einsum_q inputs:tensors expr:string acc:string output:string bias a0 a_scale b0 b_scale c0 c_scale
tract_core_topk input k axis:integer largest:logical -> 2
)";

constexpr char kSinceTract23[] = R"(
copy x
any_reduce input axes:integers
all_reduce input axes:integers
tract_core_is_nan x
tract_core_is_inf x
tract_core_resize input scales? sizes:integers? coord_transformer:string? interpolator:string? nearest_mode:string?
tract_core_silu x
tract_core_gelu_approx x fast_impl:logical?
tract_core_log_softmax x axes:integers
tract_core_rms_norm input axis:integer eps:scalar?
tract_core_lstm_epilogue preact c_prev hidden:integer -> 2
tract_core_gru_epilogue xh rh h_prev hidden:integer
tract_core_gru_seq x w? r b? initial_h hidden:integer chunk:integer has_bias:integer? reset_every_turn:integer? emit_y:integer? projected:integer? -> 2
tract_transformers_sdpa q k v mask? scale:scalar? datum_type:string acc_datum_type:string is_causal:logical
tract_core_qconv input filter bias? groups:integer dilation:integers stride:integers padding:pairs border:string? a0 a_scale b0 b_scale c0 c_scale output_dt:string
)";

struct Section {
  const char* lines;
  bool standard;
  bool tract;
  int since = 0;   // of tract's minor versions
  int until = 99;  // the first that has it no more
};

constexpr Section kSections[] = {
    {kStandard, true, true},
    {kOnlyStandard, true, false},
    {kTract, false, true},
    {kBeforeTract20, false, true, 0, 20},
    {kSinceTract20, false, true, 20},
    {kSinceTract23, false, true, 23},
};

ArgumentKind ParseKind(absl::string_view kind) {
  static constexpr std::pair<absl::string_view, ArgumentKind> kKinds[] = {
      {"tensors", ArgumentKind::kTensors},   {"integer", ArgumentKind::kInteger},
      {"integers", ArgumentKind::kIntegers}, {"pairs", ArgumentKind::kPairs},
      {"scalar", ArgumentKind::kScalar},     {"logical", ArgumentKind::kLogical},
      {"string", ArgumentKind::kString},     {"scanned", ArgumentKind::kScanned},
      {"full", ArgumentKind::kFull},         {"state", ArgumentKind::kState},
      {"output", ArgumentKind::kOutput},
  };
  for (const auto& [name, value] : kKinds) {
    if (kind == name) return value;
  }
  return ArgumentKind::kTensor;
}

Operator ParseLine(absl::string_view line) {
  Operator op;
  const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
  op.name = std::string(words[0]);
  for (size_t i = 1; i < words.size(); ++i) {
    if (words[i] == "->") {
      op.results = words[i + 1][0] - '0';
      break;
    }
    absl::string_view word = words[i];
    const bool optional = absl::ConsumeSuffix(&word, "?");
    const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(word, ':');
    op.parameters.push_back({std::string(parts.first), ParseKind(parts.second), optional});
  }
  return op;
}

struct Row {
  Section section;
  Operator op;
};

using Table = absl::flat_hash_map<std::string, std::vector<Row>>;

const Table& Operators() {
  static const Table* const kTable = [] {
    auto* table = new Table;
    for (const Section& section : kSections) {
      for (absl::string_view line : absl::StrSplit(section.lines, '\n', absl::SkipEmpty())) {
        Operator op = ParseLine(line);
        std::vector<Row>& rows = (*table)[op.name];
        rows.push_back({section, std::move(op)});
      }
    }
    return table;
  }();
  return *kTable;
}

}  // namespace

const Operator* FindOperator(const Target& target, absl::string_view name) {
  const auto it = Operators().find(name);
  if (it == Operators().end()) return nullptr;
  for (const Row& row : it->second) {
    const Section& s = row.section;
    const bool has = target.strict
                         ? s.standard
                         : s.tract && s.since <= target.version && target.version < s.until;
    if (has) return &row.op;
  }
  return nullptr;
}

std::vector<std::string> OperatorNames(const Target& target) {
  std::vector<std::string> names;
  for (const auto& [name, rows] : Operators()) {
    if (FindOperator(target, name)) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace t2n
