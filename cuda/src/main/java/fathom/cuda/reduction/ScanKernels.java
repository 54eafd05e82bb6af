package fathom.cuda.reduction;

import fathom.DType;
import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.KernelFamily;
import fathom.cuda.gpu.KernelFunction;
import fathom.cuda.gpu.Launch;
import fathom.cuda.gpu.Work;
import fathom.cuda.reduction.RowLayout.Access;
import fathom.cuda.reduction.ScanSource.Mode;
import fathom.cuda.reduction.ScanSource.Shape;
import fathom.ir.ReduceOp;
import fathom.primitive.ArgScan;
import fathom.primitive.Computed;
import fathom.primitive.CumulativeWeights;
import fathom.primitive.LogCumSumExp;
import fathom.primitive.Operand;
import fathom.primitive.Scan;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Scans along one dimension. Threads share a line, or, where lines lie side by side, each scans one of its own. Lines
 * too few to fill the card are scanned in parts, which are first reduced to know where each begins.
 */
public final class ScanKernels implements KernelFamily {
    private static final int THREADS = 256;

    /** The kind of scan, without its dimension. */
    private record Key(Class<?> kind, boolean flag, DType in, DType out, Shape shape) {}

    @Override
    public Set<Class<? extends Computed>> primitives() {
        return Set.of(Scan.class, ArgScan.class, LogCumSumExp.class, CumulativeWeights.class);
    }

    private static int dim(Computed primitive) {
        return switch (primitive) {
            case Scan s -> s.dim();
            case ArgScan s -> s.dim();
            case LogCumSumExp s -> s.dim();
            case CumulativeWeights s -> s.dim();
            default -> throw new IllegalArgumentException(primitive + " is not a scan");
        };
    }

    private static boolean flag(Computed primitive) {
        return switch (primitive) {
            case Scan s -> s.op() == ReduceOp.SUM;
            case ArgScan s -> s.greatest();
            case CumulativeWeights s -> s.reversed();
            default -> false;
        };
    }

    @Override
    public @Nullable Work prepare(Gpu gpu, Computed primitive, Operand[] in, Operand[] out) {
        long[] shape = out[0].shape();
        if (out[0].numel() == 0) {
            return () -> {};
        }
        int dim = shape.length == 0 ? -1 : dim(primitive);
        boolean reversed = primitive instanceof CumulativeWeights w && w.reversed() && dim >= 0;
        List<Operand> operands = new ArrayList<>();
        operands.add(reversed ? reversed(out[0], dim) : out[0]);
        for (Operand o : in) {
            operands.add(reversed ? reversed(o, dim) : o);
        }
        int[] dims = dim < 0 ? new int[0] : new int[] {dim};
        return prepare(gpu, primitive, RowLayout.of(shape, dims, operands, new boolean[operands.size()]), operands);
    }

    /** {@return the elements in the opposite order along a dimension} */
    private static Operand reversed(Operand o, int dim) {
        long[] strides = o.strides().clone();
        long last = o.address() + (o.shape()[dim] - 1) * strides[dim] * o.dtype().size();
        strides[dim] = -strides[dim];
        return new Operand(o.dtype(), last, o.shape(), strides);
    }

    private static Work prepare(Gpu gpu, Computed primitive, RowLayout layout, List<Operand> operands) {
        DType in = operands.get(1).dtype();
        DType out = operands.getFirst().dtype();
        long rows = layout.rows();
        long n = layout.length();
        boolean columns = layout.columns() && rows >= 32;
        boolean isWide = !layout.columns() && layout.width() > 1;
        for (Access a : layout.access()) {
            isWide &= a == Access.WIDE;
        }
        int elements = columns ? 8 : isWide ? layout.width() : 4;
        int tx =
                columns
                        ? THREADS
                        : n <= 1024 ? Math.min(32, RowLauncher.power((n + elements - 1) / elements)) : THREADS;
        long blocks = columns ? (rows + THREADS - 1) / THREADS : (rows + THREADS / tx - 1) / (THREADS / tx);
        long tile = columns ? 32 : (long) elements * tx;
        long wanted = gpu.properties().multiprocessors() * 4L;
        long parts = 1;
        if (blocks * 4 < wanted && n >= 4 * tile) {
            parts = Math.clamp(wanted / blocks, 1, Math.min(n / (2 * tile), 4096));
        }
        long part = ((n + parts - 1) / parts + tile - 1) / tile * tile;
        parts = (n + part - 1) / part;
        int rank = layout.kept().rank();
        var a = new long[5 + rank + operands.size() * (2 + rank)];
        int at = 0;
        a[at++] = rows;
        a[at++] = n;
        a[at++] = part;
        a[at++] = parts;
        a[at++] = 0;
        for (long size : layout.kept().sizes()) {
            a[at++] = size;
        }
        for (int i = 0; i < operands.size(); i++) {
            a[at++] = operands.get(i).address();
            for (long s : layout.kept().strides()[i]) {
                a[at++] = s;
            }
            a[at++] = layout.reduced().strides()[i][0];
        }
        int[] grid = {Math.toIntExact(blocks), Math.toIntExact(parts), 1};
        int[] block = {tx, THREADS / tx, 1};
        boolean small = layout.isSmall();
        if (parts == 1) {
            var shape = new Shape(Mode.WHOLE, columns, rank, elements, isWide, small, tx);
            var launch = new Launch(function(gpu, primitive, in, out, shape), grid, block, 0, a);
            return () -> gpu.launch(launch);
        }
        var totals = new Shape(Mode.TOTALS, columns, rank, elements, isWide, small, tx);
        var apply = new Shape(Mode.APPLY, columns, rank, elements, isWide, small, tx);
        var first = new Launch(function(gpu, primitive, in, out, totals), grid, block, 0, a);
        var second = new Launch(function(gpu, primitive, in, out, apply), grid, block, 0, a);
        long bytes = parts * rows * ScanState.largest();
        return () -> {
            synchronized (gpu.lock()) {
                a[4] = gpu.scratch(bytes);
                gpu.launch(first);
                gpu.launch(second);
            }
        };
    }

    private static KernelFunction function(Gpu gpu, Computed primitive, DType in, DType out, Shape shape) {
        var key = new Key(primitive.getClass(), flag(primitive), in, out, shape);
        return gpu.function(key, () -> new ScanSource(ScanState.of(primitive, in), shape, in, out).write());
    }
}
