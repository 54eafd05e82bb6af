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
 * Emits a graph as scalar bytecode on Java arrays, to and from which tiles of memory are copied. The scalar equivalent
 * of vector code runs in the interpreter and in C1's profiled code, where an access to a memory segment takes some
 * thirty calls, an access to an array one instruction.
 */
final class Staging extends ScalarEmitter {
    /** Elements per tile; a multiple of the lanes of any reduction. */
    private static final int TILE = 1024;

    private static final ClassDesc MATH = desc(Math.class);
    private static final MethodTypeDesc MIN = MethodTypeDesc.of(CD_int, CD_int, CD_int);
    private static final int NONE = -1;

    /** The local variables of the tile's first index and of its number of elements. */
    final int first;

    final int count;

    private final int n;
    private final int capacity;

    /** The local variable of each operand's array, or {@link #NONE}. */
    private final int[] arrays;

    private final DType[] types;

    /**
     * Emits the allocation of an array for each input that varies along a row.
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

    /** Emits the allocation of an operand's array. */
    void stage(int k, DType type) {
        if (arrays[k] == NONE) {
            cb.iload(capacity);
            arrays[k] = newArray(type);
            types[k] = type;
        }
    }

    /** Emits the allocation of an array whose length is on the stack; {@return the variable that holds it} */
    int newArray(DType type) {
        int variable = cb.allocateLocal(TypeKind.REFERENCE);
        cb.newarray(kind(type)).astore(variable);
        return variable;
    }

    /** Emits a loop over the tiles of a row, which sets {@link #first} and {@link #count}. */
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

    /** Emits the copy of the current row's tile into the arrays of the inputs, which are the first operands. */
    void read(int inputs) {
        for (int k = 0; k < inputs; k++) {
            if (arrays[k] != NONE) {
                copy(k, true);
            }
        }
    }

    /** Emits the copy of an output's array to memory. */
    void write(int k) {
        copy(k, false);
    }

    private void copy(int k, boolean read) {
        cb.lload(addresses[k]).iload(first).i2l().loadConstant((long) types[k].size()).lmul().ladd();
        cb.aload(arrays[k]).iload(count).loadConstant(read ? 1 : 0);
        cb.invokestatic(MEM, "copy", MethodTypeDesc.of(CD_void, CD_long, CD_Object, CD_int, CD_boolean));
    }

    @Override
    void emit(Node n) {
        if (isStaged(n)) {
            load(operand(n));
        } else {
            super.emit(n);
        }
    }

    @Override
    void store(Lowering.Root root, int k) {
        store(arrays[k], index, root.memory(), () -> push(root.value()));
    }

    /** Sets an output's current element to the value that {@code push} pushes. */
    void update(int k, Runnable push) {
        store(arrays[k], index, types[k], push);
    }

    /** Pushes an output's current element. */
    void load(int k) {
        load(arrays[k], index, types[k]);
    }

    /** Sets an element of an array to the value that {@code push} pushes. */
    void store(int array, int at, DType type, Runnable push) {
        cb.aload(array).iload(at);
        push.run();
        cb.arrayStore(kind(type));
    }

    /** Pushes an element of an array, in the type that {@link Mem} returns. */
    void load(int array, int at, DType type) {
        cb.aload(array).iload(at).arrayLoad(kind(type));
        if (type == DType.UINT8) {
            cb.loadConstant(255).iand();
        } else if (type == DType.BOOL) {
            cb.dup().ineg().ior().loadConstant(31).iushr(); // 1 unless it is 0
        }
    }

    /** {@return the element kind of arrays that hold elements of a type} */
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
