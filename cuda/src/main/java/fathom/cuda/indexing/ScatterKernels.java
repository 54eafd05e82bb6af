package fathom.cuda.indexing;

import fathom.DType;
import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.KernelFamily;
import fathom.cuda.gpu.Work;
import fathom.cuda.kernels.PointwiseKernels;
import fathom.ir.Exprs;
import fathom.ir.Kernel;
import fathom.primitive.Computed;
import fathom.primitive.Operand;
import fathom.primitive.Pointwise;
import fathom.primitive.indexing.IndexAdd;
import fathom.primitive.indexing.ScatterReduce;
import fathom.primitive.indexing.ScatterReduce.Mode;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Indexed writes. Values that meet at one element are combined in a fixed order: by one thread, or, where that would
 * leave most of the card idle, after a stable sort by their targets. Where an index is out of bounds, nothing is
 * written and the index reported.
 */
public final class ScatterKernels implements KernelFamily {
    private static final PointwiseKernels COPIES = new PointwiseKernels();

    /** Up to so many values along the dimension a thread combines one after the other in any case. */
    private static final long SHORT = 16;

    /** With so many threads, they do if there are up to {@link #LONG}. */
    private static final long MANY_THREADS = 1 << 15;

    private static final long LONG = 4096;

    @Override
    public Set<Class<? extends Computed>> primitives() {
        return Set.of(IndexAdd.class, ScatterReduce.class);
    }

    @Override
    public @Nullable Work prepare(Gpu gpu, Computed primitive, Operand[] in, Operand[] out) {
        Operand self = Units.atLeast1d(in[0]);
        Operand index = Units.atLeast1d(in[1]);
        Operand src = Units.atLeast1d(in[2]);
        Operand to = Units.atLeast1d(out[0]);
        if (src.rank() != to.rank()) {
            return null;
        }
        Call call;
        if (primitive instanceof IndexAdd add) {
            // the same indices for all lines along the dimension
            var strides = new long[to.rank()];
            strides[add.dim()] = index.strides()[0];
            var expanded = new Operand(DType.INT64, index.address(), src.shape(), strides);
            call = new Call(add.operation(), add.dim(), Mode.ADD, expanded, src, to);
        } else {
            var p = (ScatterReduce) primitive;
            if (index.rank() != to.rank()) {
                return null;
            }
            call = new Call(p.operation(), p.dim(), p.mode(), index, src, to);
        }
        Work start = start(gpu, self, to);
        if (call.index.numel() == 0) {
            return start;
        }
        long n = call.index.shape()[call.dim];
        long threads = call.index.numel() / n;
        boolean inOrder = n <= SHORT || threads >= MANY_THREADS && n <= LONG || !SortedScatter.fits(call);
        Work write = inOrder ? LineScatter.prepare(gpu, call) : SortedScatter.prepare(gpu, call);
        return () -> {
            start.submit();
            write.submit();
        };
    }

    /**
     * A call in one form.
     *
     * @param index of the written values' shape; stride 0 where dimensions share indices
     */
    record Call(String operation, int dim, Mode mode, Operand index, Operand src, Operand out) {}

    /** {@return the copy of {@code self} to the output, unless they share memory} */
    private static Work start(Gpu gpu, Operand self, Operand out) {
        if (self.address() == out.address() && Arrays.equals(self.strides(), out.strides())) {
            return () -> {};
        }
        var copy = new Pointwise(Kernel.of(Exprs.input(0, self.dtype())));
        return COPIES.prepare(gpu, copy, new Operand[] {self}, new Operand[] {out});
    }
}
