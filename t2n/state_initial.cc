#include "t2n/state_initial.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "t2n/base/status.h"
#include "t2n/reference/compare.h"
#include "t2n/reference/run.h"

namespace t2n {
namespace {

using script::Attribute;
using script::Held;
using script::Leaf;

constexpr int kMaxCandidates = 8;  // of a state
constexpr int kMaxChoices = 24;
// Sizes of random inputs' open axes, a trial each.
constexpr int64_t kTrialSizes[] = {64, 96};

std::vector<Leaf> LeavesOf(const std::vector<Attribute>& attributes) {
  std::vector<Leaf> leaves;
  for (const Attribute& a : attributes) script::Leaves(a.held, a.path, &leaves);
  return leaves;
}

const Held* Find(const std::vector<Leaf>& leaves, const std::string& path) {
  for (const Leaf& leaf : leaves) {
    if (leaf.path == path) return leaf.held;
  }
  return nullptr;
}

bool SameType(const ValueType& a, const ValueType& b) {
  return a.dtype == b.dtype && a.shape == b.shape;
}

absl::StatusOr<Tensor> RandomTensor(const ValueType& type, int trial, uint64_t* random) {
  std::vector<int64_t> sizes;
  for (const Dim& d : type.shape) {
    std::optional<int64_t> n =
        d.Eval([&](absl::string_view) { return std::optional<int64_t>(kTrialSizes[trial]); });
    if (!n || *n < 0) return absl::UnimplementedError("a size that is not known");
    sizes.push_back(*n);
  }
  uint8_t* data;
  Tensor t = Tensor::Allocate(type.dtype, sizes, &data);
  for (int64_t i = 0; i < t.numel(); ++i) {
    *random ^= *random << 13, *random ^= *random >> 7, *random ^= *random << 17;
    double x = static_cast<double>(*random >> 11) / (1ull << 52) - 1;  // [-1, 1)
    if (type.dtype == DType::kF32) {
      reinterpret_cast<float*>(data)[i] = static_cast<float>(x);
    } else if (type.dtype == DType::kF64) {
      reinterpret_cast<double*>(data)[i] = x;
    } else {
      data[i * ItemSize(type.dtype)] = x > 0;  // integers and bools: 0 and 1
    }
  }
  return t;
}

class InitialFinder {
 public:
  InitialFinder(const Graph& steady, size_t results, CallResult* first,
                std::vector<StateTensor>* states)
      : steady_(steady), first_(*first), states_(*states) {
    for (size_t i = 0; i < results; ++i) compared_.push_back(i);
  }

  absl::Status Run(bool own_values) {
    T2N_ASSIGN_OR_RETURN(bool settled, FindCandidates());
    Choose(std::vector<size_t>(states_.size(), 0));
    if (own_values && settled) return absl::OkStatus();
    T2N_RETURN_IF_ERROR(RunFirst());
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
    return absl::UnimplementedError(
        absl::StrCat("no initial value of state ", Names(),
                     " is found: the first call does something else than ",
                     "later ones do on zeros or on a constant of the program (", differs_,
                     "); --state drop converts the first call alone"));
  }

 private:
  // Whether each state's own value is there, and what the first call leaves can be compared.
  absl::StatusOr<bool> FindCandidates() {
    const std::vector<Leaf> own = LeavesOf(first_.before), left = LeavesOf(first_.after);
    std::vector<const Value*> constants;
    for (const auto& node : first_.graph->nodes()) {
      for (const auto& v : node->outputs) {
        if (v->is_constant()) constants.push_back(v.get());
      }
    }
    bool settled = true;
    for (StateTensor& s : states_) {
      const ValueType& type = steady_.inputs()[s.input]->type;
      std::optional<std::vector<int64_t>> sizes = ConstantShape(type.shape);
      if (!sizes) {
        return absl::UnimplementedError(absl::StrCat("state '", s.path, "' has the open size ",
                                                     ShapeToString(type.shape),
                                                     "; give the inputs fixed sizes"));
      }
      std::vector<Tensor> found;
      const Held* before = Find(own, s.path);
      if (before && before->constant && SameType(before->type, type)) {
        found.push_back(*before->constant);
      } else if (std::optional<Tensor> number = OwnNumber(s.path, type.dtype)) {
        found.push_back(*number);
      } else {
        settled = false;
      }
      Add(Tensor::Expand(Tensor::Scalar(type.dtype, int64_t{0}), *sizes), &found);
      for (const Value* v : constants) {
        if (found.size() < kMaxCandidates && SameType(v->type, type)) Add(*v->constant, &found);
      }
      candidates_.push_back(std::move(found));
      const Held* after = Find(left, s.path);
      if (after && after->tensor && SameType(after->type, type)) {
        first_.graph->outputs().push_back(after->tensor.get());
        compared_.push_back(s.output);
      } else {
        settled = false;
      }
    }
    return settled;
  }

