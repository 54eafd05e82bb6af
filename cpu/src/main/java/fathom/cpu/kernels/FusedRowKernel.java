package fathom.cpu.kernels;

import fathom.DType;
import fathom.cpu.codegen.Code;
import fathom.cpu.codegen.Mem;
import fathom.cpu.codegen.Parameters;
import fathom.cpu.memory.Transpose;
import fathom.cpu.parallel.Parallel;
import fathom.cpu.parallel.Scratch;
import fathom.ir.RowProgram;
import fathom.ir.RowProgram.Kind;
import fathom.ir.RowProgram.Step;
import fathom.primitive.Layouts;
import fathom.primitive.Operand;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Runs a row program on tiles that stay in the cache, so that memory is read once. A tile is one of:
 *
 * <ul>
 *   <li>some rows with contiguous elements: softmax over the last dimension;
 *   <li>many such rows that are short and not a multiple of a vector, transposed to the last form;
 *   <li>one row that consists of several contiguous runs: the channel of a batch of images;
 *   <li>adjacent interleaved rows: softmax over another dimension.
 * </ul>
 *
 * <p>Row values, and element values that are not results, are in scratch memory. The tiling depends on the shapes and
 * strides alone.
 */
final class FusedRowKernel {
    /** Bytes per tile of all operands together: half of a small L2 cache. */
    private static final long TILE_BYTES = 1 << 18;

    /** Elements per tile of several rows. */
    private static final long TILE_ELEMENTS = 4096;

    /** Minimum number of interleaved rows worth tiling. */
    private static final long MIN_INTERLEAVED = 16;

    /** Maximum number of a tile's rows that are folded without an intermediate partial result. */
    private static final long MAX_FOLDED = 256;

    /** Elements times steps per chunk of the parallel loop. */
    private static final long CHUNK = 1 << 16;

    /** Shorter rows, if there are many, are transposed: otherwise each row's tail takes longer than its vectors. */
    private static final long MAX_TRANSPOSED = 64;

    /** Rows whose length is a multiple of this have no tail. */
    private static final long VECTOR_MULTIPLE = 16;

    private static final long ALIGN = 64;

    /** The operand index of a value in scratch memory. */
    private static final int NONE = -1;

    private enum Form {
        LONG,
        TRANSPOSED,
        RUNS,
        ACROSS;

        /** Whether adjacent elements, as kernels see them, belong to adjacent rows. */
        boolean isInterleaved() {
            return this == ACROSS || this == TRANSPOSED;
        }
    }

    private final RowProgram program;
    private final RowKernels.Prepared prepared;
    private final Number[] scalars;
    private final int inputs;
    private final LoopNest nest;
    private final int[] operandOf;
    private final int[] sizes;
    private final Form form;
    private final Tiling tiling;
    private final Code[] codes;
    private final @Nullable Code[] combine;
    private final long count;
    private final long[] offsets;

    /** Scratch offset of each transposed operand; -1 for the others. */
    private final long[] transposed;

    private final long bytes;

    /**
     * Runs a program if its layout is supported; {@return whether it is}
     *
     * @see RowKernels#run
     */
    static boolean run(RowProgram program, Number[] scalars, int[] dims, Operand[] in, Operand[] out) {
        long[] shape = in[0].shape();
        if (in[0].numel() == 0) {
            return false;
        }
        int inputs = in.length;
        var operands = Arrays.copyOf(in, inputs + out.length + 1);
        var operandOf = new int[inputs + program.steps().size()];
        Arrays.fill(operandOf, NONE);
        for (int i = 0; i < inputs; i++) {
            operandOf[i] = i;
        }
        long[] rowShape = shape.clone();
        for (int d : dims) {
            rowShape[d] = 1;
        }
        for (int i = 0; i < out.length; i++) {
            operandOf[program.result(i)] = inputs + i;
            operands[inputs + i] =
                    program.step(program.result(i)).kind().isPerRow() ? expanded(out[i], shape, dims) : out[i];
        }
        // distinguishes the dimensions of a row from the others
        var rows = new Operand(DType.FLOAT32, 0, rowShape, Layouts.contiguous(rowShape));
        operands[inputs + out.length] = expanded(rows, shape, dims);
        var nest = new LoopNest(operands, Reduction.leader(in));
        var form = form(program, nest, operands);
        if (form == null) {
            return false;
        }
        var tiling = tiling(program, nest, operands, form);
        if (tiling == null) {
            return false;
        }
        var sizes = new int[operands.length];
        for (int k = 0; k < sizes.length; k++) {
            sizes[k] = operands[k].dtype().size();
        }
        new FusedRowKernel(program, scalars, nest, operandOf, sizes, form, tiling).run();
        return true;
    }

