package fathom.cpu.codegen;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_void;

import fathom.DType;
import fathom.cpu.memory.HiddenClasses;
import fathom.ir.Kernel;
import fathom.ir.ReduceOp;
import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.util.BitSet;

/** Compiles kernels into hidden classes. It has no cache; callers cache the results. */
public final class KernelCompiler {
    private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

    private KernelCompiler() {}

    /**
     * Compiles a pointwise kernel.
     *
     * @param kernel the expression to compute
     * @param uniform the inputs (bit i for input i) whose element is constant along a row
     */
    public static Code pointwise(Kernel kernel, BitSet uniform) {
        var lowering = new Lowering();
        var roots = lowering.roots(kernel);
        return define("Pointwise", new PointwiseWriter(lowering.graph(), roots, kernel.inputCount(), uniform));
    }

    /**
     * Compiles a reduction of a one-output kernel's values. Results have the accumulator's type, {@link #accumulates}.
     *
     * @param op the operation that combines values
     * @param map the expression to reduce
     * @param uniform as for pointwise kernels
     * @param columns whether to reduce across the rows of a tile; otherwise along each row
     */
    public static Code reduce(ReduceOp op, Kernel map, BitSet uniform, boolean columns) {
        var lowering = new Lowering();
        var root = lowering.accumulated(map);
        int inputs = map.inputCount();
        return columns
                ? define("ColumnReduce", new ColumnReduceWriter(lowering.graph(), root, inputs, uniform, op))
                : define("RowReduce", new RowReduceWriter(lowering.graph(), root, inputs, uniform, op));
    }

    /** {@return the type in which a kernel's values are accumulated} */
    public static DType accumulates(DType value) {
        return Accumulator.memory(Lane.of(value));
    }

    /** Stores the types of the inputs that the kernel reads in {@code types}. */
    public static void inputTypes(Kernel kernel, DType[] types) {
        var lowering = new Lowering();
        var roots = lowering.roots(kernel);
        for (var n : new Schedule(roots, false, null).order()) {
            if (n.op == Op.LOAD) {
                types[Emitter.operand(n)] = Emitter.memoryType(n);
            }
        }
    }

    /** {@return the estimated nanoseconds per element of a pointwise kernel, without memory access} */
    public static double cost(Kernel kernel) {
        var lowering = new Lowering();
        var roots = lowering.roots(kernel);
        var vector = new Schedule(roots, true, null);
        int nodes = vector.order().size();
        return vector.isVectorizable() ? 0.1 + 0.01 * nodes * (vector.isWide() ? 2 : 1) : 1 + nodes;
    }

    private static Code define(String name, KernelWriter writer) {
        var self = ClassDesc.of(KernelCompiler.class.getPackageName(), name);
        byte[] bytes =
                ClassFile.of()
                        .build(
                                self,
                                cl -> {
                                    cl.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SYNTHETIC);
                                    cl.withInterfaceSymbols(Emitter.desc(Code.class));
                                    cl.withMethodBody(
                                            ConstantDescs.INIT_NAME,
                                            MethodTypeDesc.of(CD_void),
                                            0,
                                            cb ->
                                                    cb.aload(0)
                                                            .invokespecial(
                                                                    CD_Object,
                                                                    ConstantDescs.INIT_NAME,
                                                                    MethodTypeDesc.of(CD_void))
                                                            .return_());
                                    writer.write(cl, self);
                                });
        return HiddenClasses.instantiate(LOOKUP, Code.class, bytes, null, "the class of a generated kernel");
    }
}
