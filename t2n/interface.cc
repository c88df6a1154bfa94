#include "t2n/interface.h"

#include <algorithm>
#include <complex>
#include <set>

#include "absl/strings/str_cat.h"
#include "emit/names.h"
#include "t2n/base/status.h"
#include "t2n/script/tensor_ref.h"

namespace t2n {
namespace {

using script::IValue;

constexpr absl::string_view kLeftOut = "_";  // the name of an output that nobody wants

// The tensors of a result in order, with names from dict keys and NamedTuple fields.
absl::Status Flatten(Builder& b, const IValue& value, const std::string& name, Graph* graph) {
  auto child = [&](absl::string_view part) {
    return name.empty() ? std::string(part) : absl::StrCat(name, "_", part);
  };
  if (auto t = value.tensor()) {
    Val v = t->Read();
    if (!v) return absl::InternalError("a result without a value");
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
      T2N_RETURN_IF_ERROR(Flatten(b, item, child(script::Str(key)), graph));
    }
    return absl::OkStatus();
  }
  if (value.is_none() || value.If<std::string>()) return absl::OkStatus();
  return absl::UnimplementedError(
      absl::StrCat("the method returns a ", value.TypeName(), ", which is no tensor"));
}

}  // namespace

absl::Status AddOutputs(Builder& b, const IValue& value, Graph* graph) {
  return Flatten(b, value, "", graph);
}

absl::Status NameOutputs(const proto::ConversionSpec& spec, Graph* graph) {
  auto& names = graph->output_names();
  if (!spec.output_names().empty()) {
    if (spec.output_names_size() != static_cast<int>(names.size())) {
      return absl::InvalidArgumentError(absl::StrCat("--output_names has ",
                                                     spec.output_names_size(), " names, the model ",
                                                     names.size(), " outputs"));
    }
    names.assign(spec.output_names().begin(), spec.output_names().end());
    return absl::OkStatus();
  }
  const auto unnamed = std::count(names.begin(), names.end(), "");
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) {
      names[i] = unnamed == 1 ? "output" : absl::StrCat("output_", i);
    }
  }
  return absl::OkStatus();
}

absl::Status DropOutputs(Graph* graph, std::vector<StateTensor>* states) {
  std::vector<Value*>& outputs = graph->outputs();
  std::vector<std::string>& names = graph->output_names();
  for (int i = static_cast<int>(outputs.size()) - 1; i >= 0; --i) {
    if (names[i] != kLeftOut) continue;
    outputs.erase(outputs.begin() + i);
    names.erase(names.begin() + i);
    for (StateTensor& s : *states) {
      const int at = static_cast<int>(s.output);
      if (at == i) {
        return absl::InvalidArgumentError(
            absl::StrCat("--output_names: output ", i, " is what the model keeps of ", s.path,
                         " for its next call; only --state drop leaves it out"));
      }
      if (at > i) --s.output;
    }
  }
  if (!outputs.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError("--output_names leaves out every output");
}

absl::Status NameInputs(const proto::ConversionSpec& spec, Graph* graph) {
  if (spec.input_names().empty()) return absl::OkStatus();
  if (spec.input_names_size() != static_cast<int>(graph->inputs().size())) {
    return absl::InvalidArgumentError(absl::StrCat("--input_names has ", spec.input_names_size(),
                                                   " names, the model ", graph->inputs().size(),
                                                   " inputs"));
  }
  for (int i = 0; i < spec.input_names_size(); ++i) {
    graph->inputs()[i]->name = spec.input_names(i);
  }
  return absl::OkStatus();
}

absl::Status CheckNames(absl::string_view flag,
                        const google::protobuf::RepeatedPtrField<std::string>& names) {
  std::set<std::string> seen;
  for (const std::string& name : names) {
    if (name == kLeftOut && flag == "output_names") continue;
    if (ToIdentifier(name) != name) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--", flag, ": '", name, "' is no NNEF identifier; letters, digits and _ make one"));
    }
    if (!seen.insert(name).second) {
      return absl::InvalidArgumentError(absl::StrCat("--", flag, ": '", name, "' is there twice"));
    }
  }
  return absl::OkStatus();
}

}  // namespace t2n
