package fathom.cpu.attention;

import fathom.DType;
import fathom.cpu.attention.TileProducts.Layout;
import fathom.cpu.kernels.TileKernel;
import fathom.cpu.memory.Memory;
import fathom.cpu.parallel.Parallel;
import fathom.cpu.parallel.Scratch;
import fathom.primitive.Operand;
import fathom.primitive.neural.AttentionGrad;
import org.jspecify.annotations.Nullable;

/**
 * The tiled backward pass of attention: it recomputes the weights from scores and the log-sum-exp saved by the forward
 * pass, then runs five matrix products per tile. A task processes all key blocks of one matrix or, if there are few
 * matrices, every n-th block; each task then accumulates its own partial query gradient, and the partials are added in
 * a fixed order.
 */
public final class AttentionBackward {
    private static final DType F = DType.FLOAT32;
    private static final int QUERIES = 128;

    /** Keys per block: two tiles of 300 KB. */
    private static final int KEYS = 512;

    /** Minimum number of tasks that keeps all threads busy. */
    private static final long MIN_TASKS = 8;

    /** Scratch slot, on the calling thread, of the tasks' partial query gradients. */
    private static final int PARTS_SLOT = 7;

    private final AttentionGrad primitive;
    private final Problem problem;
    private final Matrices y;
    private final Matrices lse;
    private final Matrices g;
    private final Matrices gradQ;
    private final Matrices gradK;
    private final Matrices gradV;
    private final int parts;

    /** Whether query gradients, or key and value gradients, accumulate directly in the outputs. */
    private final boolean directQ;

    private final boolean directK;

    /** Whether tiles are skipped, or cut, where the mask hides their keys. */
    private final boolean skips;

    private final ProductTable scores;
    private final ProductTable weights;
    private final ProductTable queryRows;
    private final ProductTable keyRows;
    private final ProductTable valueRows;
    private final long grain;
    private final @Nullable TileKernel[] gradients;
    private final TileKernel dot;
    private final TileKernel add = Steps.total();
    private final TileKernel convert;
    private final Offsets offsets;

    /** Offsets into a thread's scratch memory. */
    private record Offsets(
            long means,
            long products,
            long weightGrads,
            long dropped,
            long scoreGrads,
            long mask,
            long leftQ,
            long leftG,
            long sumsQ,
            long sumsK,
            long sumsV,
            long rows) {}

    /**
     * Prepares the kernels for operands of these layouts.
     *
     * @param in the primitive's inputs
     * @param outputs the primitive's outputs, with dense rows
     */
    public AttentionBackward(AttentionGrad primitive, Operand[] in, Operand[] outputs, TileProducts products) {
        this.primitive = primitive;
        Operand[] out = primitive.separate(outputs);
        problem = new Problem(primitive.forward(), in, QUERIES, KEYS);
        var p = problem;
        int after = in.length - 3;
        y = Matrices.of(in[after]);
        lse = Matrices.ofVectors(in[after + 1]);
        g = Matrices.of(in[after + 2]);
        gradQ = Matrices.of(out[0]);
        gradK = Matrices.of(out[1]);
        gradV = Matrices.of(out[2]);
        boolean causal = primitive.forward().causal();
        parts = (int) Math.clamp(Math.ceilDiv(MIN_TASKS, p.items), 1, p.keys.count());
        directQ = p.keys.count() == 1 && primitive.type() == F;
        directK = p.queries.count() == 1 && primitive.type() == F && (!causal || p.keys.length() <= p.queries.length());
        skips = p.mask.skips() && !directK;
        int m = p.queries.size();
        int n = p.keys.size();
        long tile = p.reserveTile(F);
        long second = p.reserveTile(F);
        offsets =
                new Offsets(
                        p.reserve(p.queries.length(), F),
                        tile,
                        second,
                        p.isNarrow() ? p.reserveTile(p.type) : tile,
                        p.isNarrow() ? p.reserveTile(p.type) : second,
                        p.reserve(p.mask.bytes(m, n), DType.INT8),
                        p.reserveLeft(p.q, p.width),
                        p.reserveLeft(g, p.valueWidth),
                        p.reserve(directQ || parts > 1 ? 0 : (long) p.queries.length() * p.width, F),
                        p.reserve(directK ? 0 : (long) n * p.width, F),
                        p.reserve(directK ? 0 : (long) n * p.valueWidth, F),
                        p.reserve((long) Math.max(m, n) * Math.max(p.width, p.valueWidth), F));
        var wide = new Layout(F, p.pitch, 1);
        var narrow = new Layout(p.type, p.pitch, 1);
        var layoutQ = directQ ? gradQ.layout() : new Layout(F, p.width, 1);
        var layoutK = directK ? gradK.layout() : new Layout(F, p.width, 1);
        var layoutV = directK ? gradV.layout() : new Layout(F, p.valueWidth, 1);
        scores =
                new ProductTable(
                        (i, j) -> products.of(i, j, p.width, p.left(p.q, p.width), p.k.layout().transposed(), wide));
        weights =
                new ProductTable((i, j) ->
                        products.of(i, j, p.valueWidth, p.left(g, p.valueWidth), p.v.layout().transposed(), wide));
        queryRows = new ProductTable((i, j) -> products.of(i, p.width, j, narrow, p.k.layout(), layoutQ));
        keyRows = new ProductTable((i, j) -> products.of(j, p.width, i, narrow.transposed(), p.q.layout(), layoutK));
        valueRows =
                new ProductTable((i, j) -> products.of(j, p.valueWidth, i, narrow.transposed(), g.layout(), layoutV));
        p.forEachSize((i, j) -> {
            scores.add(i, j);
            weights.add(i, j);
            queryRows.add(i, j);
            keyRows.add(i, j);
            valueRows.add(i, j);
        });
        boolean plain = !primitive.forward().masked() || p.mask.skips();
        boolean masked = causal || primitive.forward().masked();
        boolean drops = primitive.forward().drops();
        gradients =
                new @Nullable TileKernel[] {
                    plain ? Steps.gradients(null, false, drops, p.type) : null,
                    masked ? Steps.gradients(p.mask.type(), p.mask.isPerRow(), drops, p.type) : null
                };
        dot = Steps.dot(p.type);
        convert = Steps.convert(primitive.type());
        double flops = 2.0 * p.queries.length() * p.keys.length() * (3 * p.width + 2 * p.valueWidth);
        grain = Problem.grain(flops / parts, 2.0 * p.queries.count() * p.keys.count() / parts);
    }

