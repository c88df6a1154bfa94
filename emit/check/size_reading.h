// Compares what the sizes of a document say with what tract makes of them.
#ifndef EMIT_CHECK_SIZE_READING_H_
#define EMIT_CHECK_SIZE_READING_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "emit/check/tract_size.h"

namespace t2n {

class SizeReading {
 public:
  // `extensions` are the document's: `tract_symbol S`, `tract_assert S >= 2`.
  explicit SizeReading(absl::Span<const std::string> extensions);

  // What is wrong with a size text as tract reads it; empty if nothing is. A size is one text for
  // tract only in the order in which it meets it: ask for all, in the document's order.
  std::string Fault(absl::string_view text);

  // What tract makes of a text whose form is right; null if it cannot be read. In the document's
  // order, too.
  TractSize Read(absl::string_view text);
  // Whether what tract makes of a text that was read is one form or another by chance.
  bool IsByChance(absl::string_view text) const { return by_chance_.contains(text); }
  TractAlgebra& algebra() { return algebra_; }

 private:
  class Reader;
  // What a text means at the sampled values of the symbols, and what tract makes of it.
  struct Reading {
    std::vector<int64_t> values;
    TractSize tract;
    bool undefined = false;  // divided by 0, or by a symbol where tract cannot
  };

  void Sample();
  void KeepWhere(absl::Span<const int64_t> values);
  Reading Operation(char op, const Reading& a, const Reading& b);
  TractSize Known(const TractSize& size);
  std::string Compare(absl::string_view text, const Reading& reading);
  std::string At(size_t sample) const;

  TractAlgebra algebra_;
  std::vector<std::vector<int64_t>> samples_;  // of all symbols
  std::vector<TractSize> constants_;           // what tract has met, in its order
  absl::flat_hash_map<std::string, std::string> told_;
  absl::flat_hash_map<std::string, TractSize> read_;
  absl::flat_hash_set<std::string> by_chance_;
};

}  // namespace t2n

#endif  // EMIT_CHECK_SIZE_READING_H_
