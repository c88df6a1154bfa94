// Rows of a listing.
#ifndef T2N_INSPECT_TABLE_H_
#define T2N_INSPECT_TABLE_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace t2n {

// Columns as wide as their content, but for the last; two spaces apart, two in front.
class Table {
 public:
  void Add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }

  // With a newline behind each row.
  void AppendTo(std::string* out) const;

 private:
  static constexpr size_t kWidest = 60;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace t2n

#endif  // T2N_INSPECT_TABLE_H_
