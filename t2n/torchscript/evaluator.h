// The partial evaluator: runs methods of a TorchScript program with abstract tensors and concrete
// Python values, and records in a graph what is left.
#ifndef T2N_TORCHSCRIPT_EVALUATOR_H_
#define T2N_TORCHSCRIPT_EVALUATOR_H_

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "parsers/torchscript/ast.h"
#include "t2n/alias/operator_caller.h"
#include "t2n/aten/core/op_call.h"
#include "t2n/builder/builder.h"
#include "t2n/sizes/assumptions.h"
#include "t2n/state/held.h"
#include "t2n/torchscript/code.h"
#include "t2n/torchscript/frozen_sizes.h"
#include "t2n/torchscript/loader.h"
#include "t2n/torchscript/mentions.h"
#include "t2n/values/merge.h"
#include "t2n/values/value.h"

namespace t2n::script {

using Keywords = std::vector<std::pair<std::string, IValue>>;

class Evaluator {
 public:
  // All of them must outlive the evaluator.
  Evaluator(Code* code, Builder* builder, const OpEnv* env)
      : code_(code),
        builder_(*builder),
        env_(*env),
        loader_(code, builder, env),
        operators_(builder, env),
        visited_before_(ValuesVisited()) {}

  // The module that the archive holds.
  absl::StatusOr<std::shared_ptr<Object>> Root();

  // Calls `object.method(args, **keywords)`. Failures carry a place (see PlaceOf).
  absl::StatusOr<IValue> CallMethod(const std::shared_ptr<Object>& object, absl::string_view method,
                                    std::vector<IValue> args, Keywords keywords);

  // The same of the archive's module, as calling it from Python does: forward with its hooks.
  absl::StatusOr<IValue> CallRoot(const std::shared_ptr<Object>& root, absl::string_view method,
                                  std::vector<IValue> args, Keywords keywords);

  Loader& loader() { return loader_; }
  // The attributes of objects that a __setstate__ has restored meanwhile, as it left them.
  const std::vector<Attribute>& restored() const { return restored_; }

  // Looks at the calls for sizes that tracing has frozen; null (nobody looks) if not given.
  void set_frozen_sizes(FrozenSizes* frozen) { frozen_ = frozen; }
  // Answers to comparisons of open sizes that are not known for every size; may be null.
  void set_answers(const Answers* answers) { answers_ = answers; }
  // Those that stay open: conditions on sizes become conditions of the graph; may be null.
  void set_left_open(const std::set<std::string>* questions, bool all) {
    left_open_ = questions;
    leave_all_open_ = all;
  }

 private:
  enum class Flow { kNext, kReturn, kBreak, kContinue };

  struct Frame {
    absl::flat_hash_map<absl::string_view, IValue> locals;
    // What names were bound to by an assignment (for FrozenSizes).
    absl::flat_hash_map<absl::string_view, const torchscript::Expr*> bound;
    // Functions defined inside the function: what fork() calls.
    absl::flat_hash_map<absl::string_view, const torchscript::FunctionDef*> closures;
    std::string module_path;
    PlacePtr caller;
    IValue result;
  };

  using Expr = torchscript::Expr;
  using Stmt = torchscript::Stmt;

  // Statements (evaluator.cc).
  absl::StatusOr<IValue> CallFunction(const torchscript::FunctionDef& def, std::vector<IValue> args,
                                      Keywords keywords, std::string module_path);
  absl::StatusOr<Flow> Run(torchscript::Block block, Frame& frame);
  // The body of a branch or a loop. What it hands on is a value of its own in TorchScript, no
  // constant of the program any more.
  absl::StatusOr<Flow> RunInner(torchscript::Block block, Frame& frame);
  absl::StatusOr<Flow> RunStatement(const Stmt& stmt, Frame& frame);
  absl::StatusOr<Flow> RunFor(const torchscript::ForStmt& stmt, Frame& frame);
  absl::StatusOr<Flow> RunWhile(const torchscript::WhileStmt& stmt, Frame& frame);
  absl::StatusOr<Flow> RunOpenWhile(const torchscript::WhileStmt& stmt, const Val& open,
                                    Frame& frame);
  absl::StatusOr<Flow> RunWith(const torchscript::WithStmt& stmt, Frame& frame);
  absl::Status Assign(torchscript::ExprList targets, bool unpack, IValue value, Frame& frame);
  absl::Status AssignOne(const Expr& target, IValue value, Frame& frame);
  absl::Status CountIteration(const Stmt& loop);

