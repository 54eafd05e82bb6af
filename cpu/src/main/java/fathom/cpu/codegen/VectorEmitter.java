package fathom.cpu.codegen;

import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_byte;
import static java.lang.constant.ConstantDescs.CD_double;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import fathom.DType;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Emits a graph as vector code: numbers are vectors, all with the same number of lanes, and booleans are masks. Masks
 * in variables have the kernel's canonical lane (int, or long in wide kernels) and are cast at each use.
 */
final class VectorEmitter extends Emitter {
    private static final ClassDesc VECTOR = desc(Vector.class);
    private static final ClassDesc MASK = desc(VectorMask.class);
    private static final ClassDesc SPECIES = desc(VectorSpecies.class);
    private static final ClassDesc OPERATORS = desc(VectorOperators.class);
    private static final ClassDesc BINARY = desc(VectorOperators.Binary.class);
    private static final ClassDesc ASSOCIATIVE = desc(VectorOperators.Associative.class);
    private static final ClassDesc COMPARISON = desc(VectorOperators.Comparison.class);
    private static final ClassDesc CONVERSION = desc(VectorOperators.Conversion.class);
    private static final ClassDesc SEGMENT = desc(MemorySegment.class);
    private static final ClassDesc ORDER = desc(ByteOrder.class);
    private static final ClassDesc LANES = desc(Lanes.class);
    private static final ClassDesc CLASS = desc(Class.class);
    private static final ClassDesc OBJECT = desc(Object.class);
    private static final ClassDesc BYTES = desc(ByteVector.class);
    private static final ClassDesc SHORTS = desc(ShortVector.class);

    private final String suffix;
    private final Lane canonical;
    private final List<Node> guards = new ArrayList<>();

    VectorEmitter(CodeBuilder cb, Graph graph, Schedule schedule, int operands, int parameters, boolean wide) {
        super(cb, graph, schedule, operands, parameters);
        this.suffix = wide ? "_64" : "_32";
        this.canonical = wide ? Lane.I64 : Lane.I32;
        for (var n : schedule.order()) {
            if (n.op == Op.GUARD) {
                guards.add(n);
            }
        }
    }

    @Override
    TypeKind kind(Lane lane) {
        return TypeKind.REFERENCE;
    }

    static ClassDesc vector(Lane lane) {
        return switch (lane) {
            case F32 -> desc(FloatVector.class);
            case F64 -> desc(DoubleVector.class);
            case I32 -> desc(IntVector.class);
            case I64 -> desc(LongVector.class);
            case BOOL -> MASK;
        };
    }

    private static ClassDesc element(Lane lane) {
        return switch (lane) {
            case F32 -> CD_float;
            case F64 -> CD_double;
            case I32 -> CD_int;
            case I64 -> CD_long;
            case BOOL -> CD_boolean;
        };
    }

    boolean hasGuards() {
        return !guards.isEmpty();
    }

    /** Pushes whether some lane needs the scalar code. The element's variables must be computed already. */
    void pushAnyGuard() {
        for (int i = 0; i < guards.size(); i++) {
            pushMask(guards.get(i).args[0], canonical);
            if (i > 0) {
                cb.invokevirtual(MASK, "or", MethodTypeDesc.of(MASK, MASK));
            }
        }
        cb.invokevirtual(MASK, "anyTrue", MethodTypeDesc.of(CD_boolean));
    }

    void species(String name) {
        cb.getstatic(LANES, name + suffix, SPECIES);
    }

    void species(Lane lane) {
        species(lane == Lane.BOOL ? canonical.name() : lane.name());
    }

    private void constant(String operator, ClassDesc type) {
        cb.getstatic(OPERATORS, operator, type);
    }

    @Override
    void store(Lowering.Root root, int k) {
        var value = root.value();
        pushAs(root.memory(), value.lane, () -> push(value));
        cb.getstatic(MEM, "ALL", SEGMENT);
        pushAddress(k, root.memory().size(), false);
        intoMemory(root.memory(), value.lane);
    }

    /** Stores the vector (or mask) in a variable at the address in another. */
    void storeVector(Lane lane, int variable, int address) {
        var memory = Accumulator.memory(lane);
        pushAs(memory, lane, () -> pushVariable(lane, variable));
        cb.getstatic(MEM, "ALL", SEGMENT);
        cb.lload(address);
        intoMemory(memory, lane);
    }

    /** Loads the vector of numbers at the address in a variable. */
    void loadVector(Lane lane, int address) {
        species(lane);
        cb.getstatic(MEM, "ALL", SEGMENT);
        cb.lload(address);
        cb.getstatic(LANES, "LE", ORDER);
        var type = vector(lane);
        cb.invokestatic(type, "fromMemorySegment", MethodTypeDesc.of(type, SPECIES, SEGMENT, CD_long, ORDER));
    }

