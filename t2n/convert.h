// The one door for embedding: from an archive to an NNEF model.
#ifndef T2N_CONVERT_H_
#define T2N_CONVERT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "emit/container.h"
#include "emit/emit.h"
#include "proto/conversion.pb.h"
#include "t2n/base/progress.h"
#include "t2n/ir/graph.h"
#include "t2n/program/cut.h"
#include "t2n/program/program.h"

namespace t2n {

// A conversion that failed says why in `causes`, a line each; the last one is a summary.
struct ConversionFailure {
  std::vector<std::string> causes;
  std::vector<std::string> warnings;     // what may be behind it: sizes that look frozen
  std::vector<proto::PlaceInfo> places;  // where it is in the program, as far as that is known
};

// Says in `report` why a conversion failed: with `status`, and with the rest as it was told.
void DescribeFailure(const absl::Status& status, const ConversionFailure& failure,
                     proto::ConversionReport* report);

// A model read and evaluated, before it is written.
struct EvaluatedModel {
  std::unique_ptr<Graph> graph;
  std::vector<StateTensor> states;
  std::vector<std::string> warnings;
  EmitSpec emit;
  std::string graph_text;     // what print_graph of the spec asks for
  int64_t archive_bytes = 0;  // of the archive's tensors that the program has
};

// InvalidArgument if the fields cannot be what they have to be, whatever the model is.
absl::Status CheckSpec(const proto::ConversionSpec& spec);

// Reads the archive and evaluates the method, within the spec's limits; nothing is written.
// `failure` and `progress` may be null.
absl::StatusOr<EvaluatedModel> Evaluate(const proto::ConversionSpec& spec,
                                        ConversionFailure* failure, Progress* progress = nullptr);

// Evaluate, where a failure leaves in `model` what was known by then: warnings and, unless null, a
// graph whose outputs are what was computed and not read yet.
absl::Status EvaluateAsFarAsItGoes(const proto::ConversionSpec& spec, EvaluatedModel* model,
                                   ConversionFailure* failure, Progress* progress = nullptr);

// The tensors that spec.cut can end the model at, in the order in which they are computed. A
// failure leaves in `tensors` those that were computed before it.
absl::Status ListTensors(const proto::ConversionSpec& spec, ConversionFailure* failure,
                         Progress* progress, std::vector<InnerTensor>* tensors);

// Writes a model that was evaluated, at its emit.path, without limits. On failure nothing changes
// there.
absl::StatusOr<proto::ConversionReport> Write(const EvaluatedModel& model,
                                              ConversionFailure* failure,
                                              Progress* progress = nullptr);

// Evaluates and writes, within the spec's limits of time, memory and output: past them
// ResourceExhausted with the limit's name. Time is looked at between operations and tensors; memory
// is what is charged (docs/limits.md), not what the process holds. With print_graph, evaluates
// alone. On failure nothing changes at spec.out. The model that was written is left in `kept` if
// that is not null.
absl::StatusOr<proto::ConversionReport> Convert(const proto::ConversionSpec& spec,
                                                ConversionFailure* failure = nullptr,
                                                Progress* progress = nullptr,
                                                EvaluatedModel* kept = nullptr);

// What takes the place of paths.
struct ConversionBuffers {
  // The archive, whose bytes stay as they are until the model is written, and as long as one is
  // kept; spec.model is what messages call it.
  std::optional<absl::string_view> archive;
  // Gets the model, empty on failure: a .nnef.tgz if spec.compression_level is 1 to 9, else a
  // .nnef.tar. spec.out is not read then. May be null.
  std::string* model = nullptr;
  // spec.out, opened by the caller (OpenStaging). May be null.
  const OpenedStaging* output = nullptr;
};

// As Convert, from or to memory.
absl::StatusOr<proto::ConversionReport> ConvertBuffers(const proto::ConversionSpec& spec,
                                                       const ConversionBuffers& buffers,
                                                       ConversionFailure* failure = nullptr,
                                                       Progress* progress = nullptr,
                                                       EvaluatedModel* kept = nullptr);

}  // namespace t2n

#endif  // T2N_CONVERT_H_
