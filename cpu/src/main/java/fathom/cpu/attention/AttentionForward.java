package fathom.cpu.attention;

import fathom.DType;
import fathom.cpu.attention.TileProducts.Layout;
import fathom.cpu.kernels.TileKernel;
import fathom.cpu.parallel.Parallel;
import fathom.cpu.parallel.Scratch;
import fathom.primitive.Operand;
import fathom.primitive.neural.Attention;
import org.jspecify.annotations.Nullable;

/**
 * Tiled attention with online softmax (Milakov and Gimelshein, 2018). A task is one query block, which iterates over
 * the key blocks: scores, exponentials relative to the running maximum, products with the values. A new maximum
 * rescales the sums accumulated so far. The block sizes depend on the shapes alone, so results do not depend on the
 * number of threads.
 */
public final class AttentionForward {
    private static final DType F = DType.FLOAT32;

    /** Queries per block: large enough that packing the operands of a tile's products costs little. */
    private static final int QUERIES = 128;

    /** Keys per block: a tile takes 300 KB and stays in the L2 cache. */
    private static final int KEYS = 512;

    private final Problem problem;
    private final Matrices y;
    private final Matrices lse;
    private final ProductTable scores;
    private final ProductTable values;

    /** Whether sums accumulate directly in the output. */
    private final boolean direct;

    private final long grain;
    private final Kernels kernels;
    private final Offsets offsets;

    /** The kernels that run between products; two variants, without and with a mask, of those that read scores. */
    private record Kernels(
            @Nullable TileKernel[] max,
            @Nullable TileKernel[] exp,
            TileKernel sum,
            TileKernel drop,
            TileKernel shift,
            TileKernel next,
            TileKernel addSums,
            TileKernel addRows,
            TileKernel last,
            TileKernel scale) {}

    /** Offsets into a thread's scratch memory: per-row numbers, tiles, and rows of values. */
    private record Offsets(
            long max,
            long tileMax,
            long shift,
            long sum,
            long tileSum,
            long decay,
            long factor,
            long tile,
            long weights,
            long mask,
            long left,
            long rows,
            long tileRows) {}

    /**
     * Prepares the kernels for operands of these layouts.
     *
     * @param in the primitive's inputs
     * @param out the primitive's outputs, with dense rows
     * @param others the products of tiles of several queries
     */
    public AttentionForward(Attention primitive, Operand[] in, Operand[] out, TileProducts others) {
        var products = OneQuery.before(others);
        problem = new Problem(primitive, in, QUERIES, KEYS);
        var p = problem;
        y = Matrices.of(out[0]);
        lse = Matrices.ofVectors(out[1]);
        direct = p.keys.count() == 1 && y.type() == F;
        int rows = p.queries.size();
        long tile = p.reserveTile(F);
        offsets =
                new Offsets(
                        p.reserve(rows, F),
                        p.reserve(rows, F),
                        p.reserve(rows, F),
                        p.reserve(rows, F),
                        p.reserve(rows, F),
                        p.reserve(rows, F),
                        p.reserve(rows, F),
                        tile,
                        p.isNarrow() ? p.reserveTile(p.type) : tile,
                        p.reserve(p.mask.bytes(rows, p.keys.size()), DType.INT8),
                        p.reserveLeft(p.q, p.width),
                        p.reserve((long) rows * p.valueWidth, F),
                        p.reserve((long) rows * p.valueWidth, F));
        var scoreLayout = new Layout(F, p.pitch, 1);
        var weightLayout = new Layout(p.type, p.pitch, 1);
        var rowLayout = direct ? y.layout() : new Layout(F, p.valueWidth, 1);
        scores =
                new ProductTable((m, n) ->
                        products.of(m, n, p.width, p.left(p.q, p.width), p.k.layout().transposed(), scoreLayout));
        values = new ProductTable((m, n) -> products.of(m, p.valueWidth, n, weightLayout, p.v.layout(), rowLayout));
        p.forEachSize((m, n) -> {
            scores.add(m, n);
            values.add(m, n);
        });
        boolean causal = primitive.causal();
        boolean perRow = p.mask.isPerRow();
        boolean plain = !primitive.masked() || p.mask.skips();
        boolean masked = causal || primitive.masked();
        DType maskType = p.mask.type();
        kernels =
                new Kernels(
                        new @Nullable TileKernel[] {
                            plain ? Steps.max(null, false) : null, masked ? Steps.max(maskType, perRow) : null
                        },
                        new @Nullable TileKernel[] {
                            plain ? Steps.exp(null, false, p.type) : null,
                            masked ? Steps.exp(maskType, perRow, p.type) : null
                        },
                        Steps.sum(p.type),
                        Steps.drop(p.type),
                        Steps.shift(),
                        Steps.next(),
                        Steps.addSums(),
                        Steps.addRows(),
                        Steps.last(),
                        Steps.scaleRows(y.type()));
        grain = Problem.grain(2.0 * rows * p.keys.length() * (p.width + p.valueWidth), p.keys.count());
    }

