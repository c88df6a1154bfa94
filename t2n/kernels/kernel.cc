#include "t2n/kernels/kernel.h"

#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"
#include "t2n/kernels/elements.h"
#include "t2n/kernels/scan.h"

namespace t2n {
namespace {

absl::Status Unbound(const Dim& d) {
  return absl::UnimplementedError(absl::StrCat("no value for ", d.ToString()));
}

absl::StatusOr<Shape> Evaluate(const Shape& shape, const Binding& bind) {
  Shape out;
  for (const Dim& d : shape) {
    std::optional<int64_t> v = d.Eval(bind);
    if (!v) return Unbound(d);
    out.push_back(*v);
  }
  return out;
}

// The attributes with every size expression evaluated.
absl::StatusOr<Attrs> Evaluate(const Attrs& attrs, const Binding& bind) {
  Attrs out = attrs;
  for (const auto& [name, value] : attrs.all()) {
    if (const Dim* d = std::get_if<Dim>(&value); d && !d->is_const()) {
      std::optional<int64_t> v = d->Eval(bind);
      if (!v) return Unbound(*d);
      out.Set(name, Dim(*v));
    } else if (const Shape* s = std::get_if<Shape>(&value)) {
      T2N_ASSIGN_OR_RETURN(Shape shape, Evaluate(*s, bind));
      out.Set(name, std::move(shape));
    }
  }
  return out;
}

absl::Status CheckSizes(absl::Span<const Tensor> results, absl::Span<const ValueType> types) {
  if (results.size() != types.size()) return absl::InternalError("wrong number of results");
  for (size_t i = 0; i < results.size(); ++i) {
    Shape sizes(results[i].sizes.begin(), results[i].sizes.end());
    if (sizes != types[i].shape) {
      return absl::InternalError(absl::StrCat("result ", i, " has shape ", ShapeToString(sizes),
                                              " where the graph says ",
                                              ShapeToString(types[i].shape)));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Tensor>> RunKernel(const Node& node, const Attrs& attrs,
                                              absl::Span<const Tensor> inputs,
                                              absl::Span<const ValueType> types) {
  Kernel kernel = FindKernel(node.op);
  if (!kernel) return absl::UnimplementedError(absl::StrCat(OpName(node.op), " has no kernel"));
  std::vector<QuantPtr> quants;
  for (const Value* v : node.inputs) quants.push_back(v->type.quant);
  return kernel({node.op, attrs, inputs, types, quants});
}

}  // namespace

Kernel FindKernel(Op op) {
  static const std::vector<Kernel>* const kTable = [] {
    auto* table = new std::vector<Kernel>(kNumOps);
    for (auto family : {kernels::ElementwiseKernels, kernels::ReduceKernels, kernels::LayoutKernels,
                        kernels::QuantKernels, kernels::IndexKernels, kernels::EinsumKernels,
                        kernels::ConvKernels, kernels::PoolKernels, kernels::ResizeKernels,
                        kernels::FftKernels}) {
      for (const kernels::KernelEntry& e : family()) (*table)[static_cast<int>(e.op)] = e.kernel;
    }
    return table;
  }();
  return (*kTable)[static_cast<int>(op)];
}

absl::StatusOr<std::vector<Tensor>> RunNode(const Node& node, absl::Span<const Tensor> inputs,
                                            const Binding& bind) {
  if (inputs.size() != node.inputs.size()) return absl::InternalError("wrong number of operands");
  T2N_ASSIGN_OR_RETURN(Attrs attrs, Evaluate(node.attrs, bind));
  std::vector<ValueType> types;
  for (const auto& v : node.outputs) {
    types.push_back(v->type);
    T2N_ASSIGN_OR_RETURN(types.back().shape, Evaluate(v->type.shape, bind));
  }
  if (node.op == Op::kComposite && node.bodies.empty()) {
    return absl::UnimplementedError(absl::StrCat(
        "what ", node.attrs.Str("fragment"),
        " computes is not known here: give it a body in the file of --extend, or "
        "compare what tract gives with recorded outputs (convert --check --io FILE.npz)"));
  }
  absl::StatusOr<std::vector<Tensor>> results =
      node.op == Op::kComposite ? RunBody(*node.bodies[0], inputs, bind)
      : node.op == Op::kScan    ? kernels::RunScan(node, attrs, inputs, types, bind)
                                : RunKernel(node, attrs, inputs, types);
  if (results.ok()) T2N_RETURN_IF_ERROR(CheckSizes(*results, types));
  return results;
}

}  // namespace t2n
