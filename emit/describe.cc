#include "emit/describe.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"

namespace t2n {
namespace {

using TypeOfName = absl::flat_hash_map<std::string, std::string>;

// The tensors that an expression reads, in order, each once. Other identifiers are sizes.
class OperandLister {
 public:
  explicit OperandLister(const TypeOfName& tensors) : tensors_(tensors) {}

  std::vector<std::string> List(const nnef::Expr& expr) {
    Visit(expr);
    return std::move(found_);
  }

 private:
  void Visit(const nnef::Expr& expr) {
    if (expr.is_identifier() && tensors_.contains(expr.text) && seen_.insert(expr.text).second) {
      found_.push_back(expr.text);
    }
    for (const nnef::Argument& item : expr.items) Visit(item.value);
  }

  const TypeOfName& tensors_;
  std::vector<std::string> found_;
  absl::flat_hash_set<std::string> seen_;
};

std::string TypeOf(const Variable& v) {
  ValueType type{v.tensor.dtype, Shape(v.tensor.sizes.begin(), v.tensor.sizes.end()), nullptr};
  return TypeToString(type);
}

// Types of all tensors of the document by name; empty where one is not known.
TypeOfName TypesOf(const Model& model) {
  TypeOfName types = model.types;
  for (const Variable& v : model.variables) types.emplace(v.name, TypeOf(v));
  for (const nnef::Assignment& assignment : model.document.body) {
    for (const std::string& result : assignment.results) types.emplace(result, "");
  }
  return types;
}

}  // namespace

PlacePtr SourceOf(const Model& model, const nnef::Assignment& assignment) {
  return assignment.source < 0 ? nullptr : model.sources[assignment.source];
}

// The body stands at the end of the text, a line an assignment.
void ListOperations(const Model& model, absl::string_view text, EmitReport* report) {
  const TypeOfName types = TypesOf(model);
  const std::vector<nnef::Assignment>& body = model.document.body;
  int64_t line = std::count(text.begin(), text.end(), '\n') - body.size();
  for (const nnef::Assignment& assignment : body) {
    EmittedOperation operation;
    operation.results = assignment.results;
    operation.operation = assignment.value.text;
    operation.line = line++;
    operation.place = SourceOf(model, assignment);
    operation.operands = OperandLister(types).List(assignment.value);
    for (const std::string& result : assignment.results) {
      operation.types.push_back(types.at(result));
    }
    report->operation_list.push_back(std::move(operation));
  }
}

}  // namespace t2n