    /** Computes the outputs. Operands must have the layouts passed to the constructor. */
    public void run(Operand[] in, Operand[] outputs) {
        var p = problem;
        Operand[] out = primitive.separate(outputs);
        long each = (long) p.queries.length() * p.width * Float.BYTES;
        long sums = parts == 1 ? 0 : Scratch.address(PARTS_SLOT, p.items * parts * each);
        Parallel.forRange(
                p.items * parts,
                grain,
                (from, to) -> {
                    var worker = new Worker(in, out);
                    for (long task = from; task < to; task++) {
                        worker.task(task / parts, (int) (task % parts), sums + task * each);
                    }
                });
        if (parts > 1) {
            int blocks = p.queries.count();
            Parallel.forRange(
                    p.items * blocks,
                    1,
                    (from, to) -> {
                        for (long task = from; task < to; task++) {
                            addParts(out[0], task / blocks, (int) (task % blocks), sums, each);
                        }
                    });
        }
    }

    private void addParts(Operand out, long item, int block, long sums, long each) {
        var p = problem;
        int query = p.queries.start(block);
        int m = p.queries.length(block);
        long rowBytes = (long) p.width * Float.BYTES;
        long first = sums + item * parts * each + query * rowBytes;
        var sum = add.call(0).at(0, first, 0).at(2, first, 0);
        for (int part = 1; part < parts; part++) {
            sum.at(1, first + part * each, 0).run(1, m * p.width);
        }
        convert.call(0)
                .at(0, first, rowBytes)
                .at(1, out.address() + gradQ.offset(item) + query * gradQ.rowStep(), gradQ.rowStep())
                .run(m, p.width);
    }

    /** The state of one thread. */
    private final class Worker {
        private final Operand[] in;
        private final Operand[] out;
        private final long work = Scratch.address(Problem.SLOT, problem.bytes());
        private final TileKernel.@Nullable Call[] gradientCalls = new TileKernel.@Nullable Call[2];
        private final TileKernel.Call computeMeans = dot.call(work);
        private final TileKernel.Call addProduct = add.call(work);
        private final TileKernel.Call store = convert.call(work);
        private final long pitch = problem.pitch * Float.BYTES;
        private final long typePitch = problem.pitch * problem.type.size();
        private final long rowBytes = (long) problem.width * Float.BYTES;
        private final long valueBytes = (long) problem.valueWidth * Float.BYTES;
        private long atQ;
        private long atK;
        private long atV;
        private long atG;

        Worker(Operand[] in, Operand[] out) {
            this.in = in;
            this.out = out;
            for (int i = 0; i < 2; i++) {
                var kernel = gradients[i];
                gradientCalls[i] =
                        kernel == null
                                ? null
                                : kernel.call(work, problem.primitive.scale(), problem.primitive.factor());
            }
        }

        /**
         * Processes some key blocks of one matrix, with all queries.
         *
         * @param shared the address of this task's partial query gradient, if tasks have their own
         */
        void task(long item, int part, long shared) {
            var p = problem;
            int after = in.length - 3;
            atQ = in[0].address() + p.q.offset(item);
            atK = in[1].address() + p.k.offset(item);
            atV = in[2].address() + p.v.offset(item);
            atG = in[after + 2].address() + g.offset(item);
            computeMeans
                    .at(0, atG, g.rowStep())
                    .at(1, in[after].address() + y.offset(item), y.rowStep())
                    .at(2, work + offsets.means, Float.BYTES)
                    .run(p.queries.length(), p.valueWidth);
            long outQ = out[0].address() + gradQ.offset(item);
            long sumsQ = directQ ? outQ : parts > 1 ? shared : work + offsets.sumsQ;
            // not every query block attends to a part's first keys
            boolean zeroed = parts > 1 && p.primitive.causal() || skips && !directQ;
            if (zeroed) {
                Memory.zero(sumsQ, p.queries.length() * rowBytes);
            }
            for (int j = part; j < p.keys.count(); j += parts) {
                keys(item, j, sumsQ, !zeroed && j == part);
            }
            if (!directQ && parts == 1) {
                store.at(0, sumsQ, rowBytes).at(1, outQ, gradQ.rowStep()).run(p.queries.length(), p.width);
            }
        }

