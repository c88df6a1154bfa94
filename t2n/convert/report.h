// What a conversion did, for programs: ConversionReport, and its files.
#ifndef T2N_CONVERT_REPORT_H_
#define T2N_CONVERT_REPORT_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "emit/emit.h"
#include "proto/conversion.pb.h"
#include "t2n/program/program.h"

namespace t2n {

// Fills in what is known of a model once it is written: interface, open sizes, states, operations,
// weights. `emit` is what it was written with. What was not written may be described too, as far as
// `emitted` goes.
void DescribeModel(const Graph& graph, const std::vector<StateTensor>& states, const EmitSpec& emit,
                   const EmitReport& emitted, proto::ConversionReport* report);

// A place, and what Place::ToString made of one.
proto::PlaceInfo DescribePlace(const Place& place);
proto::PlaceInfo ParsePlace(const std::string& text);

// Those of the nodes that the target has no form for.
std::vector<proto::PlaceInfo> PlacesOf(const EmitReport& emitted);

// `Conv at code/__torch__/net.py:12:4 (module conv1)`; of composites their own name.
std::string DescribeNode(const Node& node);

// `20 variables, 11.2 MB, 61 operations, x f32[1,3,224,224] -> output f32[1,1000]`
std::string Summary(const proto::ConversionReport& report);

// The report as JSON, its fields named as in the .proto.
absl::StatusOr<std::string> ReportJson(const proto::ConversionReport& report);

// The report as WriteReport has it.
absl::StatusOr<std::string> ReportText(const proto::ConversionReport& report,
                                       absl::string_view path);

// Writes the report's text at `path`. The file appears whole or not at all.
absl::Status WriteReportText(absl::string_view text, const std::string& path);

// Writes the report at `path`: in protobuf's text format if it ends in .textproto or .txtpb, as
// JSON otherwise. The file appears whole or not at all.
absl::Status WriteReport(const proto::ConversionReport& report, const std::string& path);

}  // namespace t2n

#endif  // T2N_CONVERT_REPORT_H_
