package fathom.cpu.kernels;

import fathom.DType;
import fathom.cpu.codegen.Code;
import fathom.cpu.codegen.Parameters;
import fathom.cpu.parallel.Parallel;
import fathom.cpu.parallel.Scratch;
import fathom.ir.Exprs;
import fathom.ir.Kernel;
import fathom.ir.ReduceOp;
import fathom.primitive.Layouts;
import fathom.primitive.Operand;
import java.lang.foreign.Arena;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One reduction, computed in stages. A stage combines elements along one dimension in pieces of fixed length and writes
 * one partial result per piece; the next stage reduces the partial results. The order of the combinations, and with it
 * every bit of the result, depends on the shapes and strides alone.
 *
 * <p>Along the innermost dimension, the elements of a row are combined; along other dimensions, rows are. Rows too
 * short for vectors are merged: many of them become one long row of partial results.
 */
final class Reduction {
    /** Elements of a row per partial result. */
    private static final long PIECE_ELEMENTS = 8192;

    /** Maximum and minimum number of rows per partial result. */
    private static final long MAX_ROWS = 256;

    private static final long MIN_ROWS = 16;

    /** Minimum number of elements of a row worth vector code. */
    private static final long MIN_ROW_ELEMENTS = 16;

    /** Rows shorter than this are merged before they are combined. */
    private static final long MAX_MERGED_ROW = 64;

    private static final Number[] NO_SCALARS = {};

    /** Number of stages whose partial results are in scratch slots; later stages allocate. */
    private static final int MAX_SLOTS = 6;

    private final ReduceOp op;
    private final Kernel map;
    private final Number[] scalars;
    private final int depth;
    private final DType partial;

    Reduction(ReduceOp op, Kernel map, Number[] scalars, int depth) {
        this.op = op;
        this.map = map;
        this.scalars = scalars;
        this.depth = depth;
        this.partial = ReduceKernels.accumulates(map);
    }

    /**
     * Runs the reduction.
     *
     * @param in the map's inputs, of one shape without zero extents
     * @param out the result in that shape, with zero strides in the reduced dimensions
     */
    void run(Operand[] in, Operand out) {
        var operands = Arrays.copyOf(in, in.length + 1);
        operands[in.length] = out;
        var nest = new LoopNest(operands, leader(in));
        var plan = Plan.of(nest, nest.strides[in.length]);
        if (plan.along() < 0) {
            convert(in, out);
        } else if (plan.tiling() == null) {
            mergeRows(nest, operands, plan.along(), plan.mergedRows());
        } else {
            stage(nest, operands, plan.along(), plan.tiling(), plan.columns());
        }
    }

    /**
     * The next stage of a nest.
     *
     * @param along the dimension along which elements are combined; -1 if nothing remains to be reduced
     * @param tiling the tiling; null if rows are merged first
     * @param columns whether to combine the rows of a tile; otherwise the elements of each row
     * @param mergedRows number of rows to merge
     */
    record Plan(int along, @Nullable Tiling tiling, boolean columns, long mergedRows) {

        /** {@return the plan of the next stage; it may move a dimension of the nest inside} */
        static Plan of(LoopNest nest, long[] outStrides) {
            int inner = nest.rank - 1;
            int along = lastReduced(nest, outStrides);
            if (along < 0) {
                return new Plan(-1, null, false, 0);
            }
            if (along == inner && nest.extents[inner] < MIN_ROW_ELEMENTS) {
                int wide = widestKept(nest, outStrides);
                if (wide >= 0) {
                    nest.moveInside(wide);
                    along = inner - 1;
                }
            }
            var steps = ones(nest.rank);
            if (along == inner) {
                steps[inner] = Math.min(nest.extents[inner], PIECE_ELEMENTS);
                if (inner > 0) {
                    steps[inner - 1] = Math.min(nest.extents[inner - 1], Math.max(1, PIECE_ELEMENTS / steps[inner]));
                }
                return new Plan(along, new Tiling(nest, inner - 1, inner, steps), false, 0);
            }
            long columns = 1;
            for (int d = along + 1; d < nest.rank; d++) {
                columns *= nest.extents[d];
            }
            if (columns < MAX_MERGED_ROW && nest.extents[along] >= MAX_MERGED_ROW) {
                return new Plan(along, null, true, Math.min(512 / columns, nest.extents[along] / 8));
            }
            int first = nest.rank;
            long width = 1;
            while (first > along + 1 && width < MAX_MERGED_ROW) {
                first--;
                steps[first] = Math.min(nest.extents[first], Math.max(1, PointwiseKernels.TILE / width));
                width *= steps[first];
            }
            long rows = Math.clamp((1 << 16) / width, MIN_ROWS, MAX_ROWS);
            steps[along] = Math.min(nest.extents[along], rows);
            return new Plan(along, new Tiling(nest, along, first, steps), true, 0);
        }
    }

