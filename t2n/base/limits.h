// Every limit the readers put on a hostile file, in one place. Each is far above what real models
// need; a file past one of them is refused with a message that names the limit.
#ifndef T2N_BASE_LIMITS_H_
#define T2N_BASE_LIMITS_H_

#include <cstdint>

namespace t2n::limits {

inline constexpr uint64_t kMaxEntries = 1 << 20;         // entries of an archive
inline constexpr uint64_t kMaxEntryNameBytes = 4096;     // one entry's name
inline constexpr uint64_t kMaxInflatedBytes = 1u << 31;  // one deflated entry, unpacked
inline constexpr uint64_t kMaxDeflateRatio = 1032;       // what the format itself can reach

inline constexpr uint64_t kMaxTextBytes = 256u << 20;    // one code entry, model.json
inline constexpr uint64_t kMaxPickleBytes = 256u << 20;  // one pickle
inline constexpr uint64_t kMaxPickleNodes = 16u << 20;   // values one pickle may build
inline constexpr uint64_t kMaxLongBytes = 1024;          // one Python int in a pickle

inline constexpr int kMaxJsonDepth = 400;                   // arrays and objects in one another
inline constexpr uint64_t kMaxProgramNodes = 4u << 20;      // of a .pt2's graphs
inline constexpr uint64_t kMaxExpressionBytes = 64u << 10;  // of one size

inline constexpr int kMaxValueDepth = 400;                 // containers and objects in one another
inline constexpr uint64_t kMaxExpandedValues = 64u << 20;  // values when all sharing is undone
inline constexpr int kMaxTensorRank = 64;                  // torch's own limit is 64 too
inline constexpr int64_t kMaxComputedTensorBytes = int64_t{1} << 34;  // one result of a kernel
inline constexpr int64_t kMaxTensorElements = int64_t{1} << 48;       // of a tensor of the graph

// Of the program, in one conversion.
inline constexpr int kMaxCallDepth = 256;
inline constexpr int64_t kMaxCalls = 1 << 18;
inline constexpr int64_t kMaxIterations = 100000;  // an unrolled graph of more is of no use
inline constexpr uint64_t kMaxItems = 1000000;     // of a list, tuple or dict
inline constexpr int64_t kMaxIntArgument = int64_t{1} << 31;  // ints that operators calculate with
inline constexpr uint64_t kMaxStringBytes = 16u << 20;        // one string
inline constexpr uint64_t kMaxComputedText = 1u << 30;        // all strings together

}  // namespace t2n::limits

#endif  // T2N_BASE_LIMITS_H_
