// Small graphs, their inputs and what they must give: written as models for a runtime to run.
#ifndef EMIT_TESTING_CASES_H_
#define EMIT_TESTING_CASES_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "t2n/builder/builder.h"

namespace t2n::testing {

struct Case {
  std::string name;
  // Gets one Val an input; returns the outputs.
  std::function<std::vector<Val>(Builder&, const std::vector<Val>&)> build;
  std::vector<Tensor> inputs;
  // Input shapes if they are symbolic, and what the symbols are in this run.
  std::vector<Shape> shapes;
  std::map<std::string, int64_t> symbols;
};

using Cases = std::vector<Case>;

Cases ElementwiseCases();
Cases LayoutCases();
Cases ReduceCases();
Cases LinearCases();
Cases IndexCases();
Cases BodyCases();

// Values spread over [low, high] in a fixed pseudo-random order; integers are rounded.
Tensor Spread(DType dtype, std::vector<int64_t> sizes, double low = -2, double high = 2);
Tensor Of(DType dtype, std::vector<int64_t> sizes, const std::vector<double>& values);

}  // namespace t2n::testing

#endif  // EMIT_TESTING_CASES_H_
