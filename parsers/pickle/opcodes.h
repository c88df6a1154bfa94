// The opcodes of Python's pickle format (pickletools.opcodes), protocols 0 to 5.
#ifndef PARSERS_PICKLE_OPCODES_H_
#define PARSERS_PICKLE_OPCODES_H_

#include <cstdint>

namespace t2n::pickle {

// X(name, code): what the reader understands.
#define T2N_PICKLE_READ_OPCODES(X) \
  X(PROTO, 0x80)                   \
  X(STOP, '.')                     \
  X(FRAME, 0x95)                   \
  X(MARK, '(')                     \
  X(POP, '0')                      \
  X(POP_MARK, '1')                 \
  X(DUP, '2')                      \
  X(NONE, 'N')                     \
  X(NEWTRUE, 0x88)                 \
  X(NEWFALSE, 0x89)                \
  X(BININT, 'J')                   \
  X(BININT1, 'K')                  \
  X(BININT2, 'M')                  \
  X(LONG1, 0x8a)                   \
  X(LONG4, 0x8b)                   \
  X(BINFLOAT, 'G')                 \
  X(BINUNICODE, 'X')               \
  X(SHORT_BINUNICODE, 0x8c)        \
  X(BINUNICODE8, 0x8d)             \
  X(SHORT_BINSTRING, 'U')          \
  X(BINSTRING, 'T')                \
  X(SHORT_BINBYTES, 'C')           \
  X(BINBYTES, 'B')                 \
  X(BINBYTES8, 0x8e)               \
  X(BYTEARRAY8, 0x96)              \
  X(EMPTY_TUPLE, ')')              \
  X(TUPLE, 't')                    \
  X(TUPLE1, 0x85)                  \
  X(TUPLE2, 0x86)                  \
  X(TUPLE3, 0x87)                  \
  X(EMPTY_LIST, ']')               \
  X(LIST, 'l')                     \
  X(APPEND, 'a')                   \
  X(APPENDS, 'e')                  \
  X(EMPTY_DICT, '}')               \
  X(DICT, 'd')                     \
  X(SETITEM, 's')                  \
  X(SETITEMS, 'u')                 \
  X(EMPTY_SET, 0x8f)               \
  X(ADDITEMS, 0x90)                \
  X(FROZENSET, 0x91)               \
  X(GLOBAL, 'c')                   \
  X(STACK_GLOBAL, 0x93)            \
  X(REDUCE, 'R')                   \
  X(NEWOBJ, 0x81)                  \
  X(BUILD, 'b')                    \
  X(BINPERSID, 'Q')                \
  X(BINPUT, 'q')                   \
  X(LONG_BINPUT, 'r')              \
  X(MEMOIZE, 0x94)                 \
  X(BINGET, 'h')                   \
  X(LONG_BINGET, 'j')

// X(name, code): known, and refused by name; torch writes none of them.
#define T2N_PICKLE_REFUSED_OPCODES(X) \
  X(INT, 'I')                         \
  X(LONG, 'L')                        \
  X(FLOAT, 'F')                       \
  X(STRING, 'S')                      \
  X(UNICODE, 'V')                     \
  X(PERSID, 'P')                      \
  X(INST, 'i')                        \
  X(OBJ, 'o')                         \
  X(PUT, 'p')                         \
  X(GET, 'g')                         \
  X(EXT1, 0x82)                       \
  X(EXT2, 0x83)                       \
  X(EXT4, 0x84)                       \
  X(NEWOBJ_EX, 0x92)                  \
  X(NEXT_BUFFER, 0x97)                \
  X(READONLY_BUFFER, 0x98)

enum Opcode : uint8_t {
#define T2N_OPCODE(name, code) name = code,
  T2N_PICKLE_READ_OPCODES(T2N_OPCODE) T2N_PICKLE_REFUSED_OPCODES(T2N_OPCODE)
#undef T2N_OPCODE
};

// The name in pickletools, or nullptr.
constexpr const char* OpcodeName(uint8_t code) {
  switch (code) {
#define T2N_OPCODE(name, value) \
  case name:                    \
    return #name;
    T2N_PICKLE_READ_OPCODES(T2N_OPCODE)
    T2N_PICKLE_REFUSED_OPCODES(T2N_OPCODE)
#undef T2N_OPCODE
    default:
      return nullptr;
  }
}

}  // namespace t2n::pickle

#endif  // PARSERS_PICKLE_OPCODES_H_
