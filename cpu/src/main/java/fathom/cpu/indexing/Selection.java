package fathom.cpu.indexing;

import fathom.cpu.codegen.Mem;
import fathom.primitive.Operand;
import fathom.primitive.indexing.Gather;
import fathom.primitive.indexing.IndexSelect;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;

/** Indexed reads: {@code indexSelect} and {@code gather}. Elements are copied by size, whatever their type. */
public final class Selection {
    private Selection() {}

    /** Copies slice {@code index[i]} of {@code x} along a dimension to slice i. */
    public static void indexSelect(IndexSelect p, Operand x, Operand index, Operand out) {
        int dim = p.dim();
        Bounds.check(p.operation(), index, dim, Lines.extent(x, dim));
        pick(x, Bounds.along(index, out, dim), out, dim);
    }

    /** Computes {@code out[i][j][k] = x[i][index[i][j][k]][k]} (for dimension 1). */
    public static void gather(Gather p, Operand x, Operand index, Operand out) {
        int dim = p.dim();
        long extent = Lines.extent(x, dim);
        if (!isAlongLast(out, dim)) {
            Bounds.check(p.operation(), index, dim, extent);
            pick(x, index, out, dim);
        } else if (out.numel() > 0 && !alongLast(x, index, out, dim, extent)) {
            Bounds.check(p.operation(), index, dim, extent); // throws, with the index in the message
        }
    }

    private static boolean isAlongLast(Operand out, int dim) {
        return out.rank() == 0 || dim == out.rank() - 1;
    }

    /** Gathers within lines; {@return whether all indices were in bounds; otherwise the output is incomplete} */
    private static boolean alongLast(Operand x, Operand index, Operand out, int dim, long extent) {
        int size = x.dtype().size();
        long pickStep = Lines.step(x, dim);
        long indexStep = Lines.step(index, dim);
        long outStep = Lines.step(out, dim);
        var wrong = new AtomicBoolean();
        new Lines(out.shape(), dim, x, index, out)
                .forEachPart(
                        Lines.extent(out, Math.max(0, dim)),
                        (at, from, to) -> {
                            boolean right =
                                    line(
                                            size,
                                            to - from,
                                            at[2] + from * outStep,
                                            outStep,
                                            at[0],
                                            pickStep,
                                            at[1] + from * indexStep,
                                            indexStep,
                                            extent);
                            if (!right) {
                                wrong.set(true);
                            }
                        });
        return !wrong.get();
    }

    /** Gathers. The index has the shape of the output, with strides of 0 where all lines have the same indices. */
    private static void pick(Operand x, Operand index, Operand out, int dim) {
        if (out.numel() == 0) {
            return;
        }
        int size = x.dtype().size();
        int last = out.rank() - 1;
        if (isAlongLast(out, dim)) {
            alongLast(x, index, out, dim, Lines.extent(x, dim));
            return;
        }
        long pickStep = Lines.step(x, dim);
        // the innermost dimension is another one: a run of elements may share one index
        if (mergeable(x, index, out, dim)) {
            pick(merge(x, out.shape()), merge(index, out.shape()), merge(out, out.shape()), dim);
            return;
        }
        long n = out.shape()[last];
        long indexStep = Lines.step(index, last);
        long xStep = Lines.step(x, last);
        long outStep = Lines.step(out, last);
        boolean dense = indexStep == 0 && xStep == size && outStep == size;
        var fixed = new Operand(x.dtype(), x.address(), out.shape(), without(x.strides(), dim));
        new Lines(out.shape(), last, fixed, index, out)
                .forEachParallel(
                        n,
                        at -> {
                            if (dense) {
                                MemorySegment.copy(
                                        Mem.ALL, at[0] + Mem.i64(at[1]) * pickStep, Mem.ALL, at[2], n * size);
                                return;
                            }
                            for (long i = 0; i < n; i++) {
                                long picked = Mem.i64(at[1] + i * indexStep);
                                Cells.copy(size, at[2] + i * outStep, at[0] + i * xStep + picked * pickStep);
                            }
                        });
    }

    /** Whether the two innermost dimensions, both after the gathered one, can be merged for all operands. */
    private static boolean mergeable(Operand x, Operand index, Operand out, int dim) {
        int last = out.rank() - 1;
        if (dim >= last - 1) {
            return false;
        }
        long n = out.shape()[last];
        return index.strides()[last] == 0
                && index.strides()[last - 1] == 0
                && x.strides()[last - 1] == n * x.strides()[last]
                && out.strides()[last - 1] == n * out.strides()[last];
    }

    /** {@return an operand with its two innermost dimensions merged} */
    private static Operand merge(Operand o, long[] shape) {
        int last = shape.length - 1;
        long[] extents = Arrays.copyOf(o.shape(), last);
        extents[last - 1] = shape[last - 1] * shape[last];
        long[] strides = Arrays.copyOf(o.strides(), last);
        strides[last - 1] = o.strides()[last];
        return new Operand(o.dtype(), o.address(), extents, strides);
    }

    private static boolean line(
            int size, long n, long to, long toStep, long from, long pickStep, long index, long indexStep, long extent) {
        if (size == 4 && toStep == 4 && pickStep == 4 && indexStep == 8 && n <= Integer.MAX_VALUE) {
            return denseLine((int) n, to, from, index, extent);
        }
        for (long i = 0; i < n; i++) {
            long number = Mem.i64(index + i * indexStep);
            if (number < 0 || number >= extent) {
                return false;
            }
            if (size == 4) {
                Mem.i32(to + i * toStep, Mem.i32(from + number * pickStep));
            } else {
                Cells.copy(size, to + i * toStep, from + number * pickStep);
            }
        }
        return true;
    }

    /** The same with constant strides and an int counter, which takes half the time. */
    private static boolean denseLine(int n, long to, long from, long index, long extent) {
        for (int i = 0; i < n; i++) {
            long number = Mem.i64(index + 8L * i);
            if (number < 0 || number >= extent) {
                return false;
            }
            Mem.i32(to + 4L * i, Mem.i32(from + 4 * number));
        }
        return true;
    }

    /** {@return strides with that of one dimension set to 0, whose index comes from the index tensor} */
    private static long[] without(long[] strides, int dim) {
        var copy = strides.clone();
        copy[dim] = 0;
        return copy;
    }
}
