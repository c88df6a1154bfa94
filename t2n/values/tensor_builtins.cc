// What a program asks of a tensor, and tensors made from numbers.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "t2n/alias/tensor_ref.h"
#include "t2n/aten/core/promote.h"
#include "t2n/base/limits.h"
#include "t2n/base/status.h"
#include "t2n/values/builtins.h"

namespace t2n {
namespace {

Val Tensor0(const BuiltinCall& c) {
  auto ref = c.args.empty() ? nullptr : c.args[0].tensor();
  return ref ? ref->Read() : Val();
}

BuiltinResult Dtype(const BuiltinCall& c) {
  Val v = Tensor0(c);
  if (!v) return std::nullopt;
  return IValue(TorchCode(v.dtype()));
}

BuiltinResult DeviceOf(const BuiltinCall& c) {
  if (c.args.size() == 1 && c.args[0].tensor()) return IValue(Device{"cpu"});
  return std::nullopt;
}

BuiltinResult NewDevice(const BuiltinCall& c) {
  if (c.args.empty()) return std::nullopt;
  if (const auto* s = c.args[0].If<std::string>()) return IValue(Device{*s});
  if (c.args[0].If<Device>()) return c.args[0];
  return std::nullopt;
}

BuiltinResult DeviceType(const BuiltinCall& c) {
  const auto* d = c.args.size() == 1 ? c.args[0].If<Device>() : nullptr;
  if (!d) return std::nullopt;
  return IValue(d->name.substr(0, d->name.find(':')));
}

template <bool answer>
BuiltinResult Always(const BuiltinCall& c) {
  if (c.args.size() == 1 && c.args[0].tensor()) return IValue(answer);
  return std::nullopt;
}

BuiltinResult Zero(const BuiltinCall& c) {
  if (c.args.size() == 1 && c.args[0].tensor()) return IValue(0);
  return std::nullopt;
}

BuiltinResult IsQuantizedTensor(const BuiltinCall& c) {
  Val v = Tensor0(c);
  if (!v) return std::nullopt;
  return IValue(IsQuantized(v.dtype()));
}

BuiltinResult Sizes(const BuiltinCall& c) {
  Val v = Tensor0(c);
  if (!v) return std::nullopt;
  if (c.name == "ndim") return IValue(v.rank());
  if (c.name == "itemsize") return IValue(ItemSize(v.dtype()));
  std::vector<IValue> sizes(v.shape().begin(), v.shape().end());
  return IValue::NewList(std::move(sizes), DType::kI64);
}

BuiltinResult Len(const BuiltinCall& c) {
  Val v = Tensor0(c);
  if (!v || v.rank() == 0) return std::nullopt;
  return IValue(v.dim(0));
}

BuiltinResult Item(const BuiltinCall& c) {
  Val v = Tensor0(c);
  if (!v) return std::nullopt;
  if (Val open = OpenNumber(c.args[0], v.dtype())) return NewOpenNumber(open);
  T2N_ASSIGN_OR_RETURN(IValue scalar, ScalarOf(v));
  return scalar;
}

BuiltinResult Itself(const BuiltinCall& c) {
  if (c.args.size() == 1 && c.args[0].tensor()) return c.args[0];
  return std::nullopt;
}

// ops.prim.NumToTensor(size): a rank-0 tensor that stays exact.
BuiltinResult NumToTensor(const BuiltinCall& c) {
  if (c.args.size() != 1) return std::nullopt;
  const IValue& v = c.args[0];
  Builder& b = c.builder;
  if (const Dim* d = v.If<Dim>()) return IValue(TensorRef::New(b.DimScalar(*d)));
  if (const bool* x = v.If<bool>()) {
    return IValue(TensorRef::New(b.Scalar(DType::kBool, static_cast<int64_t>(*x))));
  }
  if (const double* x = v.If<double>()) return IValue(TensorRef::New(b.Scalar(DType::kF64, *x)));
  return std::nullopt;
}

// Flattens nested lists of numbers or one-element tensors; `shape` is that of the nesting.
absl::Status Flatten(const IValue& v, size_t depth, Shape* shape, std::vector<IValue>* leaves) {
  if (auto l = v.list()) {
    Dim n = static_cast<int64_t>(l->items.size());
    if (shape->size() == depth) {
      shape->push_back(n);
    } else if ((*shape)[depth] != n) {
      return absl::InvalidArgumentError("nested lists of different lengths");
    }
    for (const IValue& item : l->items) {
      T2N_RETURN_IF_ERROR(Flatten(item, depth + 1, shape, leaves));
    }
    return absl::OkStatus();
  }
  leaves->push_back(v);
  return absl::OkStatus();
}

// Known floats (of which torch makes f32 first, whatever dtype is wanted) or ints at once; null for
// other items.
Val KnownNumbers(Builder& b, const std::vector<IValue>& items) {
  std::vector<double> floats;
  std::vector<int64_t> ints;
  for (const IValue& item : items) {
    if (const double* x = item.If<double>()) floats.push_back(*x);
    if (const Dim* x = item.If<Dim>(); x && x->is_const()) ints.push_back(x->value());
  }
  if (floats.size() == items.size()) return b.Doubles(DType::kF32, floats);
  return ints.size() == items.size() ? b.Ints(ints) : Val();
}

// What an empty list, or lists of such, would hold.
std::optional<DType> EmptyItemType(const IValue& v) {
  const auto list = v.list();
  if (!list || list->item_type) return list ? list->item_type : std::nullopt;
  for (const IValue& item : list->items) {
    if (std::optional<DType> type = EmptyItemType(item)) return type;
  }
  return std::nullopt;
}

// The dtype that tensor() is asked for; nullopt if it is not.
absl::StatusOr<std::optional<DType>> WantedDType(const BuiltinCall& c) {
  const IValue* wanted = c.Get(1, "dtype");
  const Dim* code = wanted ? wanted->If<Dim>() : nullptr;
  if (!code || !code->is_const()) return std::nullopt;
  std::optional<DType> dtype = DTypeFromTorch(code->value());
  if (!dtype) return absl::UnimplementedError("tensor() of a dtype that cannot be carried");
  return dtype;
}

// torch.tensor(data, dtype=None, ...)
BuiltinResult NewTensor(const BuiltinCall& c) {
  const IValue* data = c.Get(0, "data");
  if (!data || data->is_none()) return std::nullopt;
  Builder& b = c.builder;
  Shape shape;
  std::vector<IValue> leaves;
  if (auto t = data->tensor()) {
    leaves.push_back(*data);
    shape = t->Read().shape();
  } else {
    T2N_RETURN_IF_ERROR(CheckBounded(*data));
    T2N_RETURN_IF_ERROR(Flatten(*data, 0, &shape, &leaves));
  }
  T2N_ASSIGN_OR_RETURN(std::optional<DType> wanted, WantedDType(c));
  if (leaves.size() > 1) {
    if (Val v = KnownNumbers(b, leaves)) {
      v = b.Cast(b.Reshape(v, shape), wanted.value_or(v.dtype()));
      return IValue(TensorRef::New(v));
    }
  }
  if (leaves.empty() && !wanted) wanted = EmptyItemType(*data);
  if (leaves.empty() && !wanted) {
    return absl::UnimplementedError(
        "tensor() of an empty list of which nothing tells whether it is of ints or floats");
  }
  DType dtype = DType::kBool;
  std::vector<Val> items;
  for (const IValue& leaf : leaves) {
    Val v;
    if (auto t = leaf.tensor()) {
      v = t->Read();
      v = b.Cast(v, ResultType({Arg(v, t->origin())}));
    }
    if (const bool* x = leaf.If<bool>()) v = b.Scalar(DType::kBool, static_cast<int64_t>(*x));
    if (const Dim* x = leaf.If<Dim>()) v = b.DimScalar(*x);
    if (const double* x = leaf.If<double>()) v = b.Scalar(DType::kF32, *x);
    if (const auto* x = leaf.If<std::complex<double>>()) v = b.Scalar(DType::kC64, *x);
    if (!v) return std::nullopt;
    dtype = PromoteTypes(dtype, v.dtype());
    items.push_back(v);
  }
  if (wanted) dtype = *wanted;
  if (items.empty()) return IValue(TensorRef::New(b.Full(shape, dtype, 0)));
  if (items.size() == 1) {
    return IValue(TensorRef::New(b.Cast(b.Reshape(items[0], shape), dtype)));
  }
  std::vector<Val> parts;
  for (const Val& v : items) parts.push_back(b.Reshape(b.Cast(v, dtype), {1}));
  return IValue(TensorRef::New(b.Reshape(b.Concat(parts, 0), shape)));
}

// x.tolist() of a known tensor.
absl::StatusOr<IValue> ToNested(Builder& b, const Val& v) {
  if (v.rank() == 0) return ScalarOf(v);
  std::optional<int64_t> n = v.dim(0).constant();
  if (!n) return absl::UnimplementedError("tolist() of a tensor whose size is not known");
  std::vector<IValue> items;
  for (int64_t i = 0; i < *n; ++i) {
    T2N_ASSIGN_OR_RETURN(IValue item, ToNested(b, b.SelectIndex(v, 0, i)));
    items.push_back(std::move(item));
  }
  return IValue::NewList(std::move(items), IsFloat(v.dtype()) ? DType::kF32 : v.dtype());
}

BuiltinResult ToList(const BuiltinCall& c) {
  Val v = Tensor0(c);
  if (!v) return std::nullopt;
  if (Less(limits::kMaxIterations, NumElements(v.shape())) == true) {
    return absl::ResourceExhaustedError(
        absl::StrCat("tolist() of more than ", limits::kMaxIterations, " elements"));
  }
  T2N_ASSIGN_OR_RETURN(IValue list, ToNested(c.builder, v));
  return list;
}

constexpr BuiltinEntry kBuiltins[] = {
    {"prim::dtype", Dtype},
    {"prim::device", DeviceOf},
    {"aten::device", NewDevice},
    {"python::device", NewDevice},
    {"prim::type", DeviceType},
    {"prim::layout", Zero},
    {"prim::is_cuda", Always<false>},
    {"prim::is_cpu", Always<true>},
    {"prim::is_xpu", Always<false>},
    {"prim::is_mps", Always<false>},
    {"prim::is_sparse", Always<false>},
    {"prim::is_sparse_csr", Always<false>},
    {"prim::is_mkldnn", Always<false>},
    {"prim::is_vulkan", Always<false>},
    {"prim::is_meta", Always<false>},
    {"prim::is_nested", Always<false>},
    {"prim::is_quantized", IsQuantizedTensor},
    {"prim::requires_grad", Always<false>},
    {"prim::is_leaf", Always<true>},
    {"prim::data", Itself},
    {"prim::shape", Sizes},
    {"prim::ndim", Sizes},
    {"prim::itemsize", Sizes},
    {"aten::len", Len},
    {"python::len", Len},
    {"aten::item", Item},
    {"aten::ScalarImplicit", Item},
    {"prim::tolist", ToList},
    {"aten::tolist", ToList},
    {"prim::NumToTensor", NumToTensor},
    {"aten::tensor", NewTensor},
    {"aten::as_tensor", NewTensor},
};

}  // namespace

absl::Span<const BuiltinEntry> TensorBuiltins() { return kBuiltins; }

}  // namespace t2n
