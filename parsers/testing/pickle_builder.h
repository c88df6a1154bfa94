// Writes pickles for tests of the readers: each function returns the opcodes that push one value.
#ifndef PARSERS_TESTING_PICKLE_BUILDER_H_
#define PARSERS_TESTING_PICKLE_BUILDER_H_

#include <cstdint>
#include <initializer_list>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace t2n::testing {

inline std::string Pickle(absl::string_view value) { return absl::StrCat("\x80\x02", value, "."); }

inline std::string Int(int64_t value) {
  std::string out("\x8a\x08", 2);
  for (int i = 0; i < 8; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
  return out;
}

inline std::string Str(absl::string_view text) {
  std::string out = "X";
  for (int i = 0; i < 4; ++i) out.push_back(static_cast<char>(text.size() >> (8 * i)));
  return absl::StrCat(out, text);
}

inline std::string Tuple(std::initializer_list<std::string> items) {
  std::string out = "(";
  for (const std::string& item : items) absl::StrAppend(&out, item);
  return out + "t";
}

inline std::string List(std::initializer_list<std::string> items) {
  std::string out = "](";
  for (const std::string& item : items) absl::StrAppend(&out, item);
  return out + "e";
}

// Keys and values in turn.
inline std::string Dict(std::initializer_list<std::string> items) {
  std::string out = "}(";
  for (const std::string& item : items) absl::StrAppend(&out, item);
  return out + "u";
}

inline std::string Global(absl::string_view module, absl::string_view name) {
  return absl::StrCat("c", module, "\n", name, "\n");
}

inline std::string Call(absl::string_view module, absl::string_view name,
                        std::initializer_list<std::string> args) {
  return absl::StrCat(Global(module, name), Tuple(args), "R");
}

inline std::string Object(absl::string_view module, absl::string_view name,
                          absl::string_view state) {
  return absl::StrCat(Global(module, name), ")\x81", state, "b");
}

inline std::string Storage(absl::string_view type, absl::string_view key, int64_t numel) {
  return absl::StrCat(
      Tuple({Str("storage"), Global("torch", type), Str(key), Str("cpu"), Int(numel)}), "Q");
}

}  // namespace t2n::testing

#endif  // PARSERS_TESTING_PICKLE_BUILDER_H_
