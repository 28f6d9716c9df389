// The VM's code: instructions of one operation on operands that name where a value lies (a temporary, a row, the fixed
// region, a constant), so that most IR nodes are one instruction and no loads or stores stand between.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "ir/lowering_support.h"

namespace loopscope {

// Three high bits: the base; the rest: index in doubles.
using Operand = uint32_t;
enum class Base : uint8_t { Temporary, Current, Previous, Fixed, Constant, Next, Derivative };
constexpr int base_shift = 29;
constexpr uint32_t operand_limit = 1u << base_shift;
inline Operand operand(Base base, uint32_t index) { return uint32_t(base) << base_shift | index; }

// Operations beyond those of the IR's table.
enum class VmOp : uint8_t {
#define OP(name, arity, function, polarity) name,
#include "ir/opcodes.def"
#undef OP
#define TABLE_OP(name, arity, function, polarity) name,
#include "ir/table_ops.def"
#undef TABLE_OP
  Move,        // dst = a
  Truth,       // dst = a != 0
  Jump,        // to c
  JumpIfZero,  // a == 0: to c
  JumpIfNotZero,
  JumpUnlessEqual, JumpUnlessNotEqual, JumpUnlessLess, JumpUnlessLessEqual, JumpUnlessGreater, JumpUnlessGreaterEqual,  // a, b, to c
  FirstStep, StepIndex,
  DelayRead,   // dst = buffer c, a steps, b initial
  ConveyorRead,  // dst = conveyor of buffers from c on, a place, b next place
  LevelRead,   // dst = steps since buffer c went beyond a
  ProfileRead, // dst = what comes out of the buffers from c on along the table b, with mean a
  DelayWrite,  // buffer c <- a
  DelaySchedule, // buffer c: the input before it arrives in a steps; b: the kind
  WorkWrite,   // work[a] = b; dst = a + 1
  WorkRead,    // dst = work[a]
  Invert,      // the matrix of c by c at work[a]; dst = a
  AxisIndex,   // dst = axis c
  LoopStart,   // axis a = 0; if extent b is 0 to c
  LoopNext,    // axis a += 1; if < extent b to c
  LoadElement, // dst = element: access c
  StoreElement,// access c <- a
  End,
};

struct Instruction {
  VmOp op;
  Operand dst, a, b, c;
};

// An element of an arrayed variable, its indices computed in loops.
struct ElementAccess {
  Base base;
  uint32_t slot;
  uint32_t size;                   // elements of the variable
  std::vector<IndexMap> indices;   // Computed: expr is the operand that holds the number
  std::vector<uint32_t> strides, extents;
};

struct Bytecode {
  std::vector<Instruction> code;
  uint32_t entry[section_count];
  std::vector<double> constants;
  std::vector<ElementAccess> accesses;
  uint32_t temporaries = 0;
  uint32_t axes = 0;
};

Bytecode compile_bytecode(const Program& program);
std::string print_bytecode(const Program& program, const Bytecode& code);

}  // namespace loopscope
