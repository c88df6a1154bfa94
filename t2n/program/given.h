// What --inputs and --args give for a method's arguments, as a tree along their paths.
#ifndef T2N_PROGRAM_GIVEN_H_
#define T2N_PROGRAM_GIVEN_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "t2n/program/input_path.h"
#include "t2n/program/input_request.h"

namespace t2n {

// For one place, and for the places in it, in the order given.
struct Given {
  const InputSpec* spec = nullptr;  // its type
  const IValue* value = nullptr;    // or its value
  bool taken = false;
  std::vector<std::pair<PathStep, std::unique_ptr<Given>>> items;

  // Null if nothing is given there. A key that is a string is found by a step without quotes too.
  Given* Find(const PathStep& step) const;
  bool is_leaf() const { return items.empty(); }
};

class GivenArguments {
 public:
  // The request must outlive it. InvalidArgument if a place is given twice.
  static absl::StatusOr<GivenArguments> Of(const InputRequest& request);

  Given* Find(absl::string_view argument) const { return root_.Find({std::string(argument)}); }

  // The next entry of --inputs without a name; null if there is none left.
  const InputSpec* TakeUnnamed();
  bool HasUnnamed() const { return next_unnamed_ < unnamed_.size(); }

  // The first entry of --inputs that was not taken, then those of --args: `--inputs 'y'`.
  std::vector<std::string> Unused() const;

 private:
  absl::StatusOr<Given*> Add(const std::string& path);

  Given root_;
  std::vector<std::pair<std::string, const Given*>> specs_, values_;  // in order, by flag and path
  std::vector<const InputSpec*> unnamed_;
  size_t next_unnamed_ = 0;
};

}  // namespace t2n

#endif  // T2N_PROGRAM_GIVEN_H_
