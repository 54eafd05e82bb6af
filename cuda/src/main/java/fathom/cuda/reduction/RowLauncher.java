package fathom.cuda.reduction;

import fathom.DType;
import fathom.cuda.code.Scalars;
import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.KernelFunction;
import fathom.cuda.gpu.Launch;
import fathom.cuda.gpu.Work;
import fathom.cuda.reduction.RowLayout.Access;
import fathom.cuda.reduction.RowSource.Mode;
import fathom.cuda.reduction.RowSource.Variant;
import fathom.primitive.Operand;
import java.util.ArrayList;
import java.util.List;

/**
 * Chooses how a {@link FoldProgram} runs: in one kernel if there are rows enough to fill the card, else in several over
 * parts of rows, whose results are merged in order.
 */
final class RowLauncher {
    private static final int THREADS = 256;

    /** The largest accumulator: a pair of moments in double. */
    private static final int FOLD_BYTES = 24;

    private final Gpu gpu;
    private final Object key;
    private final FoldProgram program;
    private final RowLayout layout;
    private final List<Operand> operands;
    private final Number[] scalars;
    private final String name;
    private final DType[] types;
    private final int outputs;
    private final int multiprocessors;

    RowLauncher(
            Gpu gpu,
            Object key,
            FoldProgram program,
            RowLayout layout,
            List<Operand> operands,
            Number[] scalars,
            String name) {
        this.gpu = gpu;
        this.key = key;
        this.program = program;
        this.layout = layout;
        this.operands = operands;
        this.scalars = scalars;
        this.name = name;
        outputs = program.results().length;
        multiprocessors = gpu.properties().multiprocessors();
        types = new DType[operands.size()];
        for (int i = 0; i < types.length; i++) {
            types[i] = operands.get(i).dtype();
        }
    }

    Work prepare() {
        if (layout.rows() == 0) {
            return () -> {};
        }
        long lines = layout.lines();
        long steps = layout.steps();
        int chunk = chunk();
        boolean hasMaps = !program.mapResults().isEmpty();
        if (layout.columns()) {
            int ty = (int) Math.min(THREADS / Math.min(32, power(lines)), Math.max(1, floorPower(steps / chunk)));
            int tx = (int) Math.min(THREADS / ty, Math.max(power(lines), 32 / ty));
            chunk = smaller(chunk, steps, ty);
            long blocks = (lines + tx - 1) / tx;
            long parts = parts(blocks, steps, (long) ty * chunk);
            if (parts > 1) {
                return split(chunk, tx, ty, blocks, parts);
            }
            return one(Mode.LOOP, chunk, tx, ty, blocks);
        }
        // with few elements in registers, as many as a thread keeps of a row
        int kept = Math.max(1, 32 / layout.width() / (program.inputCount() > 1 ? 2 : 1));
        if (hasMaps && steps <= 1024L * Math.max(1, kept / 2)) {
            int tx = steps <= 32 ? power(steps) : steps <= 32L * Math.min(8, kept) ? 32 : 0;
            if (tx == 0) {
                tx = (int) Math.max(128, Math.min(1024, power((steps + 3) / 4)));
                while (tx < 1024 && steps > (long) tx * kept) {
                    tx *= 2;
                }
            }
            chunk = power((steps + tx - 1) / tx);
            // rows too few to fill the card are still worth parts if they are long
            if (lines * 4 >= multiprocessors || steps <= 2048) {
                int ty = tx >= 128 ? 1 : 128 / tx;
                return one(Mode.REGISTERS, chunk, tx, ty, (lines + ty - 1) / ty);
            }
            chunk = chunk();
        }
        int tx = steps <= 32 ? power(steps) : steps <= 1024 ? 32 : THREADS;
        int ty = THREADS / tx;
        chunk = smaller(chunk, steps, tx);
        long blocks = (lines + ty - 1) / ty;
        long parts = parts(blocks, steps, (long) tx * chunk);
        return parts > 1 ? split(chunk, tx, ty, blocks, parts) : one(Mode.LOOP, chunk, tx, ty, blocks);
    }

    /** {@return the vectors that a thread loads at once: some 64 bytes, fewer of several operands} */
    private int chunk() {
        int inputs = 0;
        int bytes = 1;
        for (int i = outputs; i < types.length; i++) {
            if (layout.access().get(i) != Access.PER_ROW) {
                inputs++;
                bytes = Math.max(bytes, types[i].size() * layout.width());
            }
        }
        int chunk = Math.clamp(64 / bytes, 1, 8);
        chunk = inputs > 1 ? Math.max(1, chunk / 2) : chunk;
        while (chunk > 1 && chunk * layout.width() > 32) {
            chunk /= 2;
        }
        return chunk;
    }

    private static int smaller(int chunk, long steps, int threads) {
        return (int) Math.min(chunk, power((steps + threads - 1) / threads));
    }

    /** {@return into how many parts rows are divided: one where the blocks fill the card, or rows are short} */
    private long parts(long blocks, long steps, long perBlock) {
        boolean starts = false;
        for (int r : program.results()) {
            starts |= program.level(r) == 0;
        }
        long wanted = multiprocessors * 8L;
        if (starts || program.groups() == 0 || blocks >= multiprocessors * 2L || steps < 4 * perBlock) {
            return 1;
        }
        return Math.clamp(wanted / blocks, 1, Math.min(steps / (2 * perBlock), 4096));
    }