  // Loops over an open size (open_loop.cc).
  friend class OpenLoopRun;
  absl::StatusOr<Flow> RunOpenLoop(const torchscript::ForStmt& stmt, const Dim& count,
                                   Frame& frame);
  absl::StatusOr<std::optional<IValue>> UnbindOpen(TensorRef& tensor, const IValue& dim);
  // Whether some argument is `size - 1 - t` at the counter t of such a loop over `size`, and the
  // arguments with what is never negative in its place.
  bool CountsFromTheEnd(const std::vector<IValue>& args) const;
  std::vector<IValue> FromTheEnd(std::vector<IValue> args) const;
  // The index of a range that runs backwards in such a loop: never negative.
  std::optional<IValue> BackwardIndex(const std::string& name, const std::vector<IValue>& args);
  // `x[t:t + k]` at the counter t of such a loop, where the rows are there at every pass.
  absl::StatusOr<std::optional<IValue>> SliceInOpenLoop(const std::string& name,
                                                        const std::vector<IValue>& args);
  // Operators on a list that such a loop has appended to.
  absl::StatusOr<std::optional<IValue>> CallOnOpenList(const std::string& name,
                                                       const std::vector<IValue>& args,
                                                       const Keywords& keywords);

  // Branches (branches.cc). Where a condition depends on the inputs' values both ways are run from
  // the same state and what differs becomes selects.
  struct Decision {
    bool taken = false;
    Val open;  // the condition, where the inputs decide
  };
  using Way = std::function<absl::StatusOr<Flow>()>;
  absl::StatusOr<Decision> Decide(const Expr& expr, Frame& frame);
  absl::StatusOr<Flow> RunIf(const torchscript::IfStmt& stmt, size_t branch, Frame& frame);
  absl::StatusOr<IValue> EvalTernary(const torchscript::TernaryExpr& expr, Frame& frame);
  absl::StatusOr<Flow> RunAssert(const torchscript::AssertStmt& stmt, Frame& frame);
  // `mentions`: of both ways.
  absl::StatusOr<Flow> RunBothWays(const Expr& condition, const Val& open, const Mentions& mentions,
                                   const Way& yes, const Way& no, Frame& frame);
  absl::StatusOr<Flow> RunSide(const Way& way, const Mentions& mentions, const Heap& before,
                               Frame& frame, Side* side);
  // Leaves everything as `side` ended, as if no other way had been run.
  void Adopt(Side side, const Mentions& mentions, Frame& frame);
  // Of a statement or expression; read off once.
  template <typename Piece>
  const Mentions& MentionsOf(const Piece& piece);
  // Adds what the piece of a program can change and lead to.
  void AddMentioned(const Mentions& mentions, const Frame& frame, Heap* heap);

  // Expressions (expressions.cc).
  absl::StatusOr<IValue> Eval(const Expr& expr, Frame& frame);
  absl::StatusOr<std::vector<IValue>> EvalAll(torchscript::ExprList exprs, Frame& frame);
  absl::StatusOr<IValue> EvalAnnotate(const torchscript::AnnotateExpr& expr, Frame& frame);
  absl::StatusOr<IValue> EvalName(const torchscript::NameExpr& expr, Frame& frame);
  absl::StatusOr<IValue> EvalAttribute(const torchscript::AttributeExpr& expr, Frame& frame);
  absl::StatusOr<IValue> EvalSubscript(const torchscript::SubscriptExpr& expr, Frame& frame);
  absl::StatusOr<IValue> EvalUnary(const torchscript::UnaryExpr& expr, Frame& frame);
  absl::StatusOr<IValue> EvalBinary(const torchscript::BinaryExpr& expr, Frame& frame);
  absl::StatusOr<IValue> GetAttribute(const IValue& object, absl::string_view name);
  absl::StatusOr<IValue> EnumMember(const torchscript::ClassDef& def, const std::string& class_name,
                                    absl::string_view name, const IValue* value);

