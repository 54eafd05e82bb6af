package fathom.cpu.codegen;

import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import fathom.cpu.memory.VectorApi;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Base of the writers of kernel classes: schedules for scalar and vector code, parameters, loops. */
abstract class KernelWriter {
    static final ClassDesc LONGS = CD_long.arrayType();
    static final MethodTypeDesc RUN = MethodTypeDesc.of(CD_void, LONGS);

    final Graph graph;
    final List<Lowering.Root> roots;
    final int operands;
    final Schedule scalar;
    final Schedule vector;
    final boolean wide;
    final int lanes;
    private final boolean vectorized;

    KernelWriter(Graph graph, List<Lowering.Root> roots, int operands, @Nullable BitSet uniform) {
        this.graph = graph;
        this.roots = roots;
        this.operands = operands;
        this.scalar = new Schedule(roots, false, uniform);
        this.vector = new Schedule(roots, true, uniform);
        this.wide = vector.isWide();
        this.lanes = VectorApi.lanes(wide ? Long.BYTES : Float.BYTES);
        this.vectorized = VectorApi.IS_PRESENT && vector.isVectorizable() && Lanes.isSupported(wide, narrowest());
    }

    /** {@return whether there is vector code} */
    boolean isVectorized() {
        return vectorized;
    }

    /** Writes the methods. */
    final void write(ClassBuilder cl, ClassDesc self) {
        cl.withMethodBody("run", RUN, ClassFile.ACC_PUBLIC, cb -> run(cb, self));
        cl.withMethodBody("plain", RUN, ClassFile.ACC_PUBLIC, cb -> plain(cb, self));
        cl.withMethodBody("scalar", scalarType(), ClassFile.ACC_STATIC, this::scalar);
        cl.withMethodBody(
                "isVector",
                MethodTypeDesc.of(CD_boolean),
                ClassFile.ACC_PUBLIC,
                cb -> cb.loadConstant(isVectorized() ? 1 : 0).ireturn());
    }

    /** Writes {@link Code#run}. */
    abstract void run(CodeBuilder cb, ClassDesc self);

    /** Writes {@link Code#plain}. */
    abstract void plain(CodeBuilder cb, ClassDesc self);

    /** {@return the type of the static method that holds the scalar code} */
    abstract MethodTypeDesc scalarType();

    /** Writes the static method that holds the scalar code. */
    abstract void scalar(CodeBuilder cb);

    /** {@return the size in bytes of the narrowest type that vector code loads or stores} */
    private int narrowest() {
        int bytes = 8;
        for (var n : vector.order()) {
            if (n.op == Op.LOAD) {
                bytes = Math.min(bytes, Emitter.memoryType(n).size());
            }
        }
        for (var root : roots) {
            bytes = Math.min(bytes, root.memory().size());
        }
        return bytes;
    }

    /** Reads an int parameter into a new variable. */
    static int intParameter(CodeBuilder cb, int parameters, int at) {
        int variable = cb.allocateLocal(TypeKind.INT);
        cb.aload(parameters).loadConstant(at).laload().l2i().istore(variable);
        return variable;
    }

    /** Reads the number of elements per row into a new variable; the emitted code returns if it is 0. */
    static int elements(CodeBuilder cb, int parameters) {
        int n = intParameter(cb, parameters, Parameters.N);
        var some = cb.newLabel();
        cb.iload(n).ifne(some);
        cb.return_();
        cb.labelBinding(some);
        return n;
    }

    /** Allocates a variable for each operand's address. */
    static int[] addressVariables(CodeBuilder cb, int operands) {
        var variables = new int[operands];
        for (int k = 0; k < operands; k++) {
            variables[k] = cb.allocateLocal(TypeKind.LONG);
        }
        return variables;
    }

    /** Sets each operand's address to that of the row whose index is in an int variable. */
    static void seekRow(CodeBuilder cb, int parameters, int[] addresses, int row) {
        for (int k = 0; k < addresses.length; k++) {
            cb.aload(parameters).loadConstant(Parameters.address(k)).laload();
            cb.aload(parameters).loadConstant(Parameters.rowStride(k)).laload();
            cb.iload(row).i2l().lmul().ladd().lstore(addresses[k]);
        }
    }

    /** Emits a loop {@code for (; i < end; i += step)}; {@code i} must be initialised. */
    static void loop(CodeBuilder cb, int i, int end, int step, Runnable body) {
        Label head = cb.newLabel();
        Label exit = cb.newLabel();
        cb.labelBinding(head);
        cb.iload(i).iload(end).if_icmpge(exit);
        body.run();
        cb.iinc(i, step);
        cb.goto_(head);
        cb.labelBinding(exit);
    }

    /** Emits a loop over rows; in its body the emitter's addresses and row-level variables are those of the row. */
    static void loopRows(Emitter emitter, int row, int rows, Runnable body) {
        loop(
                emitter.cb,
                row,
                rows,
                1,
                () -> {
                    seekRow(emitter.cb, emitter.parameters, emitter.addresses, row);
                    emitter.enter(Schedule.ROW);
                    body.run();
                    emitter.leave(Schedule.ROW);
                });
    }

    /** {@return a new int variable, initialised to 0} */
    static int counter(CodeBuilder cb) {
        int variable = cb.allocateLocal(TypeKind.INT);
        cb.iconst_0().istore(variable);
        return variable;
    }

    static final MethodTypeDesc SCALAR = MethodTypeDesc.of(CD_void, LONGS, CD_int, CD_int, CD_int);
}
