package fathom.cpu.codegen;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import fathom.DType;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.Arrays;

/**
 * Prints a graph as plain bytecode on Java arrays, which memory is copied to and from in tiles. The plain twins of
 * vector code run in the interpreter and in the first compiler's profiled code, where an access to a memory segment is
 * some thirty calls and an access to an array is one instruction.
 */
final class Staging extends ScalarEmitter {
    /** Elements of a tile; a multiple of the lanes that any reduction keeps apart. */
    private static final int TILE = 1024;

    private static final ClassDesc MATH = desc(Math.class);
    private static final MethodTypeDesc MIN = MethodTypeDesc.of(CD_int, CD_int, CD_int);
    private static final int NONE = -1;

    /** The local variable of the first element of the tile, and that of its number of elements. */
    final int first;

    final int count;

    private final int n;
    private final int capacity;

    /** For each operand the local variable of its array, or {@link #NONE}. */
    private final int[] arrays;

    private final DType[] types;

    /**
     * Makes the arrays of the inputs that change along a row.
     *
     * @param n the local variable of the number of elements per row
     */
    Staging(CodeBuilder cb, Graph graph, Schedule schedule, int operands, int parameters, int n) {
        super(cb, graph, schedule, operands, parameters);
        this.n = n;
        first = cb.allocateLocal(TypeKind.INT);
        count = cb.allocateLocal(TypeKind.INT);
        capacity = cb.allocateLocal(TypeKind.INT);
        cb.iload(n).loadConstant(TILE).invokestatic(MATH, "min", MIN).istore(capacity);
        index = cb.allocateLocal(TypeKind.INT);
        arrays = new int[operands];
        Arrays.fill(arrays, NONE);
        types = new DType[operands];
        for (var node : schedule.order()) {
            if (isStaged(node)) {
                stage(operand(node), memoryType(node));
            }
        }
    }

    private boolean isStaged(Node n) {
        return n.op == Op.LOAD && schedule.level(n) == Schedule.ELEMENT;
    }

    /** Makes the array of an operand. */
    void stage(int k, DType type) {
        if (arrays[k] == NONE) {
            cb.iload(capacity);
            arrays[k] = newArray(type);
            types[k] = type;
        }
    }

    /** With a length on the stack: makes an array for elements of a type, in a new variable. */
    int newArray(DType type) {
        int variable = cb.allocateLocal(TypeKind.REFERENCE);
        cb.newarray(kind(type)).astore(variable);
        return variable;
    }

    /** A loop over tiles of a row, which sets {@link #first} and {@link #count}. */
    void tiles(Runnable body) {
        cb.iconst_0().istore(first);
        KernelWriter.loop(
                cb,
                first,
                n,
                TILE,
                () -> {
                    cb.iload(n).iload(first).isub().loadConstant(TILE).invokestatic(MATH, "min", MIN).istore(count);
                    body.run();
                });
    }

    /** Copies the tile of the current row into the arrays of the inputs, which are the first operands. */
    void read(int inputs) {
        for (int k = 0; k < inputs; k++) {
            if (arrays[k] != NONE) {
                copy(k, true);
            }
        }
    }

    /** Copies an output's array into memory. */
    void write(int k) {
        copy(k, false);
    }

    private void copy(int k, boolean read) {
        cb.lload(addresses[k]).iload(first).i2l().loadConstant((long) types[k].size()).lmul().ladd();
        cb.aload(arrays[k]).iload(count).loadConstant(read ? 1 : 0);
        cb.invokestatic(MEM, "copy", MethodTypeDesc.of(CD_void, CD_long, CD_Object, CD_int, CD_boolean));
    }

    @Override
    void print(Node n) {
        if (isStaged(n)) {
            load(operand(n));
        } else {
            super.print(n);
        }
    }

    @Override
    void store(Lowering.Root root, int k) {
        store(arrays[k], index, root.memory(), () -> push(root.value()));
    }

    /** Replaces an output's current element by what is made of it. */
    void update(int k, Runnable push) {
        store(arrays[k], index, types[k], push);
    }

    /** Pushes an output's current element. */
    void load(int k) {
        load(arrays[k], index, types[k]);
    }

    /** Sets an element of an array to the value that is pushed. */
    void store(int array, int at, DType type, Runnable push) {
        cb.aload(array).iload(at);
        push.run();
        cb.arrayStore(kind(type));
    }

    /** Pushes an element of an array, as {@link Mem} gives it. */
    void load(int array, int at, DType type) {
        cb.aload(array).iload(at).arrayLoad(kind(type));
        if (type == DType.UINT8) {
            cb.loadConstant(255).iand();
        } else if (type == DType.BOOL) {
            cb.dup().ineg().ior().loadConstant(31).iushr(); // 1 for all but 0
        }
    }

    /** {@return the kind of arrays that hold elements of a type} */
    static TypeKind kind(DType type) {
        return switch (type) {
            case FLOAT32 -> TypeKind.FLOAT;
            case FLOAT64 -> TypeKind.DOUBLE;
            case INT64 -> TypeKind.LONG;
            case INT32 -> TypeKind.INT;
            case INT16, BFLOAT16, FLOAT16 -> TypeKind.SHORT;
            case INT8, UINT8, BOOL -> TypeKind.BYTE;
        };
    }
}
