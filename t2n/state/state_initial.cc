#include "t2n/state/state_initial.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <set>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "t2n/base/status.h"
#include "t2n/reference/compare.h"
#include "t2n/reference/run.h"
#include "t2n/state/refusal.h"

namespace t2n {
namespace {

constexpr size_t kMaxCandidates = 8;  // of a state
constexpr int kMaxChoices = 24;

// Random inputs of a trial: sizes of open axes, and ranges of numbers.
struct TrialKind {
  int64_t size;
  double most;        // floats: -most to most
  int64_t low, high;  // integers
  bool may_fail;      // as indices, say
};
constexpr TrialKind kTrials[] = {{64, 1, 0, 1, false},
                                 {96, 1, 0, 1, false},
                                 {64, 30, -3, 3, true},
                                 {96, 0.01, -1000, 1000, true}};

std::vector<Leaf> LeavesOf(const std::vector<Attribute>& attributes) {
  std::vector<Leaf> leaves;
  for (const Attribute& a : attributes) Leaves(a.held, a.path, &leaves);
  return leaves;
}

using HeldByPath = absl::flat_hash_map<std::string, const Held*>;

const Held* Find(const HeldByPath& held, const std::string& path) {
  const auto it = held.find(path);
  return it == held.end() ? nullptr : it->second;
}

HeldByPath ByPath(const std::vector<Leaf>& leaves) {
  HeldByPath by_path;
  for (const Leaf& leaf : leaves) by_path.try_emplace(leaf.path, leaf.held);
  return by_path;
}

// A held value and those in it.
void AddAll(const Held& held, const std::string& path, HeldByPath* by_path) {
  by_path->try_emplace(path, &held);
  for (size_t i = 0; i < held.items.size(); ++i) {
    AddAll(held.items[i], ItemPath(held, path, i), by_path);
  }
}

// Held values of every kind.
HeldByPath AllByPath(const std::vector<Attribute>& attributes) {
  HeldByPath by_path;
  for (const Attribute& a : attributes) AddAll(a.held, a.path, &by_path);
  return by_path;
}

bool SameType(const ValueType& a, const ValueType& b) {
  return a.dtype == b.dtype && a.shape == b.shape;
}

void WriteNumber(DType dtype, double real, int64_t integer, uint8_t* to) {
  const auto write = [to](auto number) { std::memcpy(to, &number, sizeof(number)); };
  if (dtype == DType::kF32) return write(static_cast<float>(real));
  if (dtype == DType::kF64) return write(real);
  if (dtype == DType::kF16) return write(FloatToHalf(static_cast<float>(real)));
  if (dtype == DType::kBF16) return write(FloatToBFloat16(static_cast<float>(real)));
  if (dtype == DType::kBool) return write(static_cast<uint8_t>(real > 0));
  if (!IsSigned(dtype)) integer = std::abs(integer);
  std::memcpy(to, &integer, ItemSize(dtype));  // little-endian
}

absl::StatusOr<Tensor> RandomTensor(const ValueType& type, const TrialKind& kind,
                                    uint64_t* random) {
  std::vector<int64_t> sizes;
  for (const Dim& d : type.shape) {
    std::optional<int64_t> n =
        d.Eval([&](absl::string_view) { return std::optional<int64_t>(kind.size); });
    if (!n || *n < 0) return absl::UnimplementedError("a size that is not known");
    sizes.push_back(*n);
  }
  uint8_t* data;
  Tensor t = Tensor::Allocate(type.dtype, sizes, &data);
  const bool is_complex = IsComplex(type.dtype);
  const DType part = !is_complex                 ? type.dtype
                     : type.dtype == DType::kC64 ? DType::kF32
                                                 : DType::kF64;
  for (int64_t i = 0; i < t.numel() * (is_complex ? 2 : 1); ++i) {
    *random ^= *random << 13, *random ^= *random >> 7, *random ^= *random << 17;
    const double x = static_cast<double>(*random >> 11) / (1ull << 52) - 1;  // [-1, 1)
    const int64_t integer =
        kind.low +
        static_cast<int64_t>((x + 1) / 2 * static_cast<double>(kind.high - kind.low + 1));
    WriteNumber(part, x * kind.most, integer, data + i * ItemSize(part));
  }
  return t;
}

class InitialFinder {
 public:
  InitialFinder(const Graph& steady, size_t results, std::vector<CallResult>* early,
                std::vector<StateTensor>* states)
      : steady_(steady), results_(results), states_(*states) {
    for (CallResult& call : *early) early_.push_back({&call, {}, {}});
  }