    private static Operand expanded(Operand row, long[] shape, int[] dims) {
        long[] strides = row.strides().clone();
        for (int d : dims) {
            strides[d] = 0;
        }
        return new Operand(row.dtype(), row.address(), shape, strides);
    }

    /** {@return the form of a nest's rows, or null if it is not supported} */
    private static @Nullable Form form(RowProgram program, LoopNest nest, Operand[] operands) {
        long[] rowStrides = nest.strides[nest.strides.length - 1];
        int inner = nest.rank - 1;
        int reduced = 0;
        for (int d = 0; d < nest.rank; d++) {
            reduced += rowStrides[d] == 0 ? 1 : 0;
        }
        boolean innermost = inner >= 0 && rowStrides[inner] == 0;
        return switch (reduced) {
            case 1 -> innermost ? (isTransposed(program, nest, operands) ? Form.TRANSPOSED : Form.LONG) : Form.ACROSS;
            case 2 -> innermost ? Form.RUNS : null;
            default -> null;
        };
    }

    /** {@return whether contiguous rows are so short, and so many, that transposing them is profitable} */
    private static boolean isTransposed(RowProgram program, LoopNest nest, Operand[] operands) {
        int inner = nest.rank - 1;
        if (inner < 1
                || nest.extents[inner] >= MAX_TRANSPOSED
                || nest.extents[inner] % VECTOR_MULTIPLE == 0
                || nest.extents[inner - 1] < MAX_TRANSPOSED) {
            return false;
        }
        int inputs = program.inputCount();
        for (int k = 0; k < operands.length - 1; k++) {
            long along = nest.strides[k][inner];
            long next = nest.strides[k][inner - 1];
            int size = operands[k].dtype().size();
            boolean perRow = k >= inputs && program.step(program.result(k - inputs)).kind().isPerRow();
            boolean fits =
                    along == size
                            ? next == 0 ? k < inputs : size == Transpose.ELEMENT_BYTES
                            : perRow || along == 0 && next == size;
            if (!fits) {
                return false;
            }
        }
        return program.steps().stream().allMatch(s -> s.type() == DType.FLOAT32);
    }

