#include "t2n/runtime/tract.h"

#include <dlfcn.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"
#include "t2n/reference/npz.h"
#include "t2n/reference/run.h"
#include "t2n/runtime/causes.h"
#include "t2n/runtime/child.h"
#include "t2n/runtime/command.h"

namespace t2n {
namespace {

namespace fs = std::filesystem;

// tract's number of an element type: kind and bits (api/rs of tract, DatumType).
struct TypeCode {
  uint32_t code;
  DType dtype;
};
constexpr TypeCode kTypes[] = {
    {0x01, DType::kBool}, {0x11, DType::kU8},  {0x12, DType::kU16}, {0x14, DType::kU32},
    {0x18, DType::kU64},  {0x21, DType::kI8},  {0x22, DType::kI16}, {0x24, DType::kI32},
    {0x28, DType::kI64},  {0x32, DType::kF16}, {0x34, DType::kF32}, {0x38, DType::kF64},
};

uint32_t CodeOf(DType dtype) {
  for (const TypeCode& t : kTypes) {
    if (t.dtype == dtype) return t.code;
  }
  return 0;
}

// What a child process hands back.
class TemporaryFile {
 public:
  static absl::StatusOr<TemporaryFile> Make() {
    std::string path = (fs::temp_directory_path() / "pt2nnef-XXXXXX").string();
    const int file = mkstemp(path.data());
    if (file < 0) return absl::FailedPreconditionError("no temporary file can be made");
    close(file);
    return TemporaryFile(std::move(path));
  }
  TemporaryFile(TemporaryFile&& other) : path_(std::exchange(other.path_, "")) {}
  ~TemporaryFile() {
    if (!path_.empty()) std::remove(path_.c_str());
  }
  const std::string& path() const { return path_; }

 private:
  explicit TemporaryFile(std::string path) : path_(std::move(path)) {}

  std::string path_;
};

// The functions of the library that are needed; some had other names before tract 0.23.
class Library {
 public:
  static absl::StatusOr<Library> Open(const std::string& path) {
    Library library;
    library.handle_ = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library.handle_) return absl::FailedPreconditionError(dlerror());
    return library;
  }

  // Calls the first of `names` that there is.
  template <typename... Args>
  absl::Status Call(std::initializer_list<const char*> names, Args... args) const {
    for (const char* name : names) {
      auto* function = reinterpret_cast<int (*)(Args...)>(dlsym(handle_, name));
      if (!function) continue;
      if (function(args...) == 0) return absl::OkStatus();
      auto* why = reinterpret_cast<const char* (*)()>(dlsym(handle_, "tract_get_last_error"));
      const char* text = why ? why() : nullptr;
      return absl::FailedPreconditionError(text ? Causes(text) : name);
    }
    return absl::FailedPreconditionError(
        absl::StrCat("this tract has no ", *names.begin(), ": use 0.20 or newer"));
  }

  bool Has(const char* name) const { return dlsym(handle_, name) != nullptr; }

  std::string Version() const {
    auto* version = reinterpret_cast<const char* (*)()>(dlsym(handle_, "tract_version"));
    const char* text = version ? version() : nullptr;
    return text ? text : "";
  }