    /**
     * Pushes the vector (or mask) in a loop-carried variable, cast to its class. The JIT compiler does not know the
     * class of such a variable and, unless the profile is conclusive, boxes each vector and calls its methods
     * virtually. The cast, which is free in compiled code, tells it the class.
     */
    void pushVariable(Lane lane, int variable) {
        cb.getstatic(LANES, lane.name() + suffix + "_TYPE", CLASS);
        cb.aload(variable);
        cb.invokevirtual(CLASS, "cast", MethodTypeDesc.of(OBJECT, OBJECT));
        cb.checkcast(vector(lane));
    }

    /** Pushes a value as a vector of the type in memory. */
    private void pushAs(DType memory, Lane lane, Runnable push) {
        switch (memory) {
            case BOOL -> {
                species("B8");
                cb.invokestatic(BYTES, "zero", MethodTypeDesc.of(BYTES, SPECIES));
                cb.iconst_1();
                push.run();
                castMask("B8");
                cb.invokevirtual(BYTES, "blend", MethodTypeDesc.of(BYTES, CD_byte, MASK));
            }
            case INT8, UINT8 -> {
                push.run();
                convert("I2B", "B8", BYTES);
            }
            case INT16, BFLOAT16, FLOAT16 -> {
                push.run();
                convert("I2S", "S16", SHORTS);
            }
            default -> push.run();
        }
    }

    /** Stores a vector; the vector, the segment and the address are on the stack. */
    private void intoMemory(DType memory, Lane lane) {
        var type =
                switch (memory) {
                    case BOOL, INT8, UINT8 -> BYTES;
                    case INT16, BFLOAT16, FLOAT16 -> SHORTS;
                    default -> vector(lane);
                };
        cb.getstatic(LANES, "LE", ORDER);
        cb.invokevirtual(type, "intoMemorySegment", MethodTypeDesc.of(CD_void, SEGMENT, CD_long, ORDER));
    }

    /** Converts the vector on the stack, lane by lane. */
    private void convert(String conversion, String species, ClassDesc to) {
        constant(conversion, CONVERSION);
        species(species);
        cb.iconst_0();
        cb.invokevirtual(VECTOR, "convertShape", MethodTypeDesc.of(VECTOR, CONVERSION, SPECIES, CD_int));
        cb.checkcast(to);
    }

    private void castMask(String species) {
        species(species);
        cb.invokevirtual(MASK, "cast", MethodTypeDesc.of(MASK, SPECIES));
    }

    /** Pushes a boolean as a mask of {@code lane}. */
    void pushMask(Node n, Lane lane) {
        push(n);
        if (lane != canonical) {
            castMask(lane.name());
        }
    }

    @Override
    void emit(Node n) {
        switch (n.op) {
            case LOAD -> load(n);
            case SCALAR -> {
                pushScalar(n);
                broadcast(n.lane);
            }
            case CONST -> {
                pushConstant(n);
                broadcast(n.lane);
            }
            case GUARD -> push(n.args[2]);
            case SELECT -> select(n);
            case EQ, NE, LT, LE, GT, GE -> {
                var lane = n.args[0].lane;
                push(n.args[0]);
                constant(n.op.name(), COMPARISON);
                push(n.args[1]);
                cb.invokevirtual(vector(lane), "compare", MethodTypeDesc.of(MASK, COMPARISON, VECTOR));
                if (lane != canonical) {
                    castMask(canonical.name());
                }
            }
            case CONVERT -> {
                var from = n.args[0];
                push(from);
                convert(letter(from.lane) + "2" + letter(n.lane), n.lane.name(), vector(n.lane));
            }
            case BITCAST -> {
                push(n.args[0]);
                String name =
                        switch (n.lane) {
                            case F32 -> "reinterpretAsFloats";
                            case F64 -> "reinterpretAsDoubles";
                            case I32 -> "reinterpretAsInts";
                            default -> "reinterpretAsLongs";
                        };
                cb.invokevirtual(vector(n.args[0].lane), name, MethodTypeDesc.of(vector(n.lane)));
            }
            case SHL, SHR, USHR -> shift(n);
            default -> {
                if (n.lane == Lane.BOOL) {
                    logic(n);
                } else {
                    arithmetic(n);
                }
            }
        }
    }

    private static String letter(Lane lane) {
        return switch (lane) {
            case F32 -> "F";
            case F64 -> "D";
            case I32 -> "I";
            case I64 -> "L";
            case BOOL -> throw new IllegalStateException("masks are not converted");
        };
    }

    /** Broadcasts the scalar on the stack. */
    void broadcast(Lane lane) {
        if (lane == Lane.BOOL) {
            int value = cb.allocateLocal(TypeKind.INT);
            cb.istore(value);
            species(canonical);
            cb.iload(value);
            cb.invokeinterface(SPECIES, "maskAll", MethodTypeDesc.of(MASK, CD_boolean));
            return;
        }
        var element = element(lane);
        int value = cb.allocateLocal(TypeKind.from(element));
        cb.storeLocal(TypeKind.from(element), value);
        species(lane);
        cb.loadLocal(TypeKind.from(element), value);
        cb.invokestatic(vector(lane), "broadcast", MethodTypeDesc.of(vector(lane), SPECIES, element));
    }

