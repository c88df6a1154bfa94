// Reads JSON front to back, each value once, into whatever the caller makes of it; no tree is
// built. Python's json.dumps wrote it, so bare NaN, Infinity and -Infinity are numbers too.
#ifndef PARSERS_EXPORTED_JSON_H_
#define PARSERS_EXPORTED_JSON_H_

#include <cstdint>
#include <deque>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace t2n::exported {

enum class JsonKind { kObject, kArray, kString, kNumber, kBool, kNull };

// Stands on one value of a text at a time. Errors (kInvalidArgument) begin with the value's path:
// "graph_module.graph.nodes[3].target: ...".
class JsonReader {
 public:
  virtual ~JsonReader() = default;

  virtual JsonKind kind() = 0;

  // Calls `field` for every field in order, standing on its value. It may leave the value unread.
  // Fields that are null are left out: Python's writers tell them from missing ones nowhere.
  virtual absl::Status Object(absl::FunctionRef<absl::Status(absl::string_view key)> field) = 0;
  // Calls `item` for every item in order.
  virtual absl::Status Array(absl::FunctionRef<absl::Status()> item) = 0;

  virtual absl::StatusOr<bool> Bool() = 0;
  // Also of a bool, as Python has it.
  virtual absl::StatusOr<int64_t> Int() = 0;
  // Of any number, and of the strings "NaN", "Infinity", "-Infinity".
  virtual absl::StatusOr<double> Double() = 0;
  // Valid as long as the text and the pool are.
  virtual absl::StatusOr<absl::string_view> String() = 0;
  // What stands between the quotes, with its escapes: for Unescape.
  virtual absl::StatusOr<absl::string_view> RawString() = 0;

  // An error at the value that the reader stands on.
  virtual absl::Status Error(absl::string_view what) const = 0;
};

// Strings that had escapes in the text.
using StringPool = std::deque<std::string>;

// What the part of a JSON string between its quotes says, in UTF-8; escapes that are none stay.
std::string Unescape(absl::string_view raw);

inline constexpr size_t kJsonPadding = 64;

// Calls `read` on the root of `text`, an object or array. `readable` is how many bytes behind
// `text` may be read (they do not matter); with less than kJsonPadding the text is copied, and what
// String() gives lives no longer than the call.
absl::Status ReadJson(absl::string_view text, size_t readable, StringPool* pool,
                      absl::FunctionRef<absl::Status(JsonReader&)> read);

}  // namespace t2n::exported

#endif  // PARSERS_EXPORTED_JSON_H_
