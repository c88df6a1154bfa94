// What a program asks of a nested tensor (t2n/aten/nested.h). Nothing else is known of them.
#include "t2n/aten/core/nested.h"
#include "t2n/values/builtins.h"

namespace t2n {
namespace {

std::shared_ptr<const NestedTensor> Nested0(const BuiltinCall& c) {
  return c.args.size() == 1 ? std::dynamic_pointer_cast<const NestedTensor>(c.args[0].opaque())
                            : nullptr;
}

template <bool answer>
BuiltinResult Always(const BuiltinCall& c) {
  if (!Nested0(c)) return std::nullopt;
  return IValue(answer);
}

BuiltinResult DtypeOf(const BuiltinCall& c) {
  const auto nested = Nested0(c);
  if (!nested) return std::nullopt;
  return IValue(TorchCode(nested->padded.dtype()));
}

BuiltinResult DeviceOf(const BuiltinCall& c) {
  if (!Nested0(c)) return std::nullopt;
  return IValue(Device{"cpu"});
}

BuiltinResult Rank(const BuiltinCall& c) {
  const auto nested = Nested0(c);
  if (!nested) return std::nullopt;
  return IValue(nested->padded.rank());
}

constexpr BuiltinEntry kBuiltins[] = {
    {"aten::dim", Rank},
    {"prim::device", DeviceOf},
    {"prim::dtype", DtypeOf},
    {"prim::is_cpu", Always<true>},
    {"prim::is_cuda", Always<false>},
    {"prim::is_nested", Always<true>},
    {"prim::ndim", Rank},
    {"prim::requires_grad", Always<false>},
};

}  // namespace

absl::Span<const BuiltinEntry> NestedBuiltins() { return kBuiltins; }

}  // namespace t2n