 private:
  void* handle_ = nullptr;
};

absl::StatusOr<void*> LoadModel(const Library& library, const std::string& path) {
  void* context = nullptr;
  void* model = nullptr;
  T2N_RETURN_IF_ERROR(library.Call({"tract_nnef_create"}, &context));
  for (const char* enable : {"tract_nnef_enable_tract_core", "tract_nnef_enable_tract_extra",
                             "tract_nnef_enable_tract_transformers"}) {
    if (library.Has(enable)) T2N_RETURN_IF_ERROR(library.Call({enable}, context));
  }
  T2N_RETURN_IF_ERROR(library.Call({"tract_nnef_load", "tract_nnef_model_for_path"}, context,
                                   path.c_str(), &model));
  return model;
}

// The element type that the model declares for an input; `given` where the library does not tell.
absl::StatusOr<DType> DeclaredType(const Library& library, void* model, size_t input, DType given) {
  if (!library.Has("tract_fact_datum_type")) return given;
  void* fact = nullptr;
  uint32_t code = 0;
  T2N_RETURN_IF_ERROR(library.Call({"tract_model_input_fact"}, model, input, &fact));
  T2N_RETURN_IF_ERROR(library.Call({"tract_fact_datum_type"}, fact, &code));
  for (const TypeCode& t : kTypes) {
    if (t.code == code) return t.dtype;
  }
  return given;
}

absl::StatusOr<void*> ToTract(const Library& library, const Tensor& tensor, DType declared) {
  T2N_ASSIGN_OR_RETURN(Tensor t, CastTensor(tensor, declared));
  T2N_ASSIGN_OR_RETURN(t, MakeContiguous(t));
  T2N_ASSIGN_OR_RETURN(const uint8_t* data, ContiguousData(t));
  std::vector<size_t> shape(t.sizes.begin(), t.sizes.end());
  void* value = nullptr;
  T2N_RETURN_IF_ERROR(library.Call(
      {"tract_tensor_from_bytes", "tract_value_from_bytes", "tract_value_create"}, CodeOf(declared),
      shape.size(), shape.data(), static_cast<void*>(const_cast<uint8_t*>(data)), &value));
  return value;
}

absl::StatusOr<Tensor> FromTract(const Library& library, void* value) {
  uint32_t code = 0;
  size_t rank = 0;
  const size_t* shape = nullptr;
  const void* data = nullptr;
  absl::Status read =
      library.Call({"tract_tensor_as_bytes", "tract_value_as_bytes", "tract_value_inspect"}, value,
                   &code, &rank, &shape, &data);
  if (!read.ok()) {  // sizes that tract computes with (TDim)
    void* integers = nullptr;
    T2N_RETURN_IF_ERROR(library.Call({"tract_tensor_convert_to", "tract_value_convert_to"}, value,
                                     CodeOf(DType::kI64), &integers));
    read = library.Call({"tract_tensor_as_bytes", "tract_value_as_bytes"}, integers, &code, &rank,
                        &shape, &data);
  }
  T2N_RETURN_IF_ERROR(read);
  for (const TypeCode& t : kTypes) {
    if (t.code != code) continue;
    uint8_t* to;
    Tensor tensor = Tensor::Allocate(t.dtype, std::vector<int64_t>(shape, shape + rank), &to);
    std::memcpy(to, data, tensor.nbytes());
    return tensor;
  }
  return absl::FailedPreconditionError(absl::StrCat("an output has tract's type ", code));
}

// In the child process: the outputs as an .npz.
absl::Status Run(const std::string& path, const std::string& model_path,
                 absl::Span<const Tensor> inputs, const std::string& outputs) {
  T2N_ASSIGN_OR_RETURN(const Library library, Library::Open(path));
  T2N_ASSIGN_OR_RETURN(void* model, LoadModel(library, model_path));
  std::vector<DType> types;
  for (size_t i = 0; i < inputs.size(); ++i) {
    T2N_ASSIGN_OR_RETURN(const DType type, DeclaredType(library, model, i, inputs[i].dtype));
    types.push_back(type);
  }
  void* runnable = nullptr;
  if (library.Has("tract_model_optimize")) {
    T2N_RETURN_IF_ERROR(library.Call({"tract_model_optimize"}, model));
  }
  T2N_RETURN_IF_ERROR(library.Call({"tract_model_into_runnable"}, &model, &runnable));
  size_t in_count = 0, out_count = 0;
  T2N_RETURN_IF_ERROR(library.Call({"tract_runnable_input_count"}, runnable, &in_count));
  T2N_RETURN_IF_ERROR(library.Call({"tract_runnable_output_count"}, runnable, &out_count));
  if (in_count != inputs.size()) {
    return absl::FailedPreconditionError(
        absl::StrCat("tract's model takes ", in_count, " inputs, ", inputs.size(), " given"));
  }
  std::vector<void*> given, results(out_count);
  for (size_t i = 0; i < inputs.size(); ++i) {
    T2N_ASSIGN_OR_RETURN(void* value, ToTract(library, inputs[i], types[i]));
    given.push_back(value);
  }
  T2N_RETURN_IF_ERROR(library.Call({"tract_runnable_run"}, runnable, given.data(), results.data()));
  std::vector<NamedTensor> arrays;
  for (size_t i = 0; i < out_count; ++i) {
    T2N_ASSIGN_OR_RETURN(Tensor tensor, FromTract(library, results[i]));
    arrays.emplace_back(absl::StrCat("out", i), std::move(tensor));
  }
  return WriteNpz(outputs, arrays);
}

}  // namespace

absl::StatusOr<std::string> VersionOf(const Tract& tract) {
  if (tract.is_command) return VersionOfCommand(tract.path);
  T2N_ASSIGN_OR_RETURN(const TemporaryFile file, TemporaryFile::Make());
  const auto work = [&]() -> absl::Status {
    T2N_ASSIGN_OR_RETURN(const Library library, Library::Open(tract.path));
    if (!library.Has("tract_nnef_create")) {
      return absl::FailedPreconditionError(
          absl::StrCat(tract.path, " is not tract's library: it has no tract_nnef_create"));
    }
    std::ofstream(file.path()) << library.Version();
    return absl::OkStatus();
  };
  T2N_RETURN_IF_ERROR(RunInChild(work, absl::Minutes(1)));
  std::string version;
  std::getline(std::ifstream(file.path()), version);
  return version;
}

absl::StatusOr<std::vector<Tensor>> RunInTract(const Tract& tract, const std::string& path,
                                               absl::Span<const Tensor> inputs,
                                               absl::Span<const std::string> names) {
  T2N_ASSIGN_OR_RETURN(const TemporaryFile file, TemporaryFile::Make());
  const auto work = [&]() -> absl::Status {
    if (!tract.is_command) return Run(tract.path, path, inputs, file.path());
    T2N_ASSIGN_OR_RETURN(std::vector<Tensor> outputs,
                         RunByCommand(tract.path, path, inputs, names, file.path()));
    std::vector<NamedTensor> arrays;
    for (Tensor& t : outputs) arrays.emplace_back(absl::StrCat("out", arrays.size()), std::move(t));
    return WriteNpz(file.path(), arrays);
  };
  T2N_RETURN_IF_ERROR(RunInChild(work, absl::Minutes(10)));
  T2N_ASSIGN_OR_RETURN(std::vector<NamedTensor> arrays, ReadNpz(file.path()));
  std::vector<Tensor> outputs;
  for (auto& [name, tensor] : arrays) outputs.push_back(std::move(tensor));
  return outputs;
}

}  // namespace t2n
