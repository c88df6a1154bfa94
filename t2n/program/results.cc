#include "t2n/program/results.h"

#include <complex>
#include <string>

#include "absl/strings/str_cat.h"
#include "t2n/alias/tensor_ref.h"
#include "t2n/base/status.h"
#include "t2n/values/unusable.h"

namespace t2n {
namespace {

// The tensors of a result in order, with names from dict keys and NamedTuple fields.
absl::Status Flatten(Builder& b, const IValue& value, const std::string& name, Graph* graph) {
  auto child = [&](absl::string_view part) {
    return name.empty() ? std::string(part) : absl::StrCat(name, "_", part);
  };
  if (auto t = value.tensor()) {
    Val v = t->Read();
    if (!v) return b.ok() ? absl::InternalError("a result without a value") : b.status();
    graph->outputs().push_back(v.get());
    graph->output_names().push_back(name);
    return absl::OkStatus();
  }
  if (value.is_number() && !value.If<std::complex<double>>()) {
    Val v;
    if (const bool* x = value.If<bool>()) v = b.Scalar(DType::kBool, static_cast<int64_t>(*x));
    if (const Dim* x = value.If<Dim>()) v = b.DimScalar(*x);
    if (const double* x = value.If<double>()) v = b.Scalar(DType::kF32, *x);
    graph->outputs().push_back(v.get());
    graph->output_names().push_back(name);
    return b.status();
  }
  if (auto l = value.list()) {
    if (l->tail) {
      return absl::UnimplementedError(
          absl::StrCat("the method returns a list of as many tensors as the open size ",
                       l->tail->count.ToString(), "; a model has a fixed number of outputs"));
    }
    for (size_t i = 0; i < l->items.size(); ++i) {
      T2N_RETURN_IF_ERROR(Flatten(b, l->items[i], name, graph));
    }
    return absl::OkStatus();
  }
  if (auto t = value.tuple()) {
    for (size_t i = 0; i < t->items.size(); ++i) {
      T2N_RETURN_IF_ERROR(
          Flatten(b, t->items[i], t->fields.empty() ? name : child(t->fields[i]), graph));
    }
    return absl::OkStatus();
  }
  if (auto d = value.dict()) {
    for (const auto& [key, item] : d->items) {
      T2N_RETURN_IF_ERROR(Flatten(b, item, child(Str(key)), graph));
    }
    return absl::OkStatus();
  }
  if (value.is_none() || value.If<std::string>()) return absl::OkStatus();
  if (const absl::Status* why = WhyUnusable(value)) return *why;
  return absl::UnimplementedError(
      absl::StrCat("the method returns a ", value.TypeName(), ", which is no tensor"));
}

}  // namespace

absl::Status AddOutput(Builder& b, const IValue& value, const std::string& name, Graph* graph) {
  return Flatten(b, value, name, graph);
}

absl::Status AddOutputs(Builder& b, const IValue& value, Graph* graph) {
  return Flatten(b, value, "", graph);
}

}  // namespace t2n
