package fathom.cpu.indexing;

import fathom.DType;
import fathom.cpu.codegen.Mem;
import fathom.cpu.kernels.PointwiseKernels;
import fathom.ir.Exprs;
import fathom.ir.Kernel;
import fathom.primitive.Operand;
import fathom.primitive.indexing.IndexAdd;
import fathom.primitive.indexing.ScatterReduce;
import fathom.primitive.indexing.ScatterReduce.Mode;
import java.util.Arrays;

/**
 * Indexed writes: {@code indexAdd} and {@code scatter}. Elements are processed in order; lines along the dimension are
 * disjoint, so distributing them over threads does not change a bit of the result.
 */
public final class Accumulation {
    private static final Number[] NO_SCALARS = {};

    /** Slices with fewer elements are added element by element. */
    private static final long SMALL_SLICE = 64;

    private Accumulation() {}

    /** Adds slice i of {@code src} to slice {@code index[i]} of a copy of {@code self}, or of {@code self} in place. */
    public static void indexAdd(IndexAdd p, Operand self, Operand index, Operand src, Operand out) {
        int dim = p.dim();
        Bounds.check(p.operation(), index, dim, Lines.extent(self, dim));
        start(self, out);
        if (RowAddition.run(index, src, out, dim)) {
            return;
        }
        long n = Lines.extent(src, dim);
        if (n == 0 || src.numel() / n < SMALL_SLICE) {
            combine(Bounds.along(index, src, dim), src, out, dim, Mode.ADD);
            return;
        }
        var kernel = Kernel.of(Exprs.add(Exprs.input(0, out.dtype()), Exprs.input(1, out.dtype())));
        long indexStep = Lines.step(index, 0);
        for (long i = 0; i < n; i++) {
            add(kernel, slice(out, dim, Mem.i64(index.address() + i * indexStep)), slice(src, dim, i));
        }
    }

    private static void add(Kernel kernel, Operand target, Operand addend) {
        PointwiseKernels.run(kernel, NO_SCALARS, new Operand[] {target, addend}, new Operand[] {target});
    }

    /** Combines {@code out[i][index[i][j][k]][k]} with {@code src[i][j][k]} according to the mode (for dimension 1). */
    public static void scatter(ScatterReduce p, Operand self, Operand index, Operand src, Operand out) {
        Bounds.check(p.operation(), index, p.dim(), Lines.extent(self, p.dim()));
        start(self, out);
        combine(index, src, out, p.dim(), p.mode());
    }

    /** Copies {@code self} to the output unless they share memory. */
    private static void start(Operand self, Operand out) {
        if (self.address() != out.address() || !Arrays.equals(self.strides(), out.strides())) {
            var copy = Kernel.of(Exprs.input(0, self.dtype()));
            PointwiseKernels.run(copy, NO_SCALARS, new Operand[] {self}, new Operand[] {out});
        }
    }

    private static Operand slice(Operand o, int dim, long i) {
        long[] shape = o.shape().clone();
        shape[dim] = 1;
        return new Operand(o.dtype(), o.address() + i * Lines.step(o, dim), shape, o.strides());
    }

    private static void combine(Operand index, Operand src, Operand out, int dim, Mode mode) {
        if (index.numel() == 0) {
            return;
        }
        long n = Lines.extent(index, dim);
        long indexStep = Lines.step(index, dim);
        long srcStep = Lines.step(src, dim);
        long outStep = Lines.step(out, dim);
        var type = out.dtype();
        new Lines(index.shape(), index.rank() == 0 ? -1 : dim, index, src, out)
                .forEachParallel(
                        n,
                        at -> {
                            for (long i = 0; i < n; i++) {
                                long to = at[2] + Mem.i64(at[0] + i * indexStep) * outStep;
                                combine(type, mode, to, at[1] + i * srcStep);
                            }
                        });
    }

    private static void combine(DType type, Mode mode, long to, long from) {
        if (mode == Mode.SET) {
            Cells.copy(type.size(), to, from);
        } else if (type.isFloating()) {
            double a = Cells.getDouble(type, to);
            double b = Cells.getDouble(type, from);
            double value =
                    switch (mode) {
                        case ADD -> a + b;
                        case PROD -> a * b;
                        case MAX -> Math.max(a, b);
                        default -> Math.min(a, b);
                    };
            Cells.set(type, to, value);
        } else {
            long a = Cells.getLong(type, to);
            long b = Cells.getLong(type, from);
            long value =
                    switch (mode) {
                        case ADD -> a + b;
                        case PROD -> a * b;
                        case MAX -> Math.max(a, b);
                        default -> Math.min(a, b);
                    };
            Cells.set(type, to, value);
        }
    }
}
