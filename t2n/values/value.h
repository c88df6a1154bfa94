// The values a TorchScript program computes with. Lists, dicts and objects are shared and mutable,
// as in Python; tensors are references into storages (see t2n/alias).
#ifndef T2N_VALUES_VALUE_H_
#define T2N_VALUES_VALUE_H_

#include <complex>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "parsers/torchscript/type.h"
#include "parsers/torchvalue/value.h"
#include "t2n/aten/core/arg.h"
#include "t2n/values/ordered_map.h"

namespace t2n {

class TensorRef;

struct List;
struct Tuple;
struct Dict;
struct Object;
struct Enum;

struct None {};
struct Uninitialized {};
struct Device {
  std::string name;
};
// A function or class of the program by its qualified name: `_0 =
// __torch__.torch.nn.functional.relu`.
struct FunctionRef {
  std::string name;
};

class IValue {
 public:
  IValue() = default;
  IValue(bool v) : v_(v) {}                                      // NOLINT
  IValue(int v) : v_(Dim(v)) {}                                  // NOLINT
  IValue(int64_t v) : v_(Dim(v)) {}                              // NOLINT
  IValue(Dim v) : v_(std::move(v)) {}                            // NOLINT
  IValue(double v) : v_(v) {}                                    // NOLINT
  IValue(std::complex<double> v) : v_(v) {}                      // NOLINT
  IValue(std::string v) : v_(std::move(v)) {}                    // NOLINT
  IValue(const char* v) : v_(std::string(v)) {}                  // NOLINT
  IValue(Device v) : v_(std::move(v)) {}                         // NOLINT
  IValue(FunctionRef v) : v_(std::move(v)) {}                    // NOLINT
  IValue(std::shared_ptr<TensorRef> v) : v_(std::move(v)) {}     // NOLINT
  IValue(std::shared_ptr<List> v) : v_(std::move(v)) {}          // NOLINT
  IValue(std::shared_ptr<Tuple> v) : v_(std::move(v)) {}         // NOLINT
  IValue(std::shared_ptr<Dict> v) : v_(std::move(v)) {}          // NOLINT
  IValue(std::shared_ptr<Object> v) : v_(std::move(v)) {}        // NOLINT
  IValue(std::shared_ptr<Enum> v) : v_(std::move(v)) {}          // NOLINT
  IValue(std::shared_ptr<const Opaque> v) : v_(std::move(v)) {}  // NOLINT
  IValue(Uninitialized v) : v_(v) {}                             // NOLINT
  // `item_type`: see List; where there are items, the first one tells.
  static IValue NewList(std::vector<IValue> items, std::optional<DType> item_type = std::nullopt);
  static IValue NewTuple(std::vector<IValue> items);

  // The value as T, nullptr if it is of another kind.
  template <typename T>
  const T* If() const {
    return std::get_if<T>(&v_);
  }
  bool is_none() const { return If<None>(); }
  bool is_number() const {
    return If<bool>() || If<Dim>() || If<double>() || If<std::complex<double>>();
  }
  std::shared_ptr<TensorRef> tensor() const { return Shared<TensorRef>(); }
  std::shared_ptr<List> list() const { return Shared<List>(); }
  std::shared_ptr<Tuple> tuple() const { return Shared<Tuple>(); }
  std::shared_ptr<Dict> dict() const { return Shared<Dict>(); }
  std::shared_ptr<Object> object() const { return Shared<Object>(); }
  std::shared_ptr<Enum> enumerator() const { return Shared<Enum>(); }
  std::shared_ptr<const Opaque> opaque() const { return Shared<const Opaque>(); }

  // `int`, `Tensor`, `List`, a class's name: for messages.
  std::string TypeName() const;

 private:
  template <typename T>
  std::shared_ptr<T> Shared() const {
    const auto* p = std::get_if<std::shared_ptr<T>>(&v_);
    return p ? *p : nullptr;
  }

