package fathom.cpu.codegen;

import fathom.DType;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Emits the nodes of a graph as bytecode: each either inline at its use, or once into a local variable. */
abstract class Emitter {
    static final ClassDesc MEM = desc(Mem.class);

    final CodeBuilder cb;
    final Graph graph;
    final Schedule schedule;
    final int operands;

    /** The local variable that holds the parameter block. */
    final int parameters;

    /** The local variable of each operand's address at the current row. */
    int[] addresses = {};

    /** The local int variable of the index in the row; -1 if the addresses are those of the element itself. */
    int index = -1;

    /** Elements to add to the index: the offset of the current copy of an unrolled body. */
    int shift;

    private final Map<Node, Integer> variables = new HashMap<>();

    Emitter(CodeBuilder cb, Graph graph, Schedule schedule, int operands, int parameters) {
        this.cb = cb;
        this.graph = graph;
        this.schedule = schedule;
        this.operands = operands;
        this.parameters = parameters;
    }

    static ClassDesc desc(Class<?> type) {
        return type.describeConstable().orElseThrow();
    }

    static DType memoryType(Node load) {
        return DType.values()[(int) (load.bits & 255)];
    }

    static int operand(Node load) {
        return (int) (load.bits >> 8);
    }

    /** Emits code that pushes a node's value. */
    abstract void emit(Node n);

    abstract TypeKind kind(Lane lane);

    /** Emits code that stores the root's value in operand {@code k}. */
    abstract void store(Lowering.Root root, int k);

    final void push(Node n) {
        var variable = variables.get(n);
        if (variable != null) {
            cb.loadLocal(kind(n.lane), variable);
        } else {
            emit(n);
        }
    }

    /** Emits code that computes the variables of a level. */
    final void enter(int level) {
        for (var n : schedule.variables(level)) {
            assign(n);
        }
    }

    private void assign(Node n) {
        if (!variables.containsKey(n)) {
            emit(n);
            int variable = cb.allocateLocal(kind(n.lane));
            cb.storeLocal(kind(n.lane), variable);
            variables.put(n, variable);
        }
    }

    /**
     * Discards the variables of a level and of the levels inside it, which are not in scope in the code emitted next.
     */
    final void leave(int level) {
        variables.keySet().removeIf(n -> schedule.level(n) >= level);
    }

    /** Emits code that computes all outputs, then stores them: an output may share memory with an input. */
    final void storeAll(List<Lowering.Root> roots, int firstOutput) {
        computeAll(roots);
        for (int i = 0; i < roots.size(); i++) {
            store(roots.get(i), firstOutput + i);
        }
    }

    final void computeAll(List<Lowering.Root> roots) {
        enter(Schedule.ELEMENT);
        if (roots.size() > 1) {
            roots.forEach(root -> {
                if (!root.value().isConst()) {
                    assign(root.value());
                }
            });
        }
    }

    /** Pushes the address of the current element (or vector) of an operand. */
    final void pushAddress(int k, int elementSize, boolean uniform) {
        cb.lload(addresses[k]);
        if (uniform) {
            return;
        }
        if (index >= 0) {
            cb.iload(index).i2l();
            int log = Integer.numberOfTrailingZeros(elementSize);
            if (log > 0) {
                cb.loadConstant(log).lshl();
            }
            cb.ladd();
        }
        if (shift > 0) {
            cb.loadConstant((long) shift * elementSize).ladd();
        }
    }

    /** Pushes the scalar in the lane's type. */
    final void pushScalar(Node n) {
        int at = Parameters.scalar(operands, (int) n.bits);
        pushParameter(n.lane.isFloating() ? at : at + 1);
        switch (n.lane) {
            case F64 -> longBitsToDouble();
            case F32 -> {
                longBitsToDouble();
                cb.d2f();
            }
            case I32 -> cb.l2i();
            case I64 -> {}
            case BOOL -> cb.lconst_0().lcmp().dup().imul(); // -1, 0, 1 squared
        }
    }

    private void longBitsToDouble() {
        cb.invokestatic(
                ConstantDescs.CD_Double,
                "longBitsToDouble",
                MethodTypeDesc.of(ConstantDescs.CD_double, ConstantDescs.CD_long));
    }

    final void pushParameter(int at) {
        cb.aload(parameters).loadConstant(at).laload();
    }

    /** Pushes a constant in the lane's type. */
    final void pushConstant(Node n) {
        switch (n.lane) {
            case F32 -> cb.loadConstant((float) n.asDouble());
            case F64 -> cb.loadConstant(n.asDouble());
            case I64 -> cb.loadConstant(n.bits);
            case I32, BOOL -> cb.loadConstant((int) n.bits);
        }
    }

    /** Replaces the address on the stack by the element there, in the lane's scalar type. */
    final void loadScalar(DType memory) {
        loadScalar(cb, memory);
    }

    static void loadScalar(CodeBuilder cb, DType memory) {
        String name =
                switch (memory) {
                    case FLOAT32 -> "f32";
                    case FLOAT64 -> "f64";
                    case INT64 -> "i64";
                    case INT32 -> "i32";
                    case INT16, BFLOAT16, FLOAT16 -> "i16";
                    case INT8 -> "i8";
                    case UINT8 -> "u8";
                    case BOOL -> "bool";
                };
        var result =
                switch (memory) {
                    case FLOAT32 -> ConstantDescs.CD_float;
                    case FLOAT64 -> ConstantDescs.CD_double;
                    case INT64 -> ConstantDescs.CD_long;
                    case INT32, UINT8, BOOL -> ConstantDescs.CD_int;
                    case INT16, BFLOAT16, FLOAT16 -> ConstantDescs.CD_short;
                    case INT8 -> ConstantDescs.CD_byte;
                };
        cb.invokestatic(MEM, name, MethodTypeDesc.of(result, ConstantDescs.CD_long));
    }

    /** Stores the value on the stack at the address below it. */
    static void storeScalar(CodeBuilder cb, DType memory) {
        String name =
                switch (memory) {
                    case FLOAT32 -> "f32";
                    case FLOAT64 -> "f64";
                    case INT64 -> "i64";
                    case INT32 -> "i32";
                    case INT16, BFLOAT16, FLOAT16 -> "i16";
                    case INT8, UINT8, BOOL -> "i8";
                };
        var value =
                switch (memory) {
                    case FLOAT32 -> ConstantDescs.CD_float;
                    case FLOAT64 -> ConstantDescs.CD_double;
                    case INT64 -> ConstantDescs.CD_long;
                    default -> ConstantDescs.CD_int;
                };
        cb.invokestatic(MEM, name, MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_long, value));
    }
}
