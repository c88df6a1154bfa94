// The command's flags, read off the fields of ConversionSpec and CommandOptions: what a field's
// option `flag` says is all that parsing and help know of it.
#ifndef T2N_CONVERT_FLAGS_H_
#define T2N_CONVERT_FLAGS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "proto/conversion.pb.h"

namespace t2n {

struct FlagRow {
  std::string name;  // without dashes
  const google::protobuf::FieldDescriptor* field;
  proto::Flag flag;

  // Given without a value, or as `--name=false`.
  bool is_switch() const;
};

// In the order of the fields; fields that are no flags are left out.
const std::vector<FlagRow>& AllFlags();

// Sets the field of `row` in `message`, whose type has it. The values of a list take the place of
// those that are there. InvalidArgument if a value cannot be the flag's.
absl::Status SetFlag(const FlagRow& row, const std::vector<std::string>& values,
                     google::protobuf::Message* message);

// Makes `target` say what `nnef_spec_strict` does. InvalidArgument if it says another.
absl::Status SettleTarget(proto::ConversionSpec* spec);

// The flag's name that is closest to `name`; empty if none is close.
std::string NearestFlag(absl::string_view name);

}  // namespace t2n

#endif  // T2N_CONVERT_FLAGS_H_
