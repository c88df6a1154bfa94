// How torch's interpreter writes numbers (operator<< of IValue, ATen/core/ivalue.cpp).
#ifndef T2N_VALUES_TEXT_H_
#define T2N_VALUES_TEXT_H_

#include <complex>
#include <string>

namespace t2n {

// Stands before what is written of values that are not known at conversion: a text with it can be
// put into others and into messages, nothing else is known of it.
inline constexpr char kOpenMark = '\x1a';
inline bool IsOpenText(const std::string& text) {
  return text.find(kOpenMark) != std::string::npos;
}

// `100000.`, `0.10000000000000001`, `1e+20`, `-nan`
std::string FloatText(double value);
// `3.+4.j`
std::string ComplexText(std::complex<double> value);

}  // namespace t2n

#endif  // T2N_VALUES_TEXT_H_
