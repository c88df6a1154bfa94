// How torch's interpreter writes numbers (operator<< of IValue, ATen/core/ivalue.cpp).
#ifndef T2N_SCRIPT_TEXT_H_
#define T2N_SCRIPT_TEXT_H_

#include <complex>
#include <string>

namespace t2n::script {

// `100000.`, `0.10000000000000001`, `1e+20`, `-nan`
std::string FloatText(double value);
// `3.+4.j`
std::string ComplexText(std::complex<double> value);

}  // namespace t2n::script

#endif  // T2N_SCRIPT_TEXT_H_
