// What stands for the symbols of a program's sizes in one conversion: open sizes of the graph, by
// the names that the user gave them or by the program's own, or numbers.
#ifndef T2N_EXPORTED_SYMBOLS_H_
#define T2N_EXPORTED_SYMBOLS_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "parsers/exported/expression.h"
#include "parsers/exported/program.h"
#include "t2n/ir/dim.h"
#include "t2n/sizes/symbol_facts.h"

namespace t2n::exported {

// A tensor that the user gives.
struct UserTensor {
  std::string name;
  size_t position;  // among the user's arguments
  const TensorMeta* meta;
  // Sizes that --inputs and --dynamic_axes ask for, one an axis; nullopt where they say nothing.
  std::vector<std::optional<Dim>> asked;
};

class Symbols {
 public:
  // Solves what is asked of the tensors' sizes for the symbols in them: `8*s69` that is to be `B`
  // makes s69 an eighth of it. `facts` must outlive the result. Errors: InvalidArgument where a
  // size is fixed in the program or is asked to be two things.
  static absl::StatusOr<Symbols> Bind(const std::vector<UserTensor>& tensors,
                                      const SymbolFacts& facts);

  // The size that it is. Unimplemented for expressions that are no Dim.
  absl::StatusOr<Dim> Size(const SymInt& size) const;
  absl::StatusOr<Dim> Value(const Expression& e) const;

 private:
  explicit Symbols(const SymbolFacts* facts) : facts_(facts) {}
  Dim Of(const std::string& symbol) const;
  absl::Status BindAxis(const UserTensor& tensor, size_t axis, const Expression& e);

  const SymbolFacts* facts_;
  std::map<std::string, Dim> bound_;
};

// Adds to `facts` what divides the sizes that are asked for by a name: `B` where the program has
// `8*s69` is a multiple of 8.
void AddDivisors(const std::vector<UserTensor>& tensors, SymbolFacts* facts);

// Adds to `facts` what the program says of the sizes of these tensors, as far as facts can say it:
// ranges and guards. InvalidArgument where a size is asked to be what the program was not exported
// for.
absl::Status AddProgramFacts(const ExportedProgram& program, const std::vector<UserTensor>& tensors,
                             SymbolFacts* facts);

}  // namespace t2n::exported

#endif  // T2N_EXPORTED_SYMBOLS_H_