    private static @Nullable Tiling tiling(RowProgram program, LoopNest nest, Operand[] operands, Form form) {
        int inner = nest.rank - 1;
        if (operands.length > Compiled.MAX_UNIFORM) {
            return null;
        }
        int inputs = program.inputCount();
        long elementBytes = 0;
        for (int k = 0; k < operands.length - 1; k++) {
            int size = operands[k].dtype().size();
            long stride = nest.strides[k][inner];
            boolean elements = k < inputs || !program.step(program.result(k - inputs)).kind().isPerRow();
            boolean fits = stride == size || stride == 0 && k < inputs;
            if (elements ? !fits : form == Form.ACROSS && stride != size) {
                return null;
            }
            // transposed operands take scratch memory as well
            elementBytes += stride == size && elements ? form == Form.TRANSPOSED ? 2 * size : size : 0;
        }
        elementBytes += 8L * RowKernels.Prepared.of(program).elementTemporaries();
        long[] rowStrides = nest.strides[nest.strides.length - 1];
        var steps = new long[nest.rank];
        Arrays.fill(steps, 1);
        steps[inner] = nest.extents[inner];
        int rowDim = inner - 1;
        switch (form) {
            case LONG -> {
                if (inner > 0) {
                    long several = Math.max(1, TILE_ELEMENTS / steps[inner]);
                    steps[inner - 1] = Math.min(nest.extents[inner - 1], several);
                }
            }
            case TRANSPOSED -> {
                long several = Math.max(MAX_TRANSPOSED, TILE_ELEMENTS / steps[inner] & -VECTOR_MULTIPLE);
                steps[rowDim] = Math.min(nest.extents[rowDim], several);
            }
            case RUNS -> {
                rowDim = reducedOutside(rowStrides, inner);
                steps[rowDim] = nest.extents[rowDim];
                if (steps[inner] < MIN_INTERLEAVED) {
                    return null;
                }
            }
            case ACROSS -> {
                rowDim = reducedOutside(rowStrides, inner);
                steps[rowDim] = nest.extents[rowDim];
                if (steps[rowDim] > MAX_FOLDED || steps[inner] < MIN_INTERLEAVED) {
                    return null;
                }
                long width = Math.max(MIN_INTERLEAVED, 2 * TILE_ELEMENTS / steps[rowDim] & -MIN_INTERLEAVED);
                steps[inner] = Math.min(steps[inner], width);
            }
        }
        var tiling = new Tiling(nest, rowDim, inner, steps);
        return tiling.size * elementBytes > TILE_BYTES ? null : tiling;
    }

    private static int reducedOutside(long[] rowStrides, int inner) {
        int d = 0;
        while (d < inner && rowStrides[d] != 0) {
            d++;
        }
        return d;
    }

    private FusedRowKernel(
            RowProgram program,
            Number[] scalars,
            LoopNest nest,
            int[] operandOf,
            int[] sizes,
            Form form,
            Tiling tiling) {
        this.program = program;
        this.prepared = RowKernels.Prepared.of(program);
        this.scalars = scalars;
        this.inputs = program.inputCount();
        this.nest = nest;
        this.operandOf = operandOf;
        this.sizes = sizes;
        this.form = form;
        this.tiling = tiling;
        int n = program.steps().size();
        this.codes = new Code[n];
        this.combine = new @Nullable Code[n];
        this.offsets = new long[n + 1];
        long offset = Parameters.SCRATCH_BYTES;
        for (int i = 0; i < n; i++) {
            var step = program.steps().get(i);
            offsets[i] = offset;
            if (step.kind().isPerRow()) {
                offset += align(rowsPerTile() * 8);
            } else if (operandOf[inputs + i] == NONE) {
                offset += align(tiling.size * step.type().size());
            }
            codes[i] = code(i, step);
            if (form == Form.RUNS && isFold(step)) {
                combine[i] = Compiled.of(RowKernels.same(step.type())).reduce(step.op(), false, 0);
            }
        }
        this.transposed = new long[sizes.length];
        Arrays.fill(transposed, NONE);
        for (int k = 0; form == Form.TRANSPOSED && k < sizes.length - 1; k++) {
            long[] strides = nest.strides[k];
            if (strides[nest.rank - 1] != 0 && strides[tiling.rowDim] != 0) {
                transposed[k] = offset;
                offset += align(tiling.size * sizes[k]);
            }
        }
        offsets[n] = offset; // the partial results of runs
        this.bytes = offset + (form == Form.RUNS ? align(tiling.steps[tiling.rowDim] * 8) : 0);
        this.count =
                form == Form.RUNS
                        ? tiling.size
                        : form == Form.ACROSS ? tiling.steps[tiling.rowDim] : nest.extents[nest.rank - 1];
    }

    private static long align(long bytes) {
        return bytes + ALIGN - 1 & -ALIGN;
    }

    /** {@return the number of rows of a full tile} */
    private long rowsPerTile() {
        return switch (form) {
            case LONG -> tiling.rowDim < 0 ? 1 : tiling.steps[tiling.rowDim];
            case TRANSPOSED -> tiling.steps[tiling.rowDim];
            case RUNS -> 1;
            case ACROSS -> tiling.steps[nest.rank - 1];
        };
    }

    private static boolean isFold(Step step) {
        return step.kind() != Kind.MAP && step.kind() != Kind.ROW_MAP;
    }

