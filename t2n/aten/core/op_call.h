// One call of an operator: its arguments by name, and the builder to write its result with.
#ifndef T2N_ATEN_CORE_OP_CALL_H_
#define T2N_ATEN_CORE_OP_CALL_H_

#include <functional>
#include <string>
#include <vector>

#include "t2n/aten/core/arg.h"
#include "t2n/aten/core/quantized_engine.h"
#include "t2n/aten/core/schema.h"
#include "t2n/builder/builder.h"
#include "t2n/ir/strides.h"

namespace t2n {

// What operators may know of the conversion.
struct OpEnv {
  int64_t version = 10;                          // the archive's operator-set version
  std::function<void(const std::string&)> warn;  // may be empty
  // Otherwise operators saved in training mode are evaluated as eval() makes them.
  bool keep_training = false;
  QuantizedEngine quantized_engine = QuantizedEngine::kFbgemm;
  QuantizedTraits* quantized_traits = nullptr;  // filled in if not null
};

// Why a result whose size the inputs' values decide is refused, and what to do instead.
inline constexpr absl::string_view kDataDependentSize =
    "the size of the result depends on the inputs' values, but a graph's sizes are known before it "
    "runs; keep the shape and choose elements with a mask (torch.where, a product), or give the "
    "input that decides it a value with --args";

class Operators;

// Arguments are read by name and conversion. Reading marks an argument as honoured: when an
// operator returns, an argument it did not read must equal its default or be None, otherwise the
// call is refused by that argument's name (see Registry::Call). Every failed conversion is recorded
// in the builder and yields a zero value.
class OpCall {
 public:
  // `operators`: what Call() finds others by.
  OpCall(Builder* builder, const Schema* schema, std::vector<Arg> args, const OpEnv* env,
         const Operators* operators, const Strided* memory = nullptr)
      : b(*builder),
        schema_(*schema),
        args_(std::move(args)),
        env_(*env),
        operators_(*operators),
        memory_(memory),
        read_(args_.size(), false) {}

  Builder& b;

  const Schema& schema() const { return schema_; }
  const OpEnv& env() const { return env_; }
  // Where the elements of the first tensor lie in torch's memory: for operators whose rule asks for
  // it (memory.h). Null if that is not known.
  const Strided* memory() const { return memory_; }

  const Arg& arg(absl::string_view name);
  bool has(absl::string_view name);  // present in the schema and not None (marks it)
  // Marks arguments that have no effect on the values (layout hints and the like).
  void ignore(std::initializer_list<absl::string_view> names);

  Val tensor(absl::string_view name);  // null Val for None, without failing
  // A tensor of at least so many axes; refused if it has less.
  Val tensor(absl::string_view name, int64_t min_rank);
  std::vector<Val> tensors(absl::string_view name);
  std::vector<Val> optional_tensors(absl::string_view name);  // Tensor?[]: nulls for None
  bool boolean(absl::string_view name);
  double number(absl::string_view name);    // any real number; symbolic ints are refused
  int64_t integer(absl::string_view name);  // a constant int; a symbolic one is refused
  Dim dim(absl::string_view name);
  std::string str(absl::string_view name);
  std::vector<int64_t> ints(absl::string_view name);  // constants
  Shape dims(absl::string_view name);
  std::vector<double> floats(absl::string_view name);
  // A dtype code; `otherwise` for None.
  DType dtype(absl::string_view name, DType otherwise);

  // `ints` of `n` entries: one given entry stands for all, none for `otherwise`.
  std::vector<int64_t> ints(absl::string_view name, size_t n, int64_t otherwise);

  // `axis` in [0, rank) (a rank-0 tensor has the axes 0 and -1); refused if out of range.
  int64_t axis(absl::string_view name, int64_t rank);
  // Axes: None or (if `empty_is_all`) an empty list means all.
  std::vector<int64_t> axes(absl::string_view name, int64_t rank, bool empty_is_all = true);

  // Calls another operator (a decomposition): its result, which must be one tensor.
  Val Call(absl::string_view name, absl::Span<const Arg> args,
           absl::Span<const NamedArg> keywords = {});

  // Refuses the call: `aten::foo: <message>`. Returns a null tensor to be returned on.
  Val Refuse(absl::string_view message);
  // Refuses a result whose size the inputs' values decide.
  Val RefuseSize();
  // Refuses argument `name`'s value by name.
  Val RefuseArg(absl::string_view name, absl::string_view why = "");
  void Warn(absl::string_view message);

  const std::vector<bool>& read() const { return read_; }
  const std::vector<Arg>& args() const { return args_; }
  std::vector<Arg>& args() { return args_; }

 private:
  // `value`, or `otherwise` and a refusal if products of two such would overflow.
  int64_t InRange(absl::string_view name, int64_t value, int64_t otherwise);

  const Schema& schema_;
  std::vector<Arg> args_;
  const OpEnv& env_;
  const Operators& operators_;
  const Strided* memory_;
  std::vector<bool> read_;
};

// Operators by name, as those that are made of others call them.
class Operators {
 public:
  virtual ~Operators() = default;
  // The result of the overload that the arguments fit, or why it was refused.
  virtual absl::StatusOr<Arg> Call(absl::string_view name, absl::Span<const Arg> positional,
                                   absl::Span<const NamedArg> keywords, Builder* builder,
                                   const OpEnv& env) const = 0;
};

// `axis` normalised into [0, rank); nullopt if out of range. Rank 0 counts as rank 1.
std::optional<int64_t> NormalizeAxis(int64_t axis, int64_t rank);

}  // namespace t2n

#endif  // T2N_ATEN_CORE_OP_CALL_H_
