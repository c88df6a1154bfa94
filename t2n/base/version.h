// The version of the tool, as `--version`, reports and properties of models say it.
#ifndef T2N_BASE_VERSION_H_
#define T2N_BASE_VERSION_H_

namespace t2n {

inline constexpr char kVersion[] = "1.0.0";

}  // namespace t2n

#endif  // T2N_BASE_VERSION_H_
