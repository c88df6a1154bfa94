#include "t2n/verify/inputs.h"

#include <algorithm>
#include <cstring>
#include <random>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "t2n/base/status.h"
#include "t2n/kernels/kernel.h"
#include "t2n/reference/run.h"

namespace t2n {
namespace {

Binding Lookup(const SymbolValues& sizes) {
  return [&sizes](absl::string_view name) -> std::optional<int64_t> {
    const auto it = sizes.find(std::string(name));
    return it == sizes.end() ? std::nullopt : std::optional<int64_t>(it->second);
  };
}

bool Holds(const SymbolValues& sizes, const std::vector<Dim>& relations) {
  return std::all_of(relations.begin(), relations.end(), [&](const Dim& relation) {
    return relation.Eval(Lookup(sizes)).value_or(0) >= 0;
  });
}

// Where a value goes, for axes that tell what its elements may be.
class Uses {
 public:
  explicit Uses(const Graph& graph) {
    for (const auto& node : graph.nodes()) {
      for (const Value* input : node->inputs) users_[input].push_back(node.get());
    }
  }

  // How many rows there are where elements of `value`, moved about but not changed, choose rows;
  // nullopt if they choose none.
  std::optional<Dim> Rows(const Value* value) {
    std::vector<const Value*> open = {value};
    absl::flat_hash_set<const Value*> seen = {value};
    std::optional<Dim> least;
    while (!open.empty()) {
      const Value* v = open.back();
      open.pop_back();
      for (const Node* user : users_[v]) {
        if (user->op == Op::kGather && user->inputs[1] == v) {
          const Dim rows = user->inputs[0]->shape()[user->attrs.Int("axis")];
          if (!least || (rows.is_const() && !least->is_const()) ||
              (rows.is_const() && rows.value() < least->value())) {
            least = rows;
          }
        }
        if (!KeepsElements(user->op)) continue;
        for (const auto& output : user->outputs) {
          if (seen.insert(output.get()).second) open.push_back(output.get());
        }
      }
    }
    return least;
  }

 private:
  static bool KeepsElements(Op op) {
    return IsViewOp(op) || op == Op::kCast || op == Op::kGather || op == Op::kConcat ||
           op == Op::kSelect || op == Op::kMax || op == Op::kMin;
  }

  absl::flat_hash_map<const Value*, std::vector<const Node*>> users_;
};

// Numbers as the dtype, two for a complex one: by f64, which holds all that are drawn here.
absl::StatusOr<Tensor> AsType(std::vector<double> numbers, std::vector<int64_t> sizes,
                              DType dtype) {
  uint8_t* to;
  Tensor t = Tensor::Allocate(IsComplex(dtype) ? DType::kC128 : DType::kF64, sizes, &to);
  std::memcpy(to, numbers.data(), t.nbytes());
  return CastTensor(t, dtype);
}

}  // namespace

std::vector<SymbolValues> ChooseSizes(const std::vector<std::pair<std::string, Range>>& symbols,
                                      const std::vector<Dim>& relations) {
  if (symbols.empty()) return {{}};
  std::vector<SymbolValues> choices;
  std::minstd_rand random(7);
  for (int tries = 0; tries < 200 && choices.size() < 2; ++tries) {
    SymbolValues sizes;
    int64_t more = choices.empty() ? 2 : 5;
    for (const auto& [name, range] : symbols) {
      const int64_t least = std::max<int64_t>(range.min.value_or(1), 1);
      const int64_t extra = tries < 2 ? more++ : static_cast<int64_t>(random() % (8 + tries));
      sizes[name] = std::min(least + extra, range.max.value_or(least + extra));
    }
    const bool is_new = std::find(choices.begin(), choices.end(), sizes) == choices.end();
    if (is_new && Holds(sizes, relations)) choices.push_back(std::move(sizes));
  }
  return choices;
}

absl::StatusOr<SymbolValues> ParseSizes(absl::string_view text) {
  SymbolValues sizes;
  for (absl::string_view part : absl::StrSplit(text, ',', absl::SkipWhitespace())) {
    const std::pair<std::string, std::string> pair = absl::StrSplit(part, absl::MaxSplits('=', 1));
    int64_t value;
    if (pair.first.empty() || !absl::SimpleAtoi(pair.second, &value) || value < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("--check_sizes '", text, "': expected NAME=NUMBER,NAME=NUMBER"));
    }
    sizes[pair.first] = value;
  }
  return sizes;
}

absl::Status CheckSizes(const SymbolValues& sizes,
                        const std::vector<std::pair<std::string, Range>>& symbols,
                        const std::vector<Dim>& relations) {
  const auto refuse = [&](const auto&... why) {
    return absl::InvalidArgumentError(absl::StrCat("--check_sizes ", ToText(sizes), ": ", why...));
  };
  SymbolValues left = sizes;
  for (const auto& [name, range] : symbols) {
    const auto size = left.find(name);
    if (size == left.end()) return refuse("no value is given for ", name);
    const int64_t n = size->second;
    if (n < range.min.value_or(n)) return refuse("the model takes ", name, ">=", *range.min);
    if (n > range.max.value_or(n)) return refuse("the model takes ", name, "<=", *range.max);
    left.erase(size);
  }
  if (!left.empty()) {
    return refuse("the model has no open size ", left.begin()->first, ", it has ",
                  symbols.empty() ? "none" : absl::StrJoin(symbols, ", ", [](auto* out, auto& s) {
                    absl::StrAppend(out, s.first);
                  }));
  }
  for (const Dim& relation : relations) {
    if (relation.Eval(Lookup(sizes)).value_or(0) >= 0) continue;
    return refuse("the model takes ", relation.ToString(), ">=0");
  }
  return absl::OkStatus();
}

std::string ToText(const SymbolValues& sizes) {
  return absl::StrJoin(sizes, ",", absl::PairFormatter("="));
}

absl::StatusOr<std::vector<Tensor>> GenerateInputs(const Graph& graph, size_t states,
                                                   const SymbolValues& sizes, uint32_t seed,
                                                   int64_t most) {
  std::mt19937 random(seed);
  Uses uses(graph);
  const bool small = most < std::numeric_limits<int64_t>::max();
  std::vector<Tensor> inputs;
  for (size_t i = 0; i + states < graph.inputs().size(); ++i) {
    const Value& input = *graph.inputs()[i];
    std::vector<int64_t> shape;
    int64_t count = 1;
    for (const Dim& d : input.shape()) {
      const std::optional<int64_t> size = d.Eval(Lookup(sizes));
      if (!size) {
        return absl::InvalidArgumentError(
            absl::StrCat("--check_sizes gives no value for ", d.ToString()));
      }
      shape.push_back(*size);
      count *= *size;
    }
    int64_t below = 2;
    if (IsInteger(input.dtype())) {
      const std::optional<Dim> rows = uses.Rows(&input);
      if (rows) below = std::max<int64_t>(rows->Eval(Lookup(sizes)).value_or(1), 1);
    }
    below = std::min(below, most);
    const bool real = IsFloat(input.dtype()) || IsComplex(input.dtype());
    std::vector<double> numbers(IsComplex(input.dtype()) ? 2 * count : count);
    for (double& n : numbers) {
      const double unit = random() / 4294967296.0;  // in [0, 1)
      n = !real ? static_cast<double>(int64_t(unit * below)) : small ? unit : unit * 4 - 2;
    }
    T2N_ASSIGN_OR_RETURN(Tensor tensor, AsType(std::move(numbers), shape, input.dtype()));
    inputs.push_back(std::move(tensor));
  }
  return inputs;
}

}  // namespace t2n