    private Code code(int i, Step step) {
        var compiled = prepared.steps()[i];
        if (step.kind() == Kind.ROW_MAP) {
            return compiled.pointwise(0);
        }
        long uniform = 0;
        int[] arguments = step.arguments();
        for (int a = 0; a < arguments.length; a++) {
            uniform |= isUniform(arguments[a]) ? 1L << a : 0;
        }
        return step.kind() == Kind.MAP
                ? compiled.pointwise(uniform)
                : compiled.reduce(step.op(), form.isInterleaved(), uniform);
    }

    /** Whether a value is one element along the innermost dimension. */
    private boolean isUniform(int number) {
        if (number < inputs) {
            return nest.strides[number][form == Form.TRANSPOSED ? tiling.rowDim : nest.rank - 1] == 0;
        }
        return program.step(number).kind().isPerRow() && !form.isInterleaved();
    }

    private void run() {
        long grain = Math.max(1, CHUNK / (tiling.size * codes.length));
        Parallel.forRange(tiling.count, grain, (from, to) -> new Worker().run(from, to));
    }

    /** The state of one thread. */
    private final class Worker {
        private final long work = Scratch.address(TiledPointwise.SCRATCH_SLOT, bytes);
        private final long[][] blocks = new long[codes.length][];
        private final Tiling.Cursor cursor = tiling.new Cursor();
        private long n;
        private long rows;

        Worker() {
            for (int i = 0; i < blocks.length; i++) {
                int operands = program.steps().get(i).arguments().length + 1;
                blocks[i] = new long[Parameters.length(operands, scalars.length)];
                Parameters.putScalars(blocks[i], operands, scalars);
                blocks[i][Parameters.SCRATCH] = work;
            }
        }

        void run(long from, long to) {
            for (long tile = from; tile < to; tile++) {
                cursor.seek(tile);
                boolean transpose = form == Form.TRANSPOSED;
                n = transpose ? cursor.rows() : cursor.columns();
                rows = transpose ? cursor.columns() : cursor.rows();
                for (int k = 0; transpose && k < inputs; k++) {
                    if (transposed[k] != NONE) {
                        Transpose.copy(n, rows, cursor.address(k), stride(k), work + transposed[k], n * sizes[k]);
                    }
                }
                for (int i = 0; i < blocks.length; i++) {
                    step(i);
                }
            }
        }

        private void step(int i) {
            var step = program.steps().get(i);
            var block = blocks[i];
            int[] arguments = step.arguments();
            if (step.kind() == Kind.ROW_MAP) {
                rowMap(i, step, block);
            } else {
                block[Parameters.N] = n;
                block[Parameters.ROWS] = rows;
                for (int a = 0; a < arguments.length; a++) {
                    input(block, a, arguments[a]);
                }
                output(block, arguments.length, i, step);
                codes[i].run(block);
                var second = combine[i];
                if (second != null) {
                    combineRuns(second, i, step);
                }
                if (step.kind() == Kind.MEAN || step.kind() == Kind.VARIANCE) {
                    average(step.type(), work + offsets[i], rowCount());
                }
            }
            int operand = operandOf[inputs + i];
            if (operand == NONE) {
                return;
            }
            if (step.kind().isPerRow()) {
                copyOut(step.type(), work + offsets[i], operand);
            } else if (transposed[operand] != NONE) {
                long size = sizes[operand];
                Transpose.copy(rows, n, work + transposed[operand], n * size, cursor.address(operand), stride(operand));
            }
        }

        private long rowCount() {
            return form == Form.LONG ? rows : form == Form.RUNS ? 1 : n;
        }

        /** Sets the address and row stride of a kernel's input. */
        private void input(long[] block, int a, int number) {
            int operand = operandOf[number];
            if (number >= inputs && program.step(number).kind().isPerRow()) {
                block[Parameters.address(a)] = work + offsets[number - inputs];
                block[Parameters.rowStride(a)] = form == Form.LONG ? program.step(number).type().size() : 0;
            } else if (operand == NONE) {
                temporary(block, a, number - inputs);
            } else {
                element(block, a, operand);
            }
        }