    /** Computes the outputs. Operands must have the layouts passed to the constructor. */
    public void run(Operand[] in, Operand[] out) {
        Parallel.forRange(
                problem.items * problem.queries.count(),
                grain,
                (from, to) -> {
                    var worker = new Worker(in, out);
                    for (long task = from; task < to; task++) {
                        worker.block(task / problem.queries.count(), (int) (task % problem.queries.count()));
                    }
                });
    }

    /** The state of one thread. */
    private final class Worker {
        private final Operand[] in;
        private final Operand[] out;
        private final long work = Scratch.address(Problem.SLOT, problem.bytes());
        private final TileKernel.@Nullable Call[] max = calls(kernels.max);
        private final TileKernel.@Nullable Call[] exp = calls(kernels.exp);
        private final TileKernel.Call sum = kernels.sum.call(work);
        private final TileKernel.Call drop = kernels.drop.call(work);
        private final TileKernel.Call shift = kernels.shift.call(work);
        private final TileKernel.Call next = kernels.next.call(work);
        private final TileKernel.Call addSums = kernels.addSums.call(work);
        private final TileKernel.Call addRows = kernels.addRows.call(work);
        private final TileKernel.Call finish = kernels.last.call(work, problem.primitive.factor());
        private final TileKernel.Call scale = kernels.scale.call(work);
        private final long pitch = problem.pitch * Float.BYTES;
        private final long weightPitch = problem.pitch * problem.type.size();

        Worker(Operand[] in, Operand[] out) {
            this.in = in;
            this.out = out;
        }

        private TileKernel.@Nullable Call[] calls(@Nullable TileKernel[] kernels) {
            var calls = new TileKernel.@Nullable Call[kernels.length];
            for (int i = 0; i < calls.length; i++) {
                var kernel = kernels[i];
                calls[i] = kernel == null ? null : kernel.call(work, problem.primitive.scale());
            }
            return calls;
        }

