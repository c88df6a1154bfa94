#include "t2n/program/cut.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "t2n/alias/tensor_ref.h"
#include "t2n/base/edit_distance.h"

namespace t2n {
namespace {

constexpr size_t kToldNames = 4;

std::string Join(absl::string_view path, absl::string_view name) {
  return absl::StrCat(path, path.empty() || name.empty() ? "" : ".", name);
}

// `layer2.0.x` as the written graph has it: `layer2_0_x`.
std::string AsWritten(absl::string_view name) {
  std::string written(name);
  for (char& c : written) {
    if (!absl::ascii_isalnum(c)) c = '_';
  }
  return written;
}

// The tensors in a value, with what leads to each: `_0`, `_key`; empty where there is one alone.
void AddLeaves(const IValue& value, const std::string& path,
               std::vector<std::pair<std::string, Val>>* leaves) {
  if (const auto tensor = value.tensor()) {
    if (const Val v = tensor->Read()) leaves->emplace_back(path, v);
    return;
  }
  const auto list = value.list();
  const auto tuple = value.tuple();
  if (list && list->tail) return;
  if (list || tuple) {
    const std::vector<IValue>& items = list ? list->items : tuple->items;
    for (size_t i = 0; i < items.size(); ++i) {
      const bool named = tuple && i < tuple->fields.size();
      const std::string part = named ? tuple->fields[i] : absl::StrCat(i);
      AddLeaves(items[i], items.size() == 1 && !named ? path : absl::StrCat(path, "_", part),
                leaves);
    }
  }
  if (const auto dict = value.dict()) {
    for (const auto& [key, item] : dict->items) {
      AddLeaves(item, absl::StrCat(path, "_", Str(key)), leaves);
    }
  }
}

// Ends the call; nobody is told.
absl::Status Ended() { return absl::Status(absl::StatusCode::kCancelled, "the model ends here"); }

}  // namespace

void Cut::BeginCall() {
  told_ = false;
  found_.clear();
  met_.clear();
  all_.clear();
  passing_.clear();
  counts_.clear();
  written_.clear();
}

// `name`, or `name_1` and so on where it is not the first.
std::string Cut::Unique(const std::string& name, std::map<std::string, int>* counts) {
  int& count = (*counts)[name];
  return count++ == 0 ? name : absl::StrCat(name, "_", count - 1);
}

absl::Status Cut::Meet(InnerTensor::Kind kind, absl::string_view path, absl::string_view name,
                       const IValue& value, bool passing) {
  if (complete()) return Ended();
  Leaves leaves;
  AddLeaves(value, "", &leaves);
  if (leaves.empty()) return absl::OkStatus();
  const std::string full = Join(path, name);
  if (passing) {
    passing_.insert(full);
    all_.insert(full);
    return absl::OkStatus();
  }
  const std::string own = Unique(full, &counts_);
  all_.insert(own);
  std::set<std::string> spellings = {own, AsWritten(own)};
  const PlacePtr& place = leaves[0].second->node->place;
  if (kind == InnerTensor::Kind::kVariable && place) {
    // The graph calls a value by the module that computes it.
    const std::string written = Unique(AsWritten(Join(place->module_path, name)), &written_);
    spellings.insert(written);
  }
  // Weights are nothing to end at; torch's own temporaries (`_12`) say nothing.
  const bool computed = absl::c_any_of(leaves, [](const auto& leaf) {
    return !leaf.second.is_constant() && leaf.second->node->op != Op::kInput;
  });
  if (lists_ && computed && !absl::StartsWith(name, "_")) {
    InnerTensor met{own, kind, {}, place ? place->ToString() : ""};
    for (const auto& [part, v] : leaves) met.types.push_back(TypeToString(v->type));
    met_.push_back(std::move(met));
  }
  for (const std::string& wanted : names_) {
    if (spellings.count(wanted)) found_.emplace(wanted, leaves);
  }
  return complete() ? Ended() : absl::OkStatus();
}

void Cut::AddOutputs(Graph* graph) const {
  graph->outputs().clear();
  graph->output_names().clear();
  for (const std::string& name : names_) {
    for (const auto& [part, v] : found_.at(name)) {
      graph->outputs().push_back(v.get());
      graph->output_names().push_back(absl::StrCat(name, part));
    }
  }
}

// What is wrong with a name that was not met, by the end or before the call has `failed`.
std::string Cut::Missed(const std::string& name, bool failed) const {
  if (passing_.count(name)) {
    return absl::StrCat("--cut: '", name,
                        "' is computed in a loop, in a branch or in a graph of its own, where a "
                        "model cannot end; cut at what comes of it");
  }
  std::vector<std::pair<size_t, std::string>> near;
  for (const std::string& met : all_) {
    const bool part = absl::StrContains(met, name) || absl::EndsWith(name, met);
    const size_t distance = EditDistance(met, name);
    if (part || distance <= name.size() / 3 + 1) near.emplace_back(part ? 0 : distance, met);
  }
  std::sort(near.begin(), near.end());
  if (near.size() > kToldNames) near.resize(kToldNames);
  const std::string told = absl::StrJoin(
      near, ", ", [](std::string* out, const auto& n) { absl::StrAppend(out, n.second); });
  const std::string what = failed ? absl::StrCat("nothing called '", name, "' was computed by then")
                                  : absl::StrCat("no tensor is called '", name, "'");
  return absl::StrCat("--cut: ", what, told.empty() ? "" : absl::StrCat("; near it: ", told),
                      " (pt2nnef inspect --tensors lists all)");
}

std::vector<std::string> Cut::AllMissed(bool failed) const {
  std::vector<std::string> lines;
  for (const std::string& name : names_) {
    if (!found_.count(name)) lines.push_back(Missed(name, failed));
  }
  return lines;
}

std::vector<std::string> Cut::Hints() const {
  return told_ ? std::vector<std::string>() : AllMissed(true);
}

absl::Status Cut::Missing() {
  told_ = true;
  return absl::InvalidArgumentError(absl::StrJoin(AllMissed(false), "; "));
}

}  // namespace t2n
