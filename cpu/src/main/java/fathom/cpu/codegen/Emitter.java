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

/** Prints the nodes of a graph as bytecode: each either where it is used, or once into a local variable. */
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

    /** The local variable of the place in the row, an int; -1 where addresses are those of the element itself. */
    int index = -1;

    /** Elements to add to the index: which copy of an unrolled body is printed. */
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

    /** Puts a node's value on the stack. */
    abstract void print(Node n);

    abstract TypeKind kind(Lane lane);

    /** Pushes the address of operand {@code k} before, and the value's store after; the value is that of the root. */
    abstract void store(Lowering.Root root, int k);

    final void push(Node n) {
        var variable = variables.get(n);
        if (variable != null) {
            cb.loadLocal(kind(n.lane), variable);
        } else {
            print(n);
        }
    }

    /** Computes the variables of a level. */
    final void enter(int level) {
        for (var n : schedule.variables(level)) {
            assign(n);
        }
    }

    private void assign(Node n) {
        if (!variables.containsKey(n)) {
            print(n);
            int variable = cb.allocateLocal(kind(n.lane));
            cb.storeLocal(kind(n.lane), variable);
            variables.put(n, variable);
        }
    }

    /** Forgets the variables of a level and of those inside it: what is printed next is not reached from there. */
    final void leave(int level) {
        variables.keySet().removeIf(n -> schedule.level(n) >= level);
    }

    /** Computes the element's variables and stores the outputs; all are computed before the first is stored. */
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

    /** With an address on the stack: replaces it by the element there, in the scalar type of the lane. */
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

    /** With an address and a value on the stack: writes it. */
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