    /** {@return the smallest power of two that is not below, at most 2^20} */
    static int power(long n) {
        return n <= 1 ? 1 : (int) Math.min(1 << 20, Long.highestOneBit(n - 1) * 2);
    }

    private static long floorPower(long n) {
        return n <= 1 ? 1 : Long.highestOneBit(n);
    }

    private KernelFunction function(Mode mode, int group, int chunk, int tx, int ty) {
        var variant =
                new Variant(
                        key,
                        mode,
                        group,
                        mode != Mode.FINISH && layout.columns(),
                        layout.kept().rank(),
                        layout.reduced().rank(),
                        layout.access(),
                        mode == Mode.FINISH ? 1 : layout.width(),
                        layout.isSmall(),
                        chunk,
                        tx,
                        ty);
        return gpu.function(variant, () -> new RowSource(program, variant, types).write(name));
    }

    private long[] arguments(boolean finish, long parts, long partial, long values) {
        int keptRank = layout.kept().rank();
        int reducedRank = layout.reduced().rank();
        int width = finish ? 1 : layout.width();
        boolean columns = layout.columns();
        var a =
                new long
                        [8
                                + keptRank
                                + reducedRank
                                + operands.size() * (2 + keptRank + reducedRank)
                                + program.scalars().length];
        int n = 0;
        long steps = layout.steps();
        a[n++] = layout.rows();
        a[n++] = layout.lines();
        a[n++] = steps;
        a[n++] = (steps + parts - 1) / parts;
        a[n++] = parts;
        a[n++] = Double.doubleToRawLongBits(layout.length());
        a[n++] = partial;
        a[n++] = values;
        n = put(a, n, layout.kept().sizes(), columns ? width : 1, false);
        n = put(a, n, layout.reduced().sizes(), columns ? 1 : width, false);
        for (int i = 0; i < types.length; i++) {
            long[] kept = layout.kept().strides()[i];
            long[] reduced = layout.reduced().strides()[i];
            a[n++] = operands.get(i).address();
            n = put(a, n, kept, columns ? width : 1, true);
            n = put(a, n, reduced, columns ? 1 : width, true);
            long[] axis = columns ? kept : reduced;
            a[n++] = axis[axis.length - 1];
        }
        DType[] scalarTypes = program.scalars();
        for (int i = 0; i < scalarTypes.length; i++) {
            a[n++] = Scalars.bits(scalarTypes[i], scalars[i]);
        }
        return a;
    }

    /** Sizes or strides, in vectors along the innermost dimension. */
    private static int put(long[] to, int at, long[] values, int width, boolean times) {
        System.arraycopy(values, 0, to, at, values.length);
        int last = at + values.length - 1;
        to[last] = times ? to[last] * width : to[last] / width;
        return last + 1;
    }

    private Work one(Mode mode, int chunk, int tx, int ty, long blocks) {
        var function = function(mode, 0, chunk, tx, ty);
        var launch =
                new Launch(
                        function,
                        new int[] {Math.toIntExact(blocks), 1, 1},
                        new int[] {tx, ty, 1},
                        0,
                        arguments(false, 1, 0, 0));
        return () -> gpu.launch(launch);
    }

    /** Folds parts of rows, merges the parts, and so on; the elements last. */
    private Work split(int chunk, int tx, int ty, long blocks, long wanted) {
        long size = (layout.steps() + wanted - 1) / wanted;
        long parts = (layout.steps() + size - 1) / size;
        List<Launch> launches = new ArrayList<>();
        long rows = layout.rows();
        int slots = program.valueCount() - program.inputCount();
        int most = 0;
        for (int g = 1; g <= program.groups(); g++) {
            most = Math.max(most, program.folds(g).size());
        }
        long partialBytes = (parts * rows * most * FOLD_BYTES + 255) / 256 * 256;
        long bytes = partialBytes + 8 * rows * slots;
        int[] grid = {Math.toIntExact(blocks), Math.toIntExact(parts), 1};
        int[] block = {tx, ty, 1};
        long[] forParts = arguments(false, parts, 0, 0);
        long[] forMerging = arguments(true, parts, 0, 0);
        int mergers = parts > 128 ? THREADS : 32;
        int merged = THREADS / mergers;
        for (int g = 1; g <= program.groups(); g++) {
            launches.add(new Launch(function(Mode.PARTIAL, g, chunk, tx, ty), grid, block, 0, forParts));
            int[] blocksOfRows = {Math.toIntExact((rows + merged - 1) / merged), 1, 1};
            var function = function(Mode.FINISH, g, 1, mergers, merged);
            launches.add(new Launch(function, blocksOfRows, new int[] {mergers, merged, 1}, 0, forMerging));
        }
        if (!program.mapResults().isEmpty()) {
            launches.add(new Launch(function(Mode.ELEMENTS, 0, chunk, tx, ty), grid, block, 0, forParts));
        }
        return () -> {
            synchronized (gpu.lock()) {
                long partial = gpu.scratch(bytes);
                forParts[6] = forMerging[6] = partial;
                forParts[7] = forMerging[7] = partial + partialBytes;
                for (Launch l : launches) {
                    gpu.launch(l);
                }
            }
        };
    }
}