  absl::Status Run(bool own_values) {
    T2N_ASSIGN_OR_RETURN(bool settled, FindOwn());
    settled &= AddOutputs() && early_.size() == 1;
    if (own_values && settled) {
      Choose(std::vector<size_t>(states_.size(), 0));
      return absl::OkStatus();
    }
    AddOtherCandidates();
    T2N_RETURN_IF_ERROR(RunEarly());
    // The same of all states, then every combination.
    size_t most = 1;
    for (const auto& c : candidates_) most = std::max(most, c.size());
    for (size_t k = 0; k < most; ++k) {
      std::vector<size_t> choice;
      for (const auto& c : candidates_) choice.push_back(std::min(k, c.size() - 1));
      T2N_ASSIGN_OR_RETURN(bool fits, Fits(choice));
      if (fits) return absl::OkStatus();
    }
    std::vector<size_t> choice(states_.size(), 0);
    for (int tries = 0; tries < kMaxChoices && Next(&choice); ++tries) {
      T2N_ASSIGN_OR_RETURN(bool fits, Fits(choice));
      if (fits) return absl::OkStatus();
    }
    return AsDroppable(absl::UnimplementedError(
        absl::StrCat("no initial value of state ", Names(),
                     " is found: the first call does something else than ",
                     "later ones do on zeros or on a constant of the program (", differs_,
                     "); --state drop converts the first call alone")));
  }

 private:
  // A call before the steady ones.
  struct Early {
    CallResult* call;
    std::vector<std::pair<size_t, size_t>> compared;  // outputs: of `steady_`, of the call
    std::map<std::string, size_t> left;               // outputs with what it leaves, by path
  };

  struct Trial {
    std::vector<std::vector<Tensor>> inputs, want;  // of each early call
  };

  // The first candidate of each state is its own value; whether all have one.
  absl::StatusOr<bool> FindOwn() {
    const HeldByPath own = ByPath(LeavesOf(early_[0].call->before));
    const HeldByPath all = AllByPath(early_[0].call->before);
    bool settled = true;
    for (StateTensor& s : states_) {
      const ValueType& type = steady_.inputs()[s.input]->type;
      if (!ConstantShape(type.shape)) {
        return absl::UnimplementedError(absl::StrCat("state '", s.path, "' has the open size ",
                                                     ShapeToString(type.shape),
                                                     "; give the inputs fixed sizes"));
      }
      std::vector<Tensor>& found = candidates_.emplace_back();
      const Held* before = Find(own, s.path);
      if (before && before->constant && SameType(before->type, type)) {
        found.push_back(*before->constant);
      } else if (std::optional<Tensor> number = NumberAt(all, s.path, type.dtype)) {
        found.push_back(*number);
      } else {
        settled = false;
      }
    }
    return settled;
  }

  // The others are zeros and the program's constants.
  void AddOtherCandidates() {
    std::map<std::string, std::vector<Tensor>> constants;  // by type
    for (const StateTensor& s : states_) constants[TypeToString(steady_.inputs()[s.input]->type)];
    for (const Early& e : early_) {
      for (const auto& node : e.call->graph->nodes()) {
        for (const auto& v : node->outputs) {
          if (!v->is_constant()) continue;
          const auto it = constants.find(TypeToString(v->type));
          if (it != constants.end()) Add(*v->constant, &it->second);
        }
      }
    }
    for (size_t i = 0; i < states_.size(); ++i) {
      const ValueType& type = steady_.inputs()[states_[i].input]->type;
      const Tensor zero = Tensor::Scalar(type.dtype, int64_t{0});
      Add(Tensor::Expand(zero, *ConstantShape(type.shape)), &candidates_[i]);
      for (const Tensor& t : constants[TypeToString(type)]) Add(t, &candidates_[i]);
    }
  }

  // Makes what calls leave outputs of theirs; whether all states are among them.
  bool AddOutputs() {
    std::set<std::string> wanted;
    for (const StateTensor& s : states_) wanted.insert(s.path);
    for (const Early& e : early_) {
      for (const Value* v : e.call->graph->inputs()) wanted.insert(v->name);
    }
    bool all = true;
    for (Early& e : early_) {
      for (size_t i = 0; i < results_; ++i) e.compared.emplace_back(i, i);
      auto& outputs = e.call->graph->outputs();
      const std::vector<Leaf> leaves = LeavesOf(e.call->after);
      for (const Leaf& leaf : leaves) {
        if (!leaf.held->tensor || !wanted.count(leaf.path)) continue;
        e.left[leaf.path] = outputs.size();
        outputs.push_back(leaf.held->tensor.get());
      }
      const HeldByPath held = ByPath(leaves);
      for (const StateTensor& s : states_) {
        const Held* after = Find(held, s.path);
        auto left = e.left.find(s.path);
        bool same =
            after && left != e.left.end() && SameType(after->type, steady_.inputs()[s.input]->type);
        if (same) e.compared.emplace_back(s.output, left->second);
        all &= same;
      }
    }
    return all;
  }

  static void Add(const Tensor& t, std::vector<Tensor>* found) {
    if (found->size() >= kMaxCandidates) return;
    for (const Tensor& f : *found) {
      if (SameElements(f, t)) return;
    }
    found->push_back(t);
  }