  static void Add(const Tensor& t, std::vector<Tensor>* found) {
    for (const Tensor& f : *found) {
      if (script::SameElements(f, t)) return;
    }
    found->push_back(t);
  }

  // A number that an attribute is or holds.
  std::optional<Tensor> OwnNumber(const std::string& path, DType dtype) {
    for (const Attribute& a : first_.before) {
      if (const Held* held = Inside(a.held, a.path, path)) {
        const script::IValue& v = held->plain;
        if (const bool* x = v.If<bool>()) return Tensor::Scalar(dtype, int64_t{*x});
        if (const Dim* x = v.If<Dim>(); x && x->is_const())
          return Tensor::Scalar(dtype, x->value());
        if (const double* x = v.If<double>()) return Tensor::Scalar(dtype, *x);
      }
    }
    return std::nullopt;
  }

  // What is at `wanted` in a held value that is at `path`.
  static const Held* Inside(const Held& held, const std::string& path, const std::string& wanted) {
    if (path == wanted) return &held;
    for (size_t i = 0; i < held.items.size(); ++i) {
      if (const Held* found = Inside(held.items[i], ItemPath(held, path, i), wanted)) return found;
    }
    return nullptr;
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

  // Runs the first call on random inputs.
  absl::Status RunFirst() {
    for (size_t trial = 0; trial < std::size(kTrialSizes); ++trial) {
      uint64_t random = 88172645463325252u + 7919 * trial;
      std::vector<Tensor> inputs;
      for (const Value* v : first_.graph->inputs()) {
        T2N_ASSIGN_OR_RETURN(Tensor t, RandomTensor(v->type, trial, &random));
        inputs.push_back(std::move(t));
      }
      absl::StatusOr<std::vector<Tensor>> want = RunGraph(*first_.graph, inputs);
      if (!want.ok()) return NotChecked(want.status());
      inputs_.push_back(std::move(inputs));
      want_.push_back(*std::move(want));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<bool> Fits(const std::vector<size_t>& choice) {
    Choose(choice);
    for (size_t trial = 0; trial < inputs_.size(); ++trial) {
      std::vector<Tensor> inputs = inputs_[trial];
      for (const StateTensor& s : states_) inputs.push_back(s.initial);
      absl::StatusOr<std::vector<Tensor>> got = RunGraph(steady_, inputs);
      if (!got.ok()) return NotChecked(got.status());
      for (size_t i = 0; i < compared_.size(); ++i) {
        T2N_ASSIGN_OR_RETURN(Comparison c,
                             Compare((*got)[compared_[i]], want_[trial][i], Tolerance{}));
        if (c.equal) continue;
        if (differs_.empty()) differs_ = absl::StrCat("output ", i, ": ", c.message);
        return false;
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
  CallResult& first_;
  std::vector<StateTensor>& states_;
  std::vector<std::vector<Tensor>> candidates_;  // of each state
  std::vector<size_t> compared_;                 // outputs of `steady_` that the first call has too
  std::vector<std::vector<Tensor>> inputs_, want_;  // of each trial
  std::string differs_;
};

}  // namespace

absl::Status FindInitialValues(const Graph& steady, size_t results, bool own_values,
                               CallResult* first, std::vector<StateTensor>* states) {
  return InitialFinder(steady, results, first, states).Run(own_values);
}

}  // namespace t2n