        private void output(long[] block, int a, int i, Step step) {
            if (step.kind() == Kind.MAP) {
                int operand = operandOf[inputs + i];
                if (operand == NONE) {
                    temporary(block, a, i);
                } else {
                    element(block, a, operand);
                }
                return;
            }
            boolean runs = form == Form.RUNS;
            block[Parameters.address(a)] = work + offsets[runs ? offsets.length - 1 : i];
            block[Parameters.rowStride(a)] = form.isInterleaved() ? 0 : step.type().size();
        }

        private void temporary(long[] block, int a, int i) {
            block[Parameters.address(a)] = work + offsets[i];
            block[Parameters.rowStride(a)] = n * program.steps().get(i).type().size();
        }

        private void element(long[] block, int a, int operand) {
            if (transposed[operand] != NONE) {
                block[Parameters.address(a)] = work + transposed[operand];
                block[Parameters.rowStride(a)] = n * sizes[operand];
                return;
            }
            if (form == Form.TRANSPOSED) {
                block[Parameters.address(a)] = cursor.address(operand);
                block[Parameters.rowStride(a)] = nest.strides[operand][nest.rank - 1];
                return;
            }
            block[Parameters.address(a)] = cursor.address(operand);
            block[Parameters.rowStride(a)] = tiling.rowDim < 0 ? 0 : nest.strides[operand][tiling.rowDim];
        }

        private void combineRuns(Code second, int i, Step step) {
            var block = new long[Parameters.length(2, 0)];
            block[Parameters.N] = rows;
            block[Parameters.ROWS] = 1;
            block[Parameters.SCRATCH] = work;
            block[Parameters.address(0)] = work + offsets[offsets.length - 1];
            block[Parameters.address(1)] = work + offsets[i];
            second.run(block);
        }

        /** Computes a value for each row, contiguous in scratch memory. */
        private void rowMap(int i, Step step, long[] block) {
            int[] arguments = step.arguments();
            long results = rowCount();
            int size = step.type().size();
            boolean dense = true;
            for (int number : arguments) {
                dense &= number >= inputs || results == 1 || stride(number) == sizes[number];
            }
            long calls = dense ? 1 : results;
            block[Parameters.N] = dense ? results : 1;
            block[Parameters.ROWS] = 1;
            for (long r = 0; r < calls; r++) {
                for (int a = 0; a < arguments.length; a++) {
                    int number = arguments[a];
                    block[Parameters.address(a)] =
                            number < inputs
                                    ? cursor.address(number) + r * stride(number)
                                    : work + offsets[number - inputs] + r * program.step(number).type().size();
                }
                block[Parameters.address(arguments.length)] = work + offsets[i] + r * size;
                codes[i].run(block);
            }
        }

        /** {@return the stride, in bytes, of a per-row input} */
        private long stride(int operand) {
            return switch (form) {
                case LONG, TRANSPOSED -> tiling.rowDim < 0 ? 0 : nest.strides[operand][tiling.rowDim];
                case RUNS -> 0;
                case ACROSS -> nest.strides[operand][nest.rank - 1];
            };
        }

        private void average(DType type, long address, long results) {
            double n = count;
            if (type == DType.FLOAT64) {
                for (long i = 0; i < results; i++) {
                    Mem.f64(address + i * 8, Mem.f64(address + i * 8) / n);
                }
            } else {
                for (long i = 0; i < results; i++) {
                    Mem.f32(address + i * 4, (float) (Mem.f32(address + i * 4) / n));
                }
            }
        }

        private void copyOut(DType type, long from, int operand) {
            long to = cursor.address(operand);
            long step = stride(operand);
            long results = rowCount();
            if (type == DType.FLOAT64) {
                for (long i = 0; i < results; i++) {
                    Mem.f64(to + i * step, Mem.f64(from + i * 8));
                }
            } else {
                for (long i = 0; i < results; i++) {
                    Mem.f32(to + i * step, Mem.f32(from + i * 4));
                }
            }
        }
    }
}