        /** Processes one query block, from the scores to the result. */
        void block(long item, int block) {
            var p = problem;
            int query = p.queries.start(block);
            int m = p.queries.length(block);
            long result = out[0].address() + y.offset(item) + query * y.rowStep();
            long rows = direct ? result : work + offsets.rows;
            long rowStep = direct ? y.rowStep() : (long) p.valueWidth * Float.BYTES;
            long inQ = in[0].address() + p.q.offset(item) + query * p.q.rowStep();
            long atQ = p.left(p.q, p.width, inQ, m, work + offsets.left);
            long atK = in[1].address() + p.k.offset(item);
            long atV = in[2].address() + p.v.offset(item);
            long mask = p.primitive.masked() ? in[3].address() : 0;
            boolean first = true;
            int last = p.keys.count() - 1;
            for (int j = 0; j <= last && !p.isHidden(query, m, p.keys.start(j)); j++) {
                int key = p.keys.start(j);
                int visible = p.mask.visible(mask, item, query, m, key, p.keys.length(j));
                if (visible == 0 && !(first && j == last)) {
                    continue; // the last tile gives the zeros of queries that see no key at all
                }
                int n = visible == 0 ? p.keys.length(j) : Math.abs(visible);
                scores.get(m, n).run(atQ, atK + key * p.k.rowStep(), work + offsets.tile);
                softmax(item, query, m, key, n, first, visible >= 0 && p.mask.isMasked(query, key, n));
                var product = values.get(m, n);
                long value = atV + key * p.v.rowStep();
                if (first) {
                    product.run(work + offsets.weights, value, rows);
                    first = false;
                } else {
                    product.run(work + offsets.weights, value, work + offsets.tileRows);
                    addRows.at(0, rows, rowStep)
                            .at(1, work + offsets.decay, Float.BYTES)
                            .at(2, work + offsets.tileRows, rowStep)
                            .at(3, rows, rowStep)
                            .run(m, p.valueWidth);
                }
            }
            finish.at(0, work + offsets.max, 0)
                    .at(1, work + offsets.sum, 0)
                    .at(2, out[1].address() + lse.offset(item) + query * lse.rowStep(), 0)
                    .at(3, work + offsets.factor, 0)
                    .run(1, m);
            scale.at(0, rows, rowStep)
                    .at(1, work + offsets.factor, Float.BYTES)
                    .at(2, result, y.rowStep())
                    .run(m, p.valueWidth);
        }

        /** Exponentiates a tile of scores and updates each row's running maximum and sum. */
        private void softmax(long item, int query, int m, int key, int n, boolean first, boolean masked) {
            var p = problem;
            var findMax = of(max, masked).at(0, work + offsets.tile, pitch);
            var computeExp = of(exp, masked).at(0, work + offsets.tile, pitch);
            int operand = 1;
            if (masked) {
                long base = p.primitive.masked() ? in[3].address() : 0;
                long address = p.mask.address(base, item, query, m, key, n, work + offsets.mask);
                findMax.at(operand, address, p.mask.rowStep(n));
                computeExp.at(operand++, address, p.mask.rowStep(n));
            }
            findMax.at(operand, work + (first ? offsets.max : offsets.tileMax), Float.BYTES).run(m, n);
            if (first) {
                shift.at(0, work + offsets.max, 0).at(1, work + offsets.shift, 0).run(1, m);
            } else {
                next.at(0, work + offsets.max, 0)
                        .at(1, work + offsets.tileMax, 0)
                        .at(2, work + offsets.max, 0)
                        .at(3, work + offsets.shift, 0)
                        .at(4, work + offsets.decay, 0)
                        .run(1, m);
            }
            computeExp
                    .at(operand, work + offsets.shift, Float.BYTES)
                    .at(operand + 1, work + offsets.weights, weightPitch)
                    .run(m, n);
            p.zeroPad(work + offsets.weights, m, n);
            sum.at(0, work + offsets.weights, weightPitch)
                    .at(1, work + (first ? offsets.sum : offsets.tileSum), Float.BYTES)
                    .run(m, n);
            if (!first) {
                addSums.at(0, work + offsets.sum, 0)
                        .at(1, work + offsets.decay, 0)
                        .at(2, work + offsets.tileSum, 0)
                        .at(3, work + offsets.sum, 0)
                        .run(1, m);
            }
            var keepMask = p.keepMask;
            if (keepMask != null) {
                long from = in[p.keepMaskInput()].address() + keepMask.offset(item) + query * keepMask.rowStep() + key;
                drop.at(0, work + offsets.weights, weightPitch)
                        .at(1, from, keepMask.rowStep())
                        .at(2, work + offsets.weights, weightPitch)
                        .run(m, n);
            }
        }
    }

    static TileKernel.Call of(TileKernel.@Nullable Call[] calls, boolean masked) {
        var call = calls[masked ? 1 : 0];
        if (call == null) {
            throw new IllegalStateException(
                    "no kernel was prepared for tiles " + (masked ? "with" : "without") + " mask");
        }
        return call;
    }
}
