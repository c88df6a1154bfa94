// Bodies of nodes as NNEF fragments.
#include <numeric>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "emit/lower/lowering.h"

namespace t2n {

using nnef::Expr;

// A value of the graph as a parameter of this fragment.
Expr Lowering::Capture(Expr outer, absl::string_view name, DType dtype) {
  std::string& parameter = captured_names_[outer.text];
  if (parameter.empty()) {
    parameter = names_->Unique(name);
    captured_parameters_.push_back({parameter, TensorType(dtype)});
    captured_.push_back({std::move(outer), dtype});
  }
  return nnef::Id(parameter);
}

std::string Lowering::TurnedBy(const std::string& turn, int64_t axes, const std::string& result,
                               int64_t rank) {
  Expr condition = nnef::Id(turn);
  auto bind = [&](Expr e) {
    std::string shaped = names_->Unique("turned");
    body_.push_back({{shaped}, std::move(e)});
    condition = nnef::Id(shaped);
  };
  std::vector<int64_t> all(axes);
  std::iota(all.begin(), all.end(), 0);
  if (axes > 1) {
    const std::vector<int64_t> others(all.begin() + 1, all.end());
    bind(nnef::Call("slice", {condition},
                    {{"axes", nnef::Ints(others)},
                     {"begin", nnef::Ints(std::vector<int64_t>(axes - 1, 0))},
                     {"end", nnef::Ints(std::vector<int64_t>(axes - 1, 1))}}));
  }
  if (rank == 0) {
    bind(nnef::Call("squeeze", {condition}, {{"axes", nnef::Ints(all)}}));
  } else if (rank != axes) {
    const std::vector<int64_t> ones(rank, 1);
    bind(nnef::Call("reshape", {condition}, {{"shape", nnef::Ints(ones)}}));
  }
  const Expr first = nnef::Id(result);
  std::string turned = names_->Unique("turned");
  body_.push_back({{turned}, nnef::Call("select", {condition, first, first})});
  return turned;
}

absl::StatusOr<FragmentUse> Lowering::Fragment(const Graph& body, absl::string_view name,
                                               bool scan_body,
                                               const std::vector<int64_t>& turn_axes) {
  Lowering inner(model_, this);
  nnef::Fragment fragment;
  auto add_parameter = [&](absl::string_view wanted, DType dtype) {
    std::string id = inner.names_->Unique(ToIdentifier(wanted));
    fragment.parameters.push_back({id, TensorType(dtype)});
    return id;
  };
  for (const Value* input : body.inputs()) {
    inner.Alias(input,
                nnef::Id(add_parameter(input->name.empty() ? "x" : input->name, input->dtype())));
  }
  std::vector<std::string> turns;
  for (size_t i = 0; i < turn_axes.size(); ++i) {
    turns.push_back(add_parameter("turn", DType::kBool));
  }
  inner.LowerNodes(body);
  FragmentUse use;
  use.results = inner.Results(body, &fragment);
  bool extended = absl::StrContains(nnef::ToText({"", {}, {}, inner.body_, ""}), "tract_");
  if (scan_body && extended && !target().scans_extensions()) {
    return absl::UnimplementedError(
        absl::StrCat("a loop over tract's own operators (target ", target().name, ")"));
  }
  for (size_t i = 0; i < turns.size(); ++i) {
    use.results[0] =
        inner.TurnedBy(turns[i], turn_axes[i], use.results[0], body.outputs()[0]->rank());
    fragment.results[0].name = use.results[0];
  }
  fragment.body = std::move(inner.body_);
  for (nnef::Typed& parameter : inner.captured_parameters_) {
    fragment.parameters.push_back(std::move(parameter));
  }
  for (const nnef::Typed& parameter : fragment.parameters) use.parameters.push_back(parameter.name);
  for (auto& [outer, dtype] : inner.captured_) {
    use.captured.push_back(parent_ ? Capture(outer, outer.text, dtype) : std::move(outer));
  }
  std::string& shared = model_->fragment_of_text[nnef::ToText(fragment)];
  if (shared.empty()) {
    shared = model_->fragment_names.Unique(ToIdentifier(name));
    fragment.name = shared;
    model_->document.fragments.push_back(std::move(fragment));
  }
  use.name = shared;
  return use;
}

// A fragment's results: assigned in it, and each once.
std::vector<std::string> Lowering::Results(const Graph& body, nnef::Fragment* fragment) {
  absl::flat_hash_set<std::string> assigned, used;
  for (const nnef::Assignment& a : body_) assigned.insert(a.results.begin(), a.results.end());
  std::vector<std::string> results;
  for (const Value* output : body.outputs()) {
    Expr value = Ref(output);
    std::string id = value.text;
    if (!assigned.contains(id) || !used.insert(id).second) {
      id = names_->Unique("result");
      bool number = output->dtype() != DType::kBool && !target().shares_results();
      body_.push_back({{id}, number ? nnef::Call("max", {value, value}) : Copy(value)});
    }
    fragment->results.push_back({id, TensorType(output->dtype())});
    results.push_back(id);
  }
  return results;
}

}  // namespace t2n