  // Calls (calls.cc).
  absl::StatusOr<IValue> EvalCall(const torchscript::CallExpr& expr, Frame& frame);
  absl::StatusOr<IValue> Fork(const torchscript::CallExpr& expr, Frame& frame);
  absl::StatusOr<IValue> CallNamed(const std::string& dotted, std::vector<IValue> args,
                                   Keywords keywords, Frame& frame);
  absl::StatusOr<IValue> Construct(absl::string_view class_name, const torchscript::ClassDef& def,
                                   std::vector<IValue> args, Keywords keywords);
  absl::StatusOr<std::optional<IValue>> SortObjects(const std::string& name,
                                                    const std::vector<IValue>& args);
  std::optional<IValue> AnswerTo(absl::string_view name, const std::vector<IValue>& args,
                                 const absl::Status& status);
  absl::StatusOr<IValue> CallOp(const std::string& name, const std::vector<IValue>& args,
                                const Keywords& keywords);
  absl::Status Materialize(const std::shared_ptr<Object>& object);
  // What stands for the result of an operator that was asked of numbers which cannot be had, or
  // that could not compute it: a number that cannot be had either, where all arguments are plain
  // and nothing but the result comes of it; else the failure. nullopt if all is well.
  std::optional<absl::StatusOr<IValue>> Lost(const std::string& name,
                                             const std::vector<IValue>& args,
                                             const Keywords& keywords,
                                             const absl::Status& failed) const;
  // Adds to what the program's values have cost so far; ResourceExhausted past the limits.
  absl::Status Charge(uint64_t items, uint64_t characters);
  // The same for items that an operator goes through.
  absl::Status ChargeVisits(uint64_t items);
  // What an operator has made, or put into its first argument, which had `before` items.
  absl::Status ChargeResult(const IValue& made, const std::vector<IValue>& args, uint64_t before);
  absl::StatusOr<IValue> NewDict(const torchscript::DictExpr& expr, Frame& frame);

  PlacePtr MakePlace(const torchscript::SourcePos& pos, const Frame& frame) const;

  Code* code_;
  Builder& builder_;
  const OpEnv& env_;
  Loader loader_;
  OperatorCaller operators_;
  std::vector<Attribute> restored_;
  FrozenSizes* frozen_ = nullptr;
  const Answers* answers_ = nullptr;
  const std::set<std::string>* left_open_ = nullptr;
  bool leave_all_open_ = false;
  int whiles_ = 0;  // being run: how often is no question to leave open
  absl::flat_hash_map<const void*, std::unique_ptr<const Mentions>> mentions_;
  int depth_ = 0;
  int loops_ = 0;
  std::map<int, Dim> open_counts_;  // of the loops over open sizes, by number
  int64_t iterations_ = 0;
  int64_t calls_ = 0;
  uint64_t items_ = 0;       // put into lists, tuples and dicts
  uint64_t characters_ = 0;  // of all strings
  uint64_t visited_ = 0;     // items of lists and dicts by operators
  uint64_t visited_before_;  // ValuesVisited() at the begin
  int open_passes_ = 0;      // of the while loops being run whose conditions the inputs decide
};

// The same tensor without being a constant of the program's text (Origin::kConstant); other values
// as they are.
IValue NoConstant(const IValue& value);

}  // namespace t2n::script

#endif  // T2N_TORCHSCRIPT_EVALUATOR_H_
