#include "parsers/exported/graph_reader.h"

#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "t2n/base/limits.h"
#include "t2n/base/status.h"

namespace t2n::exported {
namespace {

template <typename Enum>
Enum EnumOf(int64_t code, Enum last) {
  return code > 0 && code <= static_cast<int64_t>(last) ? static_cast<Enum>(code) : Enum::kUnknown;
}

}  // namespace

absl::Status GraphReader::Union(Arm arm) {
  bool set = false;
  return json_.Object([&](absl::string_view key) -> absl::Status {
    if (std::exchange(set, true)) return json_.Error("two values where one of several is meant");
    return arm(key);
  });
}

absl::Status GraphReader::Unknown(absl::string_view arm) {
  return json_.Error(absl::StrCat("'", arm, "' is not known: written by a newer torch than 2.15?"));
}

// ---- Sizes ----

absl::StatusOr<SymInt> GraphReader::ReadSymInt() {
  SymInt out;
  if (json_.kind() == JsonKind::kNumber) {
    T2N_ASSIGN_OR_RETURN(out.value, json_.Int());
    return out;
  }
  T2N_RETURN_IF_ERROR(Union([&](absl::string_view arm) -> absl::Status {
    if (arm == "as_int") {
      T2N_ASSIGN_OR_RETURN(out.value, json_.Int());
      return absl::OkStatus();
    }
    if (arm != "as_expr") return Unknown(arm);
    return json_.Object([&](absl::string_view field) -> absl::Status {
      if (field == "expr_str") {
        T2N_ASSIGN_OR_RETURN(out.expression, json_.String());
        if (out.expression.empty()) return json_.Error("an empty expression");
      } else if (field == "hint") {
        if (json_.kind() == JsonKind::kNumber) {
          T2N_ASSIGN_OR_RETURN(out.value, json_.Int());
          return absl::OkStatus();
        }
        return Union([&](absl::string_view kind) -> absl::Status {
          if (kind != "as_int") return absl::OkStatus();
          T2N_ASSIGN_OR_RETURN(out.value, json_.Int());
          return absl::OkStatus();
        });
      }
      return absl::OkStatus();
    });
  }));
  if (out.expression.empty() && !out.value) return json_.Error("a size without a value");
  return out;
}

absl::StatusOr<std::vector<SymInt>> GraphReader::ReadSymInts() {
  std::vector<SymInt> out;
  T2N_RETURN_IF_ERROR(json_.Array([&]() -> absl::Status {
    T2N_ASSIGN_OR_RETURN(SymInt size, ReadSymInt());
    out.push_back(size);
    return absl::OkStatus();
  }));
  out.shrink_to_fit();
  return out;
}

absl::Status GraphReader::ReadTensorMeta(TensorMeta* meta) {
  return json_.Object([&](absl::string_view field) -> absl::Status {
    if (field == "meta") return ReadTensorMeta(meta);  // torch 2.1
    if (field == "dtype") {
      T2N_ASSIGN_OR_RETURN(const int64_t code, json_.Int());
      meta->dtype = ScalarTypeOf(code);
    } else if (field == "layout") {
      T2N_ASSIGN_OR_RETURN(const int64_t code, json_.Int());
      meta->layout = EnumOf(code, Layout::kStrided);
    } else if (field == "sizes") {
      T2N_ASSIGN_OR_RETURN(meta->sizes, ReadSymInts());
    } else if (field == "strides") {
      T2N_ASSIGN_OR_RETURN(meta->strides, ReadSymInts());
    } else if (field == "storage_offset") {
      T2N_ASSIGN_OR_RETURN(meta->storage_offset, ReadSymInt());
    }
    return absl::OkStatus();
  });
}

// ---- Arguments ----

// {"name": "x"}, or in old files "x" alone.
absl::StatusOr<absl::string_view> GraphReader::ReadName() {
  if (json_.kind() == JsonKind::kString) return json_.String();
  absl::string_view name;
  T2N_RETURN_IF_ERROR(json_.Object([&](absl::string_view field) -> absl::Status {
    if (field != "name") return absl::OkStatus();
    T2N_ASSIGN_OR_RETURN(name, json_.String());
    return absl::OkStatus();
  }));
  if (name.empty()) return json_.Error("a name is missing");
  return name;
}

absl::StatusOr<Argument> GraphReader::ReadSymbolic(SymName::Type type) {
  Argument out;
  T2N_RETURN_IF_ERROR(Union([&](absl::string_view arm) -> absl::Status {
    if (arm == "as_name") {
      T2N_ASSIGN_OR_RETURN(const absl::string_view name, json_.String());
      out.data = SymName{type, name};
    } else if (arm == "as_int") {
      T2N_ASSIGN_OR_RETURN(out.data, json_.Int());
    } else if (arm == "as_bool") {
      T2N_ASSIGN_OR_RETURN(out.data, json_.Bool());
    } else if (arm == "as_float") {
      T2N_ASSIGN_OR_RETURN(out.data, json_.Double());
    } else {
      return Unknown(arm);
    }
    return absl::OkStatus();
  }));
  if (out.As<None>()) return json_.Error("a number without a value");
  return out;
}

absl::StatusOr<Argument> GraphReader::ReadOptionalTensor() {
  Argument out;
  T2N_RETURN_IF_ERROR(Union([&](absl::string_view arm) -> absl::Status {
    if (arm == "as_none") return absl::OkStatus();
    if (arm != "as_tensor") return Unknown(arm);
    T2N_ASSIGN_OR_RETURN(const absl::string_view name, ReadName());
    out.data = TensorName{name};
    return absl::OkStatus();
  }));
  return out;
}

absl::StatusOr<List> GraphReader::ReadList(absl::FunctionRef<absl::StatusOr<Argument>()> item) {
  List out;
  T2N_RETURN_IF_ERROR(json_.Array([&]() -> absl::Status {
    T2N_ASSIGN_OR_RETURN(Argument read, item());
    out.push_back(std::move(read));
    return absl::OkStatus();
  }));
  return out;
}

absl::Status GraphReader::ReadPlainArm(absl::string_view arm, Argument* out, bool* known) {
  if (arm == "as_none") {
    out->data = None();
  } else if (arm == "as_tensor") {
    T2N_ASSIGN_OR_RETURN(const absl::string_view name, ReadName());
    out->data = TensorName{name};
  } else if (arm == "as_int") {
    // torch 2.4 and 2.5 write constant inputs that are bools so.
    if (json_.kind() == JsonKind::kBool) return ReadPlainArm("as_bool", out, known);
    T2N_ASSIGN_OR_RETURN(out->data, json_.Int());
  } else if (arm == "as_bool") {
    T2N_ASSIGN_OR_RETURN(out->data, json_.Bool());
  } else if (arm == "as_float") {
    T2N_ASSIGN_OR_RETURN(out->data, json_.Double());
  } else if (arm == "as_string") {
    T2N_ASSIGN_OR_RETURN(const absl::string_view text, json_.String());
    out->data = Text{text};
  } else if (arm == "as_operator") {
    T2N_ASSIGN_OR_RETURN(const absl::string_view name, json_.String());
    out->data = OperatorName{name};
  } else if (arm == "as_scalar_type") {
    T2N_ASSIGN_OR_RETURN(const int64_t code, json_.Int());
    out->data = ElementType{ScalarTypeOf(code)};
  } else if (arm == "as_memory_format") {
    T2N_ASSIGN_OR_RETURN(const int64_t code, json_.Int());
    out->data = EnumOf(code, MemoryFormat::kPreserve);
  } else if (arm == "as_layout") {
    T2N_ASSIGN_OR_RETURN(const int64_t code, json_.Int());
    out->data = EnumOf(code, Layout::kStrided);
  } else {
    *known = false;
  }
  return absl::OkStatus();
}

absl::StatusOr<Device> GraphReader::ReadDevice() {
  Device device;
  T2N_RETURN_IF_ERROR(json_.Object([&](absl::string_view field) -> absl::Status {
    if (field != "type") return absl::OkStatus();
    T2N_ASSIGN_OR_RETURN(device.type, json_.String());
    return absl::OkStatus();
  }));
  return device;
}

absl::StatusOr<std::complex<double>> GraphReader::ReadComplex() {
  double real = 0, imaginary = 0;
  T2N_RETURN_IF_ERROR(json_.Object([&](absl::string_view field) -> absl::Status {
    if (field != "real" && field != "imag") return absl::OkStatus();
    T2N_ASSIGN_OR_RETURN((field == "real" ? real : imaginary), json_.Double());
    return absl::OkStatus();
  }));
  return std::complex<double>(real, imaginary);
}

absl::StatusOr<Dict> GraphReader::ReadDict() {
  Dict dict;
  T2N_RETURN_IF_ERROR(json_.Object([&](absl::string_view key) -> absl::Status {
    T2N_ASSIGN_OR_RETURN(Argument value, ReadArgument());
    dict.emplace_back(key, std::move(value));
    return absl::OkStatus();
  }));
  return dict;
}

absl::StatusOr<std::unique_ptr<SubGraph>> GraphReader::ReadSubGraph() {
  auto sub = std::make_unique<SubGraph>();
  T2N_RETURN_IF_ERROR(json_.Object([&](absl::string_view field) -> absl::Status {
    if (field == "name") {
      T2N_ASSIGN_OR_RETURN(sub->name, json_.String());
    } else if (field == "graph") {
      T2N_ASSIGN_OR_RETURN(sub->graph, ReadGraph());
    }
    return absl::OkStatus();
  }));
  return sub;
}

absl::Status GraphReader::ReadListArm(absl::string_view arm, Argument* out, bool* known) {
  const auto symbolic = [&](SymName::Type type) -> absl::Status {
    T2N_ASSIGN_OR_RETURN(out->data, ReadList([&] { return ReadSymbolic(type); }));
    return absl::OkStatus();
  };
  const auto plain = [&](absl::string_view item) -> absl::Status {
    T2N_ASSIGN_OR_RETURN(out->data, ReadList([&]() -> absl::StatusOr<Argument> {
                           Argument read;
                           T2N_RETURN_IF_ERROR(ReadArm(item, &read));
                           return read;
                         }));
    return absl::OkStatus();
  };
  const auto typed = [&](auto items, const auto& read) -> absl::Status {
    T2N_RETURN_IF_ERROR(json_.Array([&]() -> absl::Status {
      T2N_ASSIGN_OR_RETURN(auto item, read());
      items.push_back({item});
      return absl::OkStatus();
    }));
    out->data = std::move(items);
    return absl::OkStatus();
  };
  if (arm == "as_ints") return typed(Ints(), [&] { return json_.Int(); });
  if (arm == "as_floats") return typed(Floats(), [&] { return json_.Double(); });
  if (arm == "as_tensors") return typed(TensorNames(), [&] { return ReadName(); });
  if (arm == "as_optional_tensors") {
    T2N_ASSIGN_OR_RETURN(out->data, ReadList([&] { return ReadOptionalTensor(); }));
    return absl::OkStatus();
  }
  if (arm == "as_sym_ints") return symbolic(SymName::Type::kInt);
  if (arm == "as_sym_floats") return symbolic(SymName::Type::kFloat);
  if (arm == "as_sym_bools") return symbolic(SymName::Type::kBool);
  if (arm == "as_bools") return plain("as_bool");
  if (arm == "as_strings") return plain("as_string");
  if (arm == "as_nested_tensors") return plain("as_tensors");
  if (arm == "as_int_lists") return plain("as_ints");
  if (arm == "as_float_lists") return plain("as_floats");
  *known = false;
  return absl::OkStatus();
}

absl::Status GraphReader::ReadObjectArm(absl::string_view arm, Argument* out, bool* known) {
  if (arm == "as_sym_int" || arm == "as_sym_float" || arm == "as_sym_bool") {
    const SymName::Type type = arm == "as_sym_int"     ? SymName::Type::kInt
                               : arm == "as_sym_float" ? SymName::Type::kFloat
                                                       : SymName::Type::kBool;
    T2N_ASSIGN_OR_RETURN(*out, ReadSymbolic(type));
    return absl::OkStatus();
  }
  if (arm == "as_optional_tensor") {
    T2N_ASSIGN_OR_RETURN(*out, ReadOptionalTensor());
    return absl::OkStatus();
  }
  if (arm == "as_device") {
    T2N_ASSIGN_OR_RETURN(out->data, ReadDevice());
  } else if (arm == "as_complex") {
    T2N_ASSIGN_OR_RETURN(out->data, ReadComplex());
  } else if (arm == "as_string_to_argument") {
    T2N_ASSIGN_OR_RETURN(out->data, ReadDict());
  } else if (arm == "as_custom_obj") {
    T2N_ASSIGN_OR_RETURN(const absl::string_view name, ReadName());
    out->data = CustomObject{name};
  } else if (arm == "as_graph") {
    T2N_ASSIGN_OR_RETURN(out->data, ReadSubGraph());
  } else {
    *known = false;
  }
  return absl::OkStatus();
}

absl::Status GraphReader::ReadArm(absl::string_view arm, Argument* out) {
  bool known = true;
  T2N_RETURN_IF_ERROR(ReadPlainArm(arm, out, &known));
  if (known) return absl::OkStatus();
  known = true;
  T2N_RETURN_IF_ERROR(ReadListArm(arm, out, &known));
  if (known) return absl::OkStatus();
  known = true;
  T2N_RETURN_IF_ERROR(ReadObjectArm(arm, out, &known));
  return known ? absl::OkStatus() : Unknown(arm);
}

absl::StatusOr<Argument> GraphReader::ReadArgument() {
  Argument out;
  T2N_RETURN_IF_ERROR(Union([&](absl::string_view arm) { return ReadArm(arm, &out); }));
  return out;
}

absl::StatusOr<std::vector<Argument>> GraphReader::ReadArguments() {
  return ReadList([&] { return ReadArgument(); });
}

}  // namespace t2n::exported
