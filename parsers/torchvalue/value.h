// The values that a TorchScript archive holds: the module tree, constants, example inputs. They
// form a graph without cycles (sharing is kept: the same value is the same node), owned by an
// Arena.
#ifndef PARSERS_TORCHVALUE_VALUE_H_
#define PARSERS_TORCHVALUE_VALUE_H_

#include <complex>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "parsers/torchvalue/tensor_record.h"

namespace t2n::torchvalue {

struct Value;

struct None {};

struct List {
  std::vector<const Value*> items;
  std::string
      type;  // "List[int]" when the archive says so (restore_type_tag, build_intlist), else ""
};

struct Tuple {
  std::vector<const Value*> items;
};

struct Dict {
  // In order of insertion. Keys are strings, numbers or tensors.
  std::vector<std::pair<const Value*, const Value*>> items;
  std::string type;  // "Dict[str, Tensor]" when the archive says so, else ""
};

struct Device {
  std::string name;  // "cpu", "cuda:0"
};

// An instance of a class: a module, a TorchScript class, packed parameters
// ("__torch__.torch.classes.quantized.Conv2dPackedParamsBase").
struct ObjectRecord {
  // "__torch__.a.b.C". In the legacy layout the module's code entry ("code/net.py"), or "" when it
  // has none.
  std::string class_name;
  // In the archive's order; empty when the state is no dict with string keys.
  std::vector<std::pair<std::string, const Value*>> attributes;
  // What was pickled, nullptr when nothing was: the argument for the class's __setstate__ if it has
  // one, else a Dict of the attributes.
  const Value* state = nullptr;

  // nullptr when there is no such attribute.
  const Value* Find(absl::string_view name) const;
};

// A Python name that stands for itself, e.g. "torch.float32".
struct GlobalName {
  std::string name;
};

// A member of a TorchScript enum, by its value: {"__torch__.Color", 2}.
struct EnumRecord {
  std::string class_name;
  const Value* value;
};

// callable(*args) with a callable that means nothing to this reader.
struct CallRecord {
  std::string callable;
  std::vector<const Value*> args;
};

// A value that cannot be had, and why (a sparse tensor, a tensor that does not fit its storage,
// ...): an error only for who uses it.
struct Unusable {
  absl::Status status;
};

namespace internal {
template <typename T>
inline constexpr bool kBoxed = std::is_same_v<T, List> || std::is_same_v<T, Tuple> ||
                               std::is_same_v<T, Dict> || std::is_same_v<T, ObjectRecord> ||
                               std::is_same_v<T, CallRecord> || std::is_same_v<T, TensorRecord>;
}  // namespace internal

struct Value {
  std::variant<None, bool, int64_t, double, std::complex<double>, std::string, Device, GlobalName,
               EnumRecord, Unusable, std::unique_ptr<List>, std::unique_ptr<Tuple>,
               std::unique_ptr<Dict>, std::unique_ptr<ObjectRecord>, std::unique_ptr<CallRecord>,
               std::unique_ptr<TensorRecord>>
      data;

  // nullptr when the value is of another kind: value.As<int64_t>(), value.As<TensorRecord>() ...
  template <typename T>
  const T* As() const {
    if constexpr (internal::kBoxed<T>) {
      const auto* box = std::get_if<std::unique_ptr<T>>(&data);
      return box ? box->get() : nullptr;
    } else {
      return std::get_if<T>(&data);
    }
  }
  // The kind for messages: "int", "Tensor", "object", ...
  const char* KindName() const;
};

// Owns values; their addresses stay as long as it lives.
class Arena {
 public:
  template <typename T>
  Value* New(T data) {
    values_.emplace_back();
    if constexpr (internal::kBoxed<T>) {
      values_.back().data = std::make_unique<T>(std::move(data));
    } else {
      values_.back().data = std::move(data);
    }
    return &values_.back();
  }

 private:
  std::deque<Value> values_;
};

}  // namespace t2n::torchvalue

#endif  // PARSERS_TORCHVALUE_VALUE_H_