        /** Processes one key block. */
        private void keys(long item, int j, long sumsQ, boolean firstForQ) {
            var p = problem;
            int key = p.keys.start(j);
            int keyCount = p.keys.length(j);
            long outK = out[1].address() + gradK.offset(item) + key * gradK.rowStep();
            long outV = out[2].address() + gradV.offset(item) + key * gradV.rowStep();
            long sumsK = directK ? outK : work + offsets.sumsK;
            long sumsV = directK ? outV : work + offsets.sumsV;
            boolean firstForK = !p.primitive.causal() && !skips || directK;
            if (!firstForK) { // the first queries may attend to some of the keys only
                Memory.zero(sumsK, keyCount * rowBytes);
                Memory.zero(sumsV, keyCount * valueBytes);
            }
            for (int i = 0; i < p.queries.count(); i++) {
                int query = p.queries.start(i);
                int m = p.queries.length(i);
                if (p.isHidden(query, m, key)) {
                    continue;
                }
                long mask = p.primitive.masked() ? in[3].address() : 0;
                int visible =
                        skips
                                ? p.mask.visible(mask, item, query, m, key, keyCount)
                                : p.mask.visible(query, m, key, keyCount);
                if (visible == 0 && !directQ) {
                    continue;
                }
                int n = visible == 0 ? keyCount : Math.abs(visible);
                long q = atQ + query * p.q.rowStep();
                long k = atK + key * p.k.rowStep();
                long gradRows = atG + query * g.rowStep();
                scores.get(m, n).run(p.left(p.q, p.width, q, m, work + offsets.leftQ), k, work + offsets.products);
                long left = p.left(g, p.valueWidth, gradRows, m, work + offsets.leftG);
                weights.get(m, n).run(left, atV + key * p.v.rowStep(), work + offsets.weightGrads);
                tile(item, query, m, key, n, visible >= 0 && p.mask.isMasked(query, key, n));
                boolean first = firstForK && i == 0;
                sum(valueRows.get(m, n), work + offsets.dropped, gradRows, sumsV, n * p.valueWidth, first);
                sum(keyRows.get(m, n), work + offsets.scoreGrads, q, sumsK, n * p.width, first);
                long to = sumsQ + query * (directQ ? gradQ.rowStep() : rowBytes);
                sum(queryRows.get(m, n), work + offsets.scoreGrads, k, to, m * p.width, firstForQ);
            }
            if (!directK) {
                store.at(0, sumsK, rowBytes).at(1, outK, gradK.rowStep()).run(keyCount, p.width);
                store.at(0, sumsV, valueBytes).at(1, outV, gradV.rowStep()).run(keyCount, p.valueWidth);
            }
        }

        /** Adds a product to {@code elements} contiguous elements, or stores it there if it is the first. */
        private void sum(TileProducts.Product product, long a, long b, long sum, int elements, boolean first) {
            if (first) {
                product.run(a, b, sum);
                return;
            }
            product.run(a, b, work + offsets.rows);
            addProduct.at(0, sum, 0).at(1, work + offsets.rows, 0).at(2, sum, 0).run(1, elements);
        }

        /** Computes the weights and the score gradients of one tile. */
        private void tile(long item, int query, int m, int key, int n, boolean masked) {
            var p = problem;
            var call =
                    AttentionForward.of(gradientCalls, masked)
                            .at(0, work + offsets.products, pitch)
                            .at(1, work + offsets.weightGrads, pitch);
            int operand = 2;
            if (masked) {
                long base = p.primitive.masked() ? in[3].address() : 0;
                call.at(
                        operand++,
                        p.mask.address(base, item, query, m, key, n, work + offsets.mask),
                        p.mask.rowStep(n));
            }
            var keepMask = p.keepMask;
            if (keepMask != null) {
                long from = in[p.keepMaskInput()].address() + keepMask.offset(item) + query * keepMask.rowStep() + key;
                call.at(operand++, from, keepMask.rowStep());
            }
            long logarithms = in[in.length - 2].address() + lse.offset(item) + query * lse.rowStep();
            call.at(operand++, logarithms, Float.BYTES)
                    .at(operand++, work + offsets.means + (long) query * Float.BYTES, Float.BYTES)
                    .at(operand++, work + offsets.dropped, typePitch)
                    .at(operand, work + offsets.scoreGrads, typePitch)
                    .run(m, n);
            p.zeroPad(work + offsets.dropped, m, n);
            p.zeroPad(work + offsets.scoreGrads, m, n);
        }
    }
}
