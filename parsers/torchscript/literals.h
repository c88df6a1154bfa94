// Values of literal tokens. Internal to the parser.
#ifndef PARSERS_TORCHSCRIPT_LITERALS_H_
#define PARSERS_TORCHSCRIPT_LITERALS_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace t2n::torchscript {

// False when `text` ("12", "-9223372036854775808") does not fit in 64 bits.
bool DecodeInt(absl::string_view text, int64_t& value);

// `text`: "1.5", "1.e-05", "inf", "nan". Values past double's range become infinite, as in Python.
double DecodeFloat(absl::string_view text);

// Appends what the string literal `literal` (with its quotes) holds. False on a malformed escape.
bool DecodeString(absl::string_view literal, std::string& value);

}  // namespace t2n::torchscript

#endif  // PARSERS_TORCHSCRIPT_LITERALS_H_
