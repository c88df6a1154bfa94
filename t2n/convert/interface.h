// The inputs and outputs of a model: which there are, and their names.
#ifndef T2N_CONVERT_INTERFACE_H_
#define T2N_CONVERT_INTERFACE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "proto/conversion.pb.h"
#include "t2n/ir/graph.h"
#include "t2n/program/program.h"

namespace t2n {

// Given names; else names from the result's structure, from the script's variables, or `output`.
// InvalidArgument if there are not as many as outputs and check_io_names_qte_match is not off, or
// if an output has the name of an input that it is not.
absl::Status NameOutputs(const proto::ConversionSpec& spec, Graph* graph);
absl::Status NameInputs(const proto::ConversionSpec& spec, Graph* graph);

// Leaves out the outputs that are called `_`. InvalidArgument if none stays, or if one is state.
absl::Status DropOutputs(Graph* graph, std::vector<StateTensor>* states);

// InvalidArgument if an input and an output are given one name that --allow_same_io_names does not
// allow.
absl::Status CheckSharedNames(const proto::ConversionSpec& spec);

// InvalidArgument if --cut names a tensor twice.
absl::Status CheckCut(const proto::ConversionSpec& spec);

// InvalidArgument if the names given by --`flag` are no identifiers or not distinct.
absl::Status CheckNames(absl::string_view flag,
                        const google::protobuf::RepeatedPtrField<std::string>& names);

}  // namespace t2n

#endif  // T2N_CONVERT_INTERFACE_H_
