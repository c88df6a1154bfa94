#include "parsers/torchvalue/scalar_type.h"

#include "absl/strings/match.h"

namespace t2n::torchvalue {
namespace {

struct Row {
  ScalarType type;
  absl::string_view cpp_name;
  absl::string_view python_name;
  const char* short_name;
  int bits;
};

constexpr Row kRows[] = {
#define T2N_ROW(code, name, python_name, short_name, bits) \
  {ScalarType::k##name, #name, python_name, short_name, bits},
    T2N_TORCH_SCALAR_TYPES(T2N_ROW)
#undef T2N_ROW
};

template <typename Predicate>
std::optional<ScalarType> FindType(Predicate predicate) {
  for (const Row& row : kRows) {
    if (predicate(row)) return row.type;
  }
  return std::nullopt;
}

const Row& RowOf(ScalarType type) {
  for (const Row& row : kRows) {
    if (row.type == type) return row;
  }
  return kRows[0];
}

}  // namespace

const char* ShortName(ScalarType type) { return RowOf(type).short_name; }

int ElementBits(ScalarType type) { return RowOf(type).bits; }

std::optional<ScalarType> ScalarTypeFromCode(int64_t code) {
  return FindType([&](const Row& row) { return static_cast<int64_t>(row.type) == code; });
}

std::optional<ScalarType> ScalarTypeFromStorage(absl::string_view storage_class) {
  constexpr absl::string_view kSuffix = "Storage";
  if (!absl::EndsWith(storage_class, kSuffix)) return std::nullopt;
  storage_class.remove_suffix(kSuffix.size());
  return FindType([&](const Row& row) { return row.cpp_name == storage_class; });
}

std::optional<ScalarType> ScalarTypeFromPythonName(absl::string_view name) {
  return FindType([&](const Row& row) { return row.python_name == name; });
}

}  // namespace t2n::torchvalue
