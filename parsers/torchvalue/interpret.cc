#include "parsers/torchvalue/interpret.h"

#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "parsers/torchvalue/tensor_builder.h"
#include "t2n/base/limits.h"
#include "t2n/base/status.h"

namespace t2n::torchvalue {
namespace {

using Args = std::vector<const pickle::Value*>;

class Interpreter {
 public:
  Interpreter(const InterpretOptions& options, Arena* arena) : options_(options), arena_(arena) {}

  absl::StatusOr<Value*> Run(const pickle::Value* value);

 private:
  struct Memo {
    Value* value = nullptr;  // nullptr while the value is being made
    uint64_t expanded = 0;   // values below it, sharing undone
  };

  absl::StatusOr<Value*> Make(const pickle::Value& value);
  absl::StatusOr<Value*> MakeInstance(const pickle::Instance& instance);
  absl::StatusOr<Value*> MakeObject(const pickle::Global& name, const pickle::Instance& instance);
  absl::StatusOr<Value*> MakeCall(const pickle::Global& name, const pickle::Instance& instance);
  absl::StatusOr<Value*> MakeOrderedDict(const pickle::Instance& instance, const Args& args);
  absl::StatusOr<Value*> MakeTensor(absl::string_view function, const Args& args, bool had_owners);
  absl::StatusOr<Value*> MakeParameter(const Args& args);
  absl::StatusOr<Value*> MakeDict(
      const std::vector<std::pair<const pickle::Value*, const pickle::Value*>>& items);
  absl::StatusOr<Value*> Tagged(const pickle::Value* value, absl::string_view type);
  absl::StatusOr<std::vector<const Value*>> RunAll(const Args& values);
  // torch.jit._pickle's functions, torch.device and complex; nullptr when `name` is none of them.
  absl::StatusOr<Value*> MakeKnown(absl::string_view name, const Args& args);
  Value* TensorFromTable(const Args& args);
  Value* Refuse(absl::Status status) { return arena_->New(Unusable{std::move(status)}); }
  Value* Refuse(absl::string_view what) { return Refuse(absl::UnimplementedError(what)); }