    /**
     * {@return the index of the input with the most distinct elements, whose memory order determines the loop order}
     */
    static int leader(Operand[] in) {
        int best = 0;
        double max = -1;
        for (int k = 0; k < in.length; k++) {
            double elements = 1;
            for (int d = 0; d < in[k].rank(); d++) {
                elements *= in[k].strides()[d] == 0 ? 1 : in[k].shape()[d];
            }
            if (elements > max) {
                max = elements;
                best = k;
            }
        }
        return best;
    }

    private static int lastReduced(LoopNest nest, long[] outStrides) {
        for (int d = nest.rank - 1; d >= 0; d--) {
            if (outStrides[d] == 0) {
                return d;
            }
        }
        return -1;
    }

    private static int widestKept(LoopNest nest, long[] outStrides) {
        int widest = -1;
        for (int d = 0; d < nest.rank; d++) {
            boolean better =
                    nest.extents[d] >= 2 * MIN_ROW_ELEMENTS && (widest < 0 || nest.extents[d] > nest.extents[widest]);
            if (outStrides[d] != 0 && better) {
                widest = d;
            }
        }
        return widest;
    }

    private static long[] ones(int rank) {
        var ones = new long[rank];
        Arrays.fill(ones, 1);
        return ones;
    }

    /** Writes the values when nothing remains to be reduced. */
    private void convert(Operand[] in, Operand out) {
        var kernel = map.outputType(0) == out.dtype() ? map : Kernel.of(Exprs.cast(out.dtype(), map.body()));
        PointwiseKernels.run(kernel, scalars, in, new Operand[] {out});
    }

    /** Runs one stage, then the remaining ones. */
    private void stage(LoopNest nest, Operand[] operands, int along, Tiling tiling, boolean columns) {
        int inputs = operands.length - 1;
        var out = operands[inputs];
        long[] outStrides = nest.strides[inputs];
        long pieces = (nest.extents[along] - 1) / tiling.steps[along] + 1;
        if (pieces == 1 && out.dtype() == partial && isDirect(nest, outStrides, along, tiling, columns)) {
            runTiles(nest, operands, along, tiling, columns, nest.addresses[inputs], outStrides);
            return;
        }
        long[] shape = Arrays.copyOf(nest.extents, nest.rank);
        shape[along] = pieces;
        try (var memory = new Memory(shape)) {
            long[] strides = Layouts.contiguous(shape);
            var bytes = new long[nest.rank];
            Arrays.setAll(bytes, d -> strides[d] * partial.size());
            runTiles(nest, operands, along, tiling, columns, memory.address, bytes);
            next(new Operand(partial, memory.address, shape, strides), nest, out);
        }
    }

    /** Reduces partial results in the order of a nest of which one dimension is shortened. */
    private void next(Operand partials, LoopNest nest, Operand out) {
        var outStrides = nest.strides[nest.addresses.length - 1];
        var strides = new long[nest.rank];
        Arrays.setAll(strides, d -> outStrides[d] / out.dtype().size());
        var target = new Operand(out.dtype(), nest.addresses[nest.addresses.length - 1], partials.shape(), strides);
        new Reduction(op, ReduceKernels.cast(partial, partial), NO_SCALARS, depth + 1)
                .run(new Operand[] {partials}, target);
    }

    /** Whether a stage can write to the output directly: it is the last one, and columns are dense. */
    private boolean isDirect(LoopNest nest, long[] outStrides, int along, Tiling tiling, boolean columns) {
        for (int d = 0; d < nest.rank; d++) {
            if (d != along && outStrides[d] == 0) {
                return false;
            }
        }
        long step = partial.size();
        for (int d = nest.rank - 1; columns && d >= tiling.columnDim; d--) {
            if (outStrides[d] != step) {
                return false;
            }
            step *= nest.extents[d];
        }
        return true;
    }