  std::variant<None, Uninitialized, bool, Dim, double, std::complex<double>, std::string, Device,
               FunctionRef, std::shared_ptr<TensorRef>, std::shared_ptr<List>,
               std::shared_ptr<Tuple>, std::shared_ptr<Dict>, std::shared_ptr<Object>,
               std::shared_ptr<Enum>, std::shared_ptr<const Opaque>>
      v_;
};

// What follows the items of a list that a loop over an open size has appended to.
struct OpenTail {
  Dim count;
  Val stacked;  // [count, ...]; null while the loop is being read
};

// What holds other values frees them without recursion, however deep a program nests them.
class ValueHolder {
 protected:
  ValueHolder() = default;
  ValueHolder(const ValueHolder&) = default;
  ValueHolder(ValueHolder&&) = default;
  ValueHolder& operator=(const ValueHolder&) = default;
  ValueHolder& operator=(ValueHolder&&) = default;
  ~ValueHolder() = default;
  static void Free(IValue value);
};

struct List : ValueHolder {
  List() = default;
  List(const List&) = default;
  List& operator=(const List&) = default;
  ~List();

  std::vector<IValue> items;
  std::shared_ptr<const OpenTail> tail;
  // What torch.tensor makes of an empty list: kI64 of List[int]. nullopt if nothing told.
  std::optional<DType> item_type;
};

// What torch.tensor makes of numbers of this type, and of lists of such.
std::optional<DType> ItemDType(const torchscript::Type& type);

struct Tuple : ValueHolder {
  Tuple() = default;
  Tuple(const Tuple&) = default;
  Tuple& operator=(const Tuple&) = default;
  ~Tuple();

  std::vector<IValue> items;
  std::string type_name;            // of a NamedTuple; empty for plain tuples
  std::vector<std::string> fields;  // of a NamedTuple
};

struct Dict : ValueHolder {
  Dict() = default;
  Dict(const Dict&) = default;
  Dict& operator=(const Dict&) = default;
  ~Dict();

  struct Keys {
    static std::optional<std::string> Text(const IValue& key);
    static bool Same(const IValue& key, const IValue& other);
  };
  OrderedMap<IValue, IValue, Keys> items;

  // nullptr if there is no such key.
  IValue* Find(const IValue& key) { return items.Find(key); }
  void Set(const IValue& key, IValue value) { items.Set(key, std::move(value)); }
  bool Erase(const IValue& key) { return items.Erase(key); }
};

struct Enum {
  std::string class_name;
  std::string name;
  IValue value;
};

// An instance of a class; a module if it came from the archive's module tree.
struct Object : ValueHolder {
  Object() = default;
  Object(const Object&) = default;
  Object& operator=(const Object&) = default;
  ~Object();

  std::string class_name;
  std::string path;  // `encoder.layer.3`; empty for the root and for what is no module
  struct Keys {
    static std::optional<std::string> Text(absl::string_view key) { return std::string(key); }
    static bool Same(absl::string_view key, absl::string_view other) { return key == other; }
  };
  OrderedMap<std::string, IValue, Keys> attributes;
  // What its class's __setstate__ still has to be called with (on first use).
  const torchvalue::Value* pending_state = nullptr;

  IValue* Find(absl::string_view name) { return attributes.Find(name); }
  void Set(absl::string_view name, IValue value) {
    attributes.Set(std::string(name), std::move(value));
  }
};

// Whether going through `v`, what it holds, and what that holds stays within the limits of
// t2n/base/limits.h on values and their nesting; the functions below and ToArg take it for granted.
// Programs can build lists that hold themselves.
bool IsBounded(const IValue& v);
// How many values IsBounded has gone through in this thread so far.
uint64_t ValuesVisited();
// ResourceExhausted if it is not.
absl::Status CheckBounded(const IValue& v);

// Python's ==, for values that have no tensors inside; nullopt if it is not known (symbolic sizes)
// or not defined.
std::optional<bool> Equals(const IValue& a, const IValue& b);

// str() of scalars and containers as torch's interpreter writes them.
std::string Str(const IValue& v);

// Whether `v` is an instance of `type` (classes by exact name).
bool IsInstance(const IValue& v, const torchscript::Type& type);

}  // namespace t2n

#endif  // T2N_VALUES_VALUE_H_