  const InterpretOptions& options_;
  Arena* arena_;
  absl::flat_hash_map<const pickle::Value*, Memo> memo_;
  int depth_ = 0;
  uint64_t expanded_ = 0;  // below the value that is being made, so far
};

absl::StatusOr<Value*> Interpreter::Run(const pickle::Value* value) {
  const auto [it, fresh] = memo_.try_emplace(value);
  if (!fresh) {
    if (it->second.value == nullptr) {
      return absl::InvalidArgumentError("the pickle holds a value that contains itself");
    }
    expanded_ += it->second.expanded;
  } else {
    if (++depth_ > limits::kMaxValueDepth) {
      return absl::InvalidArgumentError(
          absl::StrCat("the pickle nests values deeper than ", limits::kMaxValueDepth));
    }
    const uint64_t outer = std::exchange(expanded_, 1);
    T2N_ASSIGN_OR_RETURN(Value * made, Make(*value));
    --depth_;
    memo_[value] = Memo{made, expanded_};
    expanded_ += outer;
  }
  if (expanded_ > limits::kMaxExpandedValues) {
    return absl::InvalidArgumentError(
        absl::StrCat("the pickle stands for more than ", limits::kMaxExpandedValues, " values"));
  }
  return memo_[value].value;
}

absl::StatusOr<std::vector<const Value*>> Interpreter::RunAll(const Args& values) {
  std::vector<const Value*> made;
  made.reserve(values.size());
  for (const pickle::Value* value : values) {
    T2N_ASSIGN_OR_RETURN(const Value* item, Run(value));
    made.push_back(item);
  }
  return made;
}

absl::StatusOr<Value*> Interpreter::Make(const pickle::Value& value) {
  if (value.As<pickle::None>()) return arena_->New(None());
  if (const auto* v = value.As<bool>()) return arena_->New(*v);
  if (const auto* v = value.As<int64_t>()) return arena_->New(*v);
  if (const auto* v = value.As<double>()) return arena_->New(*v);
  if (const auto* v = value.As<std::string>()) return arena_->New(*v);
  if (const auto* v = value.As<pickle::List>()) {
    T2N_ASSIGN_OR_RETURN(auto items, RunAll(v->items));
    return arena_->New(List{std::move(items), ""});
  }
  if (const auto* v = value.As<pickle::Tuple>()) {
    T2N_ASSIGN_OR_RETURN(auto items, RunAll(v->items));
    return arena_->New(Tuple{std::move(items)});
  }
  if (const auto* v = value.As<pickle::Dict>()) return MakeDict(v->items);
  if (const auto* v = value.As<pickle::Global>()) {
    return arena_->New(GlobalName{absl::StrCat(v->module, ".", v->name)});
  }
  if (const auto* v = value.As<pickle::Instance>()) return MakeInstance(*v);
  if (value.As<pickle::BigInt>()) return Refuse("an int that does not fit 64 bits is not read");
  return Refuse(absl::StrCat("a pickled ", value.KindName(), " is not read"));
}

absl::StatusOr<Value*> Interpreter::MakeDict(
    const std::vector<std::pair<const pickle::Value*, const pickle::Value*>>& items) {
  Dict dict;
  dict.items.reserve(items.size());
  for (const auto& [key, value] : items) {
    T2N_ASSIGN_OR_RETURN(const Value* made_key, Run(key));
    T2N_ASSIGN_OR_RETURN(const Value* made_value, Run(value));
    dict.items.emplace_back(made_key, made_value);
  }
  return arena_->New(std::move(dict));
}

absl::StatusOr<Value*> Interpreter::MakeInstance(const pickle::Instance& instance) {
  const auto* name = instance.callable->As<pickle::Global>();
  if (!name) return Refuse("an object whose class is computed is not read");
  return instance.by_new ? MakeObject(*name, instance) : MakeCall(*name, instance);
}

absl::StatusOr<Value*> Interpreter::MakeObject(const pickle::Global& name,
                                               const pickle::Instance& instance) {
  ObjectRecord object;
  object.class_name = absl::StrCat(name.module, ".", name.name);
  if (!instance.args->As<pickle::Tuple>()->items.empty() || !instance.entries.empty() ||
      !instance.elements.empty()) {
    return Refuse(absl::StrCat("an object of class ", object.class_name,
                               " saved with more than its state is not read"));
  }
  if (instance.state != nullptr) {
    T2N_ASSIGN_OR_RETURN(object.state, Run(instance.state));
    if (const Dict* dict = object.state->As<Dict>()) {
      for (const auto& [key, value] : dict->items) {
        const auto* attribute = key->As<std::string>();
        if (attribute == nullptr) {
          object.attributes.clear();
          break;
        }
        object.attributes.emplace_back(*attribute, value);
      }
    }
  }
  return arena_->New(std::move(object));
}

absl::StatusOr<Value*> Interpreter::MakeCall(const pickle::Global& name,
                                             const pickle::Instance& instance) {
  const std::string qualified = absl::StrCat(name.module, ".", name.name);
  if (absl::StartsWith(qualified, "__torch__.")) {
    T2N_ASSIGN_OR_RETURN(const Value* value, Run(instance.args));
    return arena_->New(EnumRecord{qualified, value});
  }
  const auto* tuple = instance.args->As<pickle::Tuple>();
  if (!tuple) return Refuse(absl::StrCat(qualified, " called without a tuple is not read"));
  const Args& args = tuple->items;
  if (qualified == "collections.OrderedDict") return MakeOrderedDict(instance, args);
  if (instance.state || !instance.entries.empty() || !instance.elements.empty()) {
    return Refuse(absl::StrCat("a value made by ", qualified, " and changed after is not read"));
  }
  if (name.module == "torch._utils") {
    if (absl::StartsWith(name.name, "_rebuild_parameter")) return MakeParameter(args);
    if (absl::StartsWith(name.name, "_rebuild_")) {
      return MakeTensor(name.name, args, instance.remembered);
    }
  }
  T2N_ASSIGN_OR_RETURN(Value * known, MakeKnown(qualified, args));
  if (known != nullptr) return known;
  T2N_ASSIGN_OR_RETURN(auto made, RunAll(args));
  return arena_->New(CallRecord{qualified, std::move(made)});
}

absl::StatusOr<Value*> Interpreter::MakeOrderedDict(const pickle::Instance& instance,
                                                    const Args& args) {
  if (args.empty()) return MakeDict(instance.entries);
  const auto* pairs = args.size() == 1 ? args[0]->As<pickle::List>() : nullptr;
  if (!pairs || !instance.entries.empty()) return Refuse("an OrderedDict made in a way not known");
  std::vector<std::pair<const pickle::Value*, const pickle::Value*>> items;
  for (const pickle::Value* pair : pairs->items) {
    const Args* parts = nullptr;
    if (const auto* tuple = pair->As<pickle::Tuple>()) parts = &tuple->items;
    if (const auto* list = pair->As<pickle::List>()) parts = &list->items;
    if (!parts || parts->size() != 2) return Refuse("an OrderedDict whose items are no pairs");
    items.emplace_back((*parts)[0], (*parts)[1]);
  }
  return MakeDict(items);
}

absl::StatusOr<Value*> Interpreter::MakeTensor(absl::string_view function, const Args& args,
                                               bool had_owners) {
  // Failures of the arguments' own values (depth, cycles) are errors of the whole pickle.
  absl::Status failure;
  const auto interpret = [&](const pickle::Value* value) -> absl::StatusOr<const Value*> {
    absl::StatusOr<Value*> made = Run(value);
    failure.Update(made.status());
    return made;
  };
  absl::StatusOr<TensorRecord> tensor = RebuildTensor(function, args, options_, interpret);
  T2N_RETURN_IF_ERROR(failure);
  if (!tensor.ok()) return Refuse(tensor.status());
  tensor->had_owners = had_owners;
  return arena_->New(*std::move(tensor));
}

// _rebuild_parameter(data, requires_grad, backward_hooks[, state])
absl::StatusOr<Value*> Interpreter::MakeParameter(const Args& args) {
  const bool* requires_grad = args.size() >= 2 ? args[1]->As<bool>() : nullptr;
  if (!requires_grad) return Refuse("a saved parameter is malformed");
  T2N_ASSIGN_OR_RETURN(Value * data, Run(args[0]));
  if (data->As<Unusable>()) return data;
  if (!data->As<TensorRecord>()) return Refuse("a saved parameter holds no tensor");
  TensorRecord parameter = *data->As<TensorRecord>();
  parameter.requires_grad = *requires_grad;
  return arena_->New(std::move(parameter));
}

absl::StatusOr<Value*> Interpreter::Tagged(const pickle::Value* value, absl::string_view type) {
  T2N_ASSIGN_OR_RETURN(Value * made, Run(value));
  if (auto* list = std::get_if<std::unique_ptr<List>>(&made->data))
    (*list)->type = std::string(type);
  if (auto* dict = std::get_if<std::unique_ptr<Dict>>(&made->data))
    (*dict)->type = std::string(type);
  return made;
}

absl::StatusOr<Value*> Interpreter::MakeKnown(absl::string_view name, const Args& args) {
  constexpr std::pair<absl::string_view, absl::string_view> kLists[] = {
      {"torch.jit._pickle.build_intlist", "List[int]"},
      {"torch.jit._pickle.build_doublelist", "List[float]"},
      {"torch.jit._pickle.build_boollist", "List[bool]"},
      {"torch.jit._pickle.build_tensorlist", "List[Tensor]"}};
  for (const auto& [function, type] : kLists) {
    if (name == function && args.size() == 1) return Tagged(args[0], type);
  }
  if (name == "torch.jit._pickle.restore_type_tag" && args.size() == 2) {
    const auto* type = args[1]->As<std::string>();
    if (!type) return Refuse("a type tag is no str");
    return Tagged(args[0], *type);
  }
  if (name == "torch.jit._pickle.build_tensor_from_id") return TensorFromTable(args);
  if (name == "torch.Size" && args.size() == 1) return Run(args[0]);
  if (name == "torch.device" && !args.empty() && args.size() <= 2) {
    const auto* type = args[0]->As<std::string>();
    const auto* index = args.size() == 2 ? args[1]->As<int64_t>() : nullptr;
    if (!type || (args.size() == 2 && !index)) return Refuse("a saved device is malformed");
    return arena_->New(Device{index ? absl::StrCat(*type, ":", *index) : *type});
  }
  if ((name == "builtins.complex" || name == "__builtin__.complex") && args.size() == 2) {
    const auto* real = args[0]->As<double>();
    const auto* imaginary = args[1]->As<double>();
    if (!real || !imaginary) return Refuse("a saved complex number is malformed");
    return arena_->New(std::complex<double>(*real, *imaginary));
  }
  return nullptr;
}

Value* Interpreter::TensorFromTable(const Args& args) {
  const int64_t* id = args.size() == 1 ? args[0]->As<int64_t>() : nullptr;
  if (!id || !options_.tensor_table || *id < 0 ||
      *id >= static_cast<int64_t>(options_.tensor_table->size())) {
    return Refuse("a tensor is referred to by a number that model.json does not have");
  }
  return (*options_.tensor_table)[*id];
}

}  // namespace

absl::StatusOr<const Value*> Interpret(const pickle::Document& document,
                                       const InterpretOptions& options, Arena* arena) {
  return Interpreter(options, arena).Run(document.root);
}

}  // namespace t2n::torchvalue
