package fathom.cuda.reduction;

import fathom.DType;
import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.KernelFamily;
import fathom.cuda.gpu.Work;
import fathom.ir.Kernel;
import fathom.ir.ReduceOp;
import fathom.primitive.ArgReduce;
import fathom.primitive.Computed;
import fathom.primitive.Operand;
import fathom.primitive.Reduce;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/** Reductions, and indices of extrema. */
public final class ReduceKernels implements KernelFamily {
    private static final Number[] NONE = {};

    /** Kernels are interned, so identity suffices. */
    private record ReduceKey(ReduceOp op, Kernel map) {
        @Override
        public boolean equals(@Nullable Object o) {
            return o instanceof ReduceKey k && op == k.op && map == k.map;
        }

        @Override
        public int hashCode() {
            return 31 * op.ordinal() + System.identityHashCode(map);
        }
    }

    private record ArgKey(boolean greatest, DType type) {}

    private final ConcurrentMap<Object, FoldProgram> programs = new ConcurrentHashMap<>();

    @Override
    public Set<Class<? extends Computed>> primitives() {
        return Set.of(Reduce.class, ArgReduce.class);
    }

    @Override
    public @Nullable Work prepare(Gpu gpu, Computed primitive, Operand[] in, Operand[] out) {
        Object key;
        FoldProgram program;
        int[] dims;
        Number[] scalars = NONE;
        long[] shape = in.length == 0 ? out[0].shape() : in[0].shape();
        if (primitive instanceof Reduce r) {
            key = new ReduceKey(r.op(), r.map());
            program = programs.computeIfAbsent(key, k -> FoldProgram.of(r.op(), r.map()));
            dims = r.dims();
            scalars = r.scalars();
        } else {
            var r = (ArgReduce) primitive;
            DType type = in[0].dtype();
            key = new ArgKey(r.greatest(), type);
            program = programs.computeIfAbsent(key, k -> FoldProgram.argOf(r.greatest(), type));
            dims = shape.length == 0 ? new int[0] : new int[] {r.dim()};
        }
        List<Operand> operands = new ArrayList<>();
        operands.add(out[0]);
        for (int i = 0; i < program.inputCount(); i++) {
            operands.add(in[i]);
        }
        var perRow = new boolean[operands.size()];
        perRow[0] = true;
        var layout = RowLayout.of(shape, dims, operands, perRow);
        return new RowLauncher(gpu, key, program, layout, operands, scalars, name(primitive)).prepare();
    }

    private static String name(Computed primitive) {
        return primitive instanceof Reduce r
                ? "reduce_" + r.op().name().toLowerCase(java.util.Locale.ROOT)
                : "arg_reduce";
    }
}
