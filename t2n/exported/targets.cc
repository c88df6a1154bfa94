#include "t2n/exported/targets.h"

#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "t2n/alias/tensor_ref.h"
#include "t2n/aten/core/op_call.h"

namespace t2n::exported {
namespace {

constexpr absl::string_view kOperators = "torch.ops.";
constexpr absl::string_view kHigherOrder = "torch.ops.higher_order.";
constexpr absl::string_view kOldHigherOrder = "torch._higher_order_ops.";

struct Scalar {
  absl::string_view target;
  absl::string_view builtin;
};

constexpr Scalar kScalars[] = {
    {"_operator.add", "aten::add"},
    {"_operator.sub", "aten::sub"},
    {"_operator.mul", "aten::mul"},
    {"_operator.truediv", "aten::div"},
    {"_operator.floordiv", "aten::floordiv"},
    {"_operator.mod", "aten::remainder"},
    {"_operator.pow", "aten::pow"},
    {"_operator.neg", "aten::neg"},
    {"_operator.pos", kItself},
    {"_operator.lshift", "aten::__lshift__"},
    {"_operator.rshift", "aten::__rshift__"},
    {"_operator.and_", "aten::__and__"},
    {"_operator.or_", "aten::__or__"},
    {"_operator.eq", "aten::eq"},
    {"_operator.ne", "aten::ne"},
    {"_operator.lt", "aten::lt"},
    {"_operator.le", "aten::le"},
    {"_operator.gt", "aten::gt"},
    {"_operator.ge", "aten::ge"},
    {"torch.sym_int", "aten::Int"},
    {"torch.sym_float", "aten::Float"},
    {"torch.sym_max", "prim::max"},
    {"torch.sym_min", "prim::min"},
    {"torch.sym_not", "aten::__not__"},
    {"torch._sym_sqrt", "aten::sqrt"},
    {"torch.sym_sqrt", "aten::sqrt"},
    {"math.trunc", "aten::Int"},
    {"math.ceil", "aten::ceil"},
    {"math.floor", "aten::floor"},
    {"math.sqrt", "aten::sqrt"},
    {"torch.ops.aten.item.default", "aten::item"},
    {"torch.ops.aten._local_scalar_dense.default", "aten::item"},
    {"torch.ops.aten.sym_size.int", "size::size"},
    {"torch.ops.aten.sym_stride.int", "size::stride"},
    {"torch.ops.aten.sym_numel.default", "size::numel"},
    {"torch.ops.aten.sym_storage_offset.default", "size::offset"},
    {"torch.ops.export.access_subclass_inner_tensor.default", kSubclassPart},
};

// Operators that only check, or tell Python's tracing something.
constexpr absl::string_view kAssertions[] = {
    "torch.ops.aten._assert_scalar.default",
    "torch.ops.aten._assert_tensor_metadata.default",
    "torch.ops.aten._assert_async.default",
    "torch.ops.aten._assert_async.msg",
    "torch.ops.aten.sym_constrain_range.default",
    "torch.ops.aten.sym_constrain_range_for_size.default",
    "torch.ops.aten._linalg_check_errors.default",
    "torch.ops.aten._print.default",
    "torch._functorch.predispatch.lazy_load_decompositions",
};

}  // namespace

std::optional<OperatorTarget> ParseTarget(absl::string_view target) {
  if (IsHigherOrder(target) || !absl::ConsumePrefix(&target, kOperators)) return std::nullopt;
  const std::vector<absl::string_view> parts = absl::StrSplit(target, '.');
  if (parts.size() != 3) return std::nullopt;
  return OperatorTarget{absl::StrCat(parts[0], "::", parts[1]),
                        parts[2] == "default" ? "" : std::string(parts[2])};
}

bool IsHigherOrder(absl::string_view target) {
  return absl::StartsWith(target, kHigherOrder) || absl::StartsWith(target, kOldHigherOrder);
}

absl::string_view HigherOrderName(absl::string_view target) {
  return target.substr(target.rfind('.') + 1);
}

bool IsAssertion(absl::string_view target) {
  static const auto* const kSet =
      new absl::flat_hash_set<absl::string_view>(std::begin(kAssertions), std::end(kAssertions));
  return kSet->contains(target);
}

absl::string_view BuiltinOf(absl::string_view target) {
  static const auto* const kMap = [] {
    auto* map = new absl::flat_hash_map<absl::string_view, absl::string_view>();
    for (const Scalar& s : kScalars) map->emplace(s.target, s.builtin);
    return map;
  }();
  const auto it = kMap->find(target);
  return it == kMap->end() ? absl::string_view() : it->second;
}

absl::StatusOr<IValue> SizeOf(absl::string_view what, const std::vector<IValue>& args) {
  absl::ConsumePrefix(&what, kSizePrefix);
  const auto tensor = args.empty() ? nullptr : args[0].tensor();
  if (!tensor) return absl::InvalidArgumentError("the size of what is no tensor");
  const Val value = tensor->Read();
  if (what == "numel") return IValue(value.numel());
  const Dim* axis = args.size() > 1 ? args[1].If<Dim>() : nullptr;
  std::optional<int64_t> at;
  if (axis && axis->is_const()) at = NormalizeAxis(axis->value(), value.rank());
  if (what == "size") {
    if (!at || value.rank() == 0) return absl::InvalidArgumentError("a size of no axis");
    return IValue(value.dim(*at));
  }
  const std::optional<Strided> layout = tensor->Memory();
  if (!layout) return absl::UnimplementedError("how a tensor lies in memory is not known");
  if (what == "offset") return IValue(layout->offset);
  if (!at || value.rank() == 0) return absl::InvalidArgumentError("a stride of no axis");
  return IValue(layout->strides[*at]);
}

}  // namespace t2n::exported