    private void load(Node n) {
        var memory = memoryType(n);
        if (schedule.level(n) == Schedule.ROW) {
            pushAddress(operand(n), memory.size(), true);
            loadScalar(memory);
            broadcast(n.lane);
            return;
        }
        switch (memory) {
            case FLOAT32, FLOAT64, INT64, INT32 -> loadVector(n, vector(n.lane), n.lane.name());
            case INT16, BFLOAT16, FLOAT16 -> {
                loadVector(n, SHORTS, "S16");
                convert("S2I", "I32", vector(Lane.I32));
            }
            case INT8, UINT8 -> {
                loadVector(n, BYTES, "B8");
                convert(memory == DType.INT8 ? "B2I" : "ZERO_EXTEND_B2I", "I32", vector(Lane.I32));
            }
            case BOOL -> {
                loadVector(n, BYTES, "B8");
                constant("NE", COMPARISON);
                cb.iconst_0();
                cb.invokevirtual(BYTES, "compare", MethodTypeDesc.of(MASK, COMPARISON, CD_byte));
                castMask(canonical.name());
            }
        }
    }

    private void loadVector(Node n, ClassDesc type, String species) {
        species(species);
        cb.getstatic(MEM, "ALL", SEGMENT);
        pushAddress(operand(n), memoryType(n).size(), false);
        cb.getstatic(LANES, "LE", ORDER);
        cb.invokestatic(type, "fromMemorySegment", MethodTypeDesc.of(type, SPECIES, SEGMENT, CD_long, ORDER));
    }

    private void select(Node n) {
        var condition = n.args[0];
        if (n.lane == Lane.BOOL) {
            // condition and a, or b and not condition
            push(n.args[1]);
            push(condition);
            cb.invokevirtual(MASK, "and", MethodTypeDesc.of(MASK, MASK));
            push(n.args[2]);
            push(condition);
            cb.invokevirtual(MASK, "andNot", MethodTypeDesc.of(MASK, MASK));
            cb.invokevirtual(MASK, "or", MethodTypeDesc.of(MASK, MASK));
            return;
        }
        push(n.args[2]);
        push(n.args[1]);
        pushMask(condition, n.lane);
        cb.invokevirtual(vector(n.lane), "blend", MethodTypeDesc.of(vector(n.lane), VECTOR, MASK));
    }

    private void shift(Node n) {
        var type = vector(n.lane);
        push(n.args[0]);
        constant(
                switch (n.op) {
                    case SHL -> "LSHL";
                    case SHR -> "ASHR";
                    default -> "LSHR";
                },
                BINARY);
        var count = n.args[1];
        if (count.isConst()) {
            pushConstant(count);
            cb.invokevirtual(type, "lanewise", MethodTypeDesc.of(type, BINARY, element(n.lane)));
        } else {
            push(count);
            cb.invokevirtual(type, "lanewise", MethodTypeDesc.of(type, BINARY, VECTOR));
        }
    }

    private void logic(Node n) {
        for (var arg : n.args) {
            push(arg);
        }
        switch (n.op) {
            case AND, OR, XOR ->
                    cb.invokevirtual(
                            MASK, n.op.name().toLowerCase(java.util.Locale.ROOT), MethodTypeDesc.of(MASK, MASK));
            case NOT -> cb.invokevirtual(MASK, "not", MethodTypeDesc.of(MASK));
            default -> throw new IllegalStateException("no vector code for " + n);
        }
    }

    private void arithmetic(Node n) {
        var type = vector(n.lane);
        push(n.args[0]);
        switch (n.op) {
            case NEG, ABS, SQRT, NOT ->
                    cb.invokevirtual(type, n.op.name().toLowerCase(java.util.Locale.ROOT), MethodTypeDesc.of(type));
            case ADD, SUB, MUL, DIV, AND, OR -> {
                push(n.args[1]);
                cb.invokevirtual(type, n.op.name().toLowerCase(java.util.Locale.ROOT), MethodTypeDesc.of(type, VECTOR));
            }
            case XOR -> {
                constant("XOR", ASSOCIATIVE);
                push(n.args[1]);
                cb.invokevirtual(type, "lanewise", MethodTypeDesc.of(type, BINARY, VECTOR));
            }
            case FMA -> {
                push(n.args[1]);
                push(n.args[2]);
                cb.invokevirtual(type, "fma", MethodTypeDesc.of(type, VECTOR, VECTOR));
            }
            default -> throw new IllegalStateException("no vector code for " + n);
        }
    }
}