  // The number at `path`.
  static std::optional<Tensor> NumberAt(const HeldByPath& all, const std::string& path,
                                        DType dtype) {
    const Held* held = Find(all, path);
    if (!held) return std::nullopt;
    const IValue& v = held->plain;
    if (const bool* x = v.If<bool>()) return Tensor::Scalar(dtype, int64_t{*x});
    if (const Dim* x = v.If<Dim>(); x && x->is_const()) return Tensor::Scalar(dtype, x->value());
    if (const double* x = v.If<double>()) return Tensor::Scalar(dtype, *x);
    return std::nullopt;
  }

  void Choose(const std::vector<size_t>& choice) {
    for (size_t i = 0; i < choice.size(); ++i) states_[i].initial = candidates_[i][choice[i]];
  }

  // The next combination; false after the last.
  bool Next(std::vector<size_t>* choice) {
    for (size_t i = 0; i < choice->size(); ++i) {
      if (++(*choice)[i] < candidates_[i].size()) return true;
      (*choice)[i] = 0;
    }
    return false;
  }

  // Runs the early calls in a row on random inputs.
  absl::Status RunEarly() {
    for (const TrialKind& kind : kTrials) {
      absl::StatusOr<Trial> trial = RunTrial(kind, 88172645463325252u + 7919 * trials_.size());
      if (trial.ok()) {
        trials_.push_back(*std::move(trial));
      } else if (!kind.may_fail) {
        return NotChecked(trial.status());
      }
    }
    return absl::OkStatus();
  }

  absl::StatusOr<Trial> RunTrial(const TrialKind& kind, uint64_t random) {
    const size_t own_inputs = early_[0].call->graph->inputs().size();
    Trial t;
    for (size_t i = 0; i < early_.size(); ++i) {
      const Graph& graph = *early_[i].call->graph;
      const HeldByPath left_before = i == 0 ? HeldByPath() : AllByPath(early_[i - 1].call->after);
      std::vector<Tensor> inputs;
      for (const Value* v : graph.inputs()) {
        if (inputs.size() < own_inputs) {
          T2N_ASSIGN_OR_RETURN(Tensor x, RandomTensor(v->type, kind, &random));
          inputs.push_back(std::move(x));
          continue;
        }
        const Early& previous = early_[i - 1];
        auto left = previous.left.find(v->name);
        std::optional<Tensor> kept = left == previous.left.end()
                                         ? NumberAt(left_before, v->name, v->dtype())
                                         : std::optional<Tensor>(t.want[i - 1][left->second]);
        if (!kept) return absl::UnimplementedError("its kind changes between calls");
        inputs.push_back(*std::move(kept));
      }
      T2N_ASSIGN_OR_RETURN(std::vector<Tensor> want, RunGraph(graph, inputs));
      inputs.resize(own_inputs);
      t.inputs.push_back(std::move(inputs));
      t.want.push_back(std::move(want));
    }
    return t;
  }

  absl::StatusOr<bool> Fits(const std::vector<size_t>& choice) {
    Choose(choice);
    for (const Trial& t : trials_) {
      std::vector<Tensor> kept;
      for (const StateTensor& s : states_) kept.push_back(s.initial);
      for (size_t call = 0; call < early_.size(); ++call) {
        std::vector<Tensor> inputs = t.inputs[call];
        inputs.insert(inputs.end(), kept.begin(), kept.end());
        absl::StatusOr<std::vector<Tensor>> got = RunGraph(steady_, inputs);
        if (!got.ok()) return NotChecked(got.status());
        for (auto [mine, output] : early_[call].compared) {
          T2N_ASSIGN_OR_RETURN(Comparison c,
                               Compare((*got)[mine], t.want[call][output], Tolerance{}));
          if (c.equal) continue;
          if (differs_.empty()) {
            differs_ = absl::StrCat("output ", mine, " of call ", call + 1, ": ", c.message);
          }
          return false;
        }
        for (size_t i = 0; i < states_.size(); ++i) kept[i] = (*got)[states_[i].output];
      }
    }
    return true;
  }

  absl::Status NotChecked(const absl::Status& why) {
    return absl::UnimplementedError(absl::StrCat("the initial value of state ", Names(),
                                                 " cannot be checked: ", why.message()));
  }

  std::string Names() const {
    return absl::StrJoin(states_, ", ", [](std::string* out, const StateTensor& s) {
      absl::StrAppend(out, "'", s.path, "'");
    });
  }

  const Graph& steady_;
  size_t results_;
  std::vector<Early> early_;
  std::vector<StateTensor>& states_;
  std::vector<std::vector<Tensor>> candidates_;  // of each state
  std::vector<Trial> trials_;
  std::string differs_;
};

}  // namespace

absl::Status FindInitialValues(const Graph& steady, size_t results, bool own_values,
                               std::vector<CallResult>* early, std::vector<StateTensor>* states) {
  return InitialFinder(steady, results, early, states).Run(own_values);
}

}  // namespace t2n
