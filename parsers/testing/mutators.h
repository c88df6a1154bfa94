// Changes of inputs that leave them what they are, for the fuzzers: a text made of tokens, a pickle
// made of opcodes, a zip whose checksums are right. Of bytes alone nearly every change ends at the
// first check.
#ifndef PARSERS_TESTING_MUTATORS_H_
#define PARSERS_TESTING_MUTATORS_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

namespace t2n::testing {

using Random = std::minstd_rand;

// Source of TorchScript, or JSON: a number becomes one at an edge, a name or string another one of
// the text, a line or what stands in brackets is left out, repeated, or comes in the place of
// another.
std::string MutateText(const std::string& text, Random& random);

// An opcode is left out, repeated elsewhere or gets the argument of another one of its kind; what
// is no pickle comes back as it is.
std::string MutatePickle(const std::string& pickle, Random& random);

// An entry is changed, in a way that its name suggests, left out, or has the bytes of another one.
// What is no zip comes back as it is.
std::string MutateZip(const std::string& zip, Random& random);

// As LLVMFuzzerCustomMutator has to change `data` of `size` bytes, of at most `max_size`: by
// `mutate`, and every fourth time, or if that gave nothing new, byte by byte.
size_t Mutate(std::string (*mutate)(const std::string&, Random&), uint8_t* data, size_t size,
              size_t max_size, unsigned seed);

}  // namespace t2n::testing

#endif  // PARSERS_TESTING_MUTATORS_H_