    private void runTiles(
            LoopNest nest, Operand[] operands, int along, Tiling tiling, boolean columns, long target, long[] strides) {
        int inputs = operands.length - 1;
        var compiled = Compiled.of(map);
        var sources = new TileInputs(tiling, operands, inputs);
        Code code = compiled.reduce(op, columns, sources.uniform());
        var template = PointwiseKernels.block(operands, scalars);
        template[Parameters.rowStride(inputs)] = columns || tiling.rowDim < 0 ? 0 : strides[tiling.rowDim];
        long grain = Math.max(1, compiled.grain() / tiling.size);
        Parallel.forRange(
                tiling.count,
                grain,
                (from, to) -> {
                    var block = template.clone();
                    long work =
                            Scratch.address(TiledPointwise.SCRATCH_SLOT, Parameters.SCRATCH_BYTES + sources.bytes());
                    block[Parameters.SCRATCH] = work;
                    var cursor = tiling.new Cursor();
                    var reader = sources.new Reader(work + Parameters.SCRATCH_BYTES);
                    for (long tile = from; tile < to; tile++) {
                        cursor.seek(tile);
                        reader.read(cursor, block);
                        long address = target;
                        for (int d = 0; d < nest.rank; d++) {
                            address +=
                                    (d == along ? cursor.origin[d] / tiling.steps[d] : cursor.origin[d]) * strides[d];
                        }
                        block[Parameters.address(inputs)] = address;
                        code.run(block);
                    }
                });
    }

    /**
     * Combines rows that are too short for vectors: {@code mergedRows} rows at a time form one long row, and the
     * results, plus one for the remaining rows, are reduced by the next stage.
     */
    private void mergeRows(LoopNest nest, Operand[] operands, int along, long mergedRows) {
        int inputs = operands.length - 1;
        long extent = nest.extents[along];
        long longRows = extent / mergedRows;
        long remainder = extent % mergedRows;
        long[] shape = Arrays.copyOf(nest.extents, nest.rank);
        shape[along] = mergedRows + (remainder > 0 ? 1 : 0);
        try (var memory = new Memory(shape)) {
            long[] strides = Layouts.contiguous(shape);
            var partials = new Operand(partial, memory.address, shape, strides);
            var inner = new Reduction(op, map, scalars, depth + 1);
            var in = new Operand[inputs];
            for (int k = 0; k < inputs; k++) {
                in[k] = split(nest, k, operands[k].dtype(), along, longRows, mergedRows);
            }
            long[] fullShape = in[0].shape();
            long[] outStrides = insert(strides, along, 0);
            inner.run(in, new Operand(partial, memory.address, fullShape, outStrides));
            if (remainder > 0) {
                long[] lastShape = shape.clone();
                lastShape[along] = remainder;
                for (int k = 0; k < inputs; k++) {
                    in[k] = part(nest, k, operands[k].dtype(), along, longRows * mergedRows, lastShape);
                }
                long[] last = strides.clone();
                last[along] = 0;
                long address = memory.address + mergedRows * strides[along] * partial.size();
                inner.run(in, new Operand(partial, address, lastShape, last));
            }
            next(partials, nest, operands[inputs]);
        }
    }

    private static long[] insert(long[] values, int at, long value) {
        var longer = new long[values.length + 1];
        System.arraycopy(values, 0, longer, 0, at);
        longer[at] = value;
        System.arraycopy(values, at, longer, at + 1, values.length - at);
        return longer;
    }

    /** {@return an operand with one dimension split into two} */
    private static Operand split(LoopNest nest, int k, DType type, int along, long outer, long inner) {
        long[] shape = insert(Arrays.copyOf(nest.extents, nest.rank), along, outer);
        shape[along + 1] = inner;
        long[] strides = insert(elements(nest, k, type), along, 0);
        strides[along] = strides[along + 1] * inner;
        return new Operand(type, nest.addresses[k], shape, strides);
    }

    /** {@return the part of an operand from an index on} */
    private static Operand part(LoopNest nest, int k, DType type, int along, long from, long[] shape) {
        long address = nest.addresses[k] + from * nest.strides[k][along];
        return new Operand(type, address, shape, elements(nest, k, type));
    }

    private static long[] elements(LoopNest nest, int k, DType type) {
        var strides = new long[nest.rank];
        Arrays.setAll(strides, d -> nest.strides[k][d] / type.size());
        return strides;
    }

    /** The memory of this stage's partial results. */
    private final class Memory implements AutoCloseable {
        private final Arena arena = Arena.ofConfined();
        private final long address;

        Memory(long[] shape) {
            long bytes = partial.size();
            for (long extent : shape) {
                bytes *= extent;
            }
            address = depth < MAX_SLOTS ? Scratch.address(depth, bytes) : arena.allocate(bytes, 64).address();
        }

        @Override
        public void close() {
            arena.close();
        }
    }
}
