// All that shows a difference again without this tool.
#ifndef T2N_VERIFY_BUNDLE_H_
#define T2N_VERIFY_BUNDLE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "proto/conversion.pb.h"
#include "t2n/convert.h"
#include "t2n/verify/divergence.h"

namespace t2n {

struct Bundle {
  const proto::ConversionSpec* spec;
  EvaluatedModel* model;
  std::vector<Tensor> inputs;   // states too
  std::vector<Tensor> outputs;  // the reference evaluator's
  std::string tract_version;
  std::string out;                         // the model that was written
  const Divergence* divergence = nullptr;  // if the node was found
};

// Writes a folder, or a .tgz if the path ends so:
//   model, cut        the model, and the model that ends at the node that differs, or is the call
//                     alone whose results are not of the types that are declared
//   io.npz, cut.npz   inputs in0, in1, ..., and the outputs that each should give, if known
//   spec.textproto    what was converted and how
//   show.py           runs the smallest of the models in tract and compares
// FailedPrecondition if it cannot be written.
absl::Status WriteBundle(const Bundle& bundle, const std::string& path);

}  // namespace t2n

#endif  // T2N_VERIFY_BUNDLE_H_
