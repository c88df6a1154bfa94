// The one door for embedding: from an archive to an NNEF model.
#ifndef T2N_CONVERT_H_
#define T2N_CONVERT_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "emit/emit.h"
#include "proto/conversion.pb.h"
#include "t2n/ir/graph.h"
#include "t2n/program/program.h"
#include "t2n/progress.h"

namespace t2n {

// A conversion that failed says why in `causes`, a line each; the last one is a summary.
struct ConversionFailure {
  std::vector<std::string> causes;
  std::vector<std::string> warnings;  // what may be behind it: sizes that look frozen
};

// A model read and evaluated, before it is written.
struct EvaluatedModel {
  std::unique_ptr<Graph> graph;
  std::vector<StateTensor> states;
  std::vector<std::string> warnings;
  EmitSpec emit;
};

// InvalidArgument if the fields cannot be what they have to be, whatever the model is.
absl::Status CheckSpec(const proto::ConversionSpec& spec);

// Reads the archive and evaluates the method; nothing is written. `failure` and `progress` may be
// null.
absl::StatusOr<EvaluatedModel> Evaluate(const proto::ConversionSpec& spec,
                                        ConversionFailure* failure, Progress* progress = nullptr);

// Writes a model that was evaluated, at its emit.path. On failure nothing changes there.
absl::StatusOr<proto::ConversionReport> Write(const EvaluatedModel& model,
                                              ConversionFailure* failure,
                                              Progress* progress = nullptr);

// Evaluates and writes. On failure nothing changes at spec.out. The model that was written is left
// in `kept` if that is not null.
absl::StatusOr<proto::ConversionReport> Convert(const proto::ConversionSpec& spec,
                                                ConversionFailure* failure = nullptr,
                                                Progress* progress = nullptr,
                                                EvaluatedModel* kept = nullptr);

}  // namespace t2n

#endif  // T2N_CONVERT_H_
