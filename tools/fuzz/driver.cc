// Runs a fuzz target without libFuzzer, always in the same way: on every seed, then on changes of
// seeds; without seeds on random bytes.
//
//   PROGRAM [--runs=N] [--seed=N] [SEED_FILE...]
//
// When the target crashes, the input that did it is written to crash-input in the folder
// $TEST_UNDECLARED_OUTPUTS_DIR, or here; give it as SEED_FILE with --runs=0 to see it again.
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
// What some targets bring, as for libFuzzer: a change of an input that leaves it what it is.
extern "C" size_t __attribute__((weak))
LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size, unsigned seed);

namespace {

using Bytes = std::vector<uint8_t>;

const Bytes* current = nullptr;

void OnCrash(int signal) {
  const char* folder = std::getenv("TEST_UNDECLARED_OUTPUTS_DIR");
  std::string path = std::string(folder ? folder : ".") + "/crash-input";
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(current->data()), current->size());
  std::fprintf(stderr, "signal %d; the input is in %s\n", signal, path.c_str());
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void Run(const Bytes& input) {
  current = &input;
  LLVMFuzzerTestOneInput(input.data(), input.size());
}

// One of the changes that find most: bits, edge numbers, and parts of the input or of another put
// in, left out or repeated.
void Change(Bytes& bytes, const Bytes& other, std::mt19937_64& random) {
  auto below = [&](size_t n) { return n == 0 ? 0 : random() % n; };
  size_t at = below(bytes.size()), length = below(std::min<size_t>(bytes.size() - at, 64)) + 1;
  length = std::min(length, bytes.size() - at);
  switch (below(6)) {
    case 0:
      if (!bytes.empty()) bytes[at] ^= 1 << below(8);
      break;
    case 1: {
      constexpr uint8_t kEdges[] = {0x00, 0x01, 0x7f, 0x80, 0xff, '(', ')', '.', '\n', ' '};
      if (!bytes.empty()) bytes[at] = kEdges[below(sizeof kEdges)];
      break;
    }
    case 2:
      bytes.erase(bytes.begin() + at, bytes.begin() + at + length);
      break;
    case 3: {
      Bytes part(bytes.begin() + at, bytes.begin() + at + length);
      size_t to = below(bytes.size() + 1);
      bytes.insert(bytes.begin() + to, part.begin(), part.end());
      break;
    }
    case 4: {
      size_t from = below(other.size());
      size_t take = std::min<size_t>(other.size() - from, below(64) + 1);
      bytes.insert(bytes.begin() + at, other.begin() + from, other.begin() + from + take);
      break;
    }
    case 5:
      for (size_t i = 0; i < length; ++i) bytes[at + i] = static_cast<uint8_t>(random());
      break;
  }
}

constexpr size_t kMostBytes = 1 << 20;  // of a changed input

// A change of `input`, by the target's own means if it has such.
void ChangeAny(Bytes& input, const Bytes& other, std::mt19937_64& random) {
  if (LLVMFuzzerCustomMutator == nullptr || input.size() > kMostBytes || random() % 2 == 0) {
    return Change(input, other, random);
  }
  const size_t size = input.size();
  input.resize(kMostBytes);
  input.resize(LLVMFuzzerCustomMutator(input.data(), size, input.size(), random()));
}

long Number(const char* argument, const char* flag, long otherwise) {
  size_t n = std::strlen(flag);
  return std::strncmp(argument, flag, n) == 0 ? std::atol(argument + n) : otherwise;
}

}  // namespace

// For the targets' own changes, as libFuzzer has it.
extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size) {
  static std::mt19937_64* const random = new std::mt19937_64(0);
  Bytes bytes(data, data + size);
  Change(bytes, bytes, *random);
  if (bytes.size() > max_size) bytes.resize(max_size);
  std::copy(bytes.begin(), bytes.end(), data);
  return bytes.size();
}

int main(int argc, char** argv) {
  long runs = 1000, seed = 0;
  std::vector<Bytes> seeds;
  for (int i = 1; i < argc; ++i) {
    runs = Number(argv[i], "--runs=", runs);
    seed = Number(argv[i], "--seed=", seed);
    if (argv[i][0] == '-') continue;
    std::ifstream file(argv[i], std::ios::binary);
    seeds.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  for (int signal : {SIGSEGV, SIGABRT, SIGFPE, SIGBUS, SIGILL, SIGALRM}) {
    std::signal(signal, OnCrash);
  }
  for (const Bytes& s : seeds) Run(s);
  std::mt19937_64 random(seed);
  for (long i = 0; i < runs && seeds.empty(); ++i) {
    Bytes input(256);
    for (uint8_t& b : input) b = static_cast<uint8_t>(random());
    Run(input);
  }
  for (long i = 0; i < runs && !seeds.empty(); ++i) {
    Bytes input = seeds[random() % seeds.size()];
    const Bytes& other = seeds[random() % seeds.size()];
    for (size_t changes = random() % 8 + 1; changes > 0; --changes) ChangeAny(input, other, random);
    Run(input);
  }
  std::printf("%zu seeds and %ld changes of them\n", seeds.size(), runs);
  return 0;
}
