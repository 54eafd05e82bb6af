package fathom.cuda.attention;

import fathom.DType;
import fathom.cuda.attention.AttentionSource.Kind;
import fathom.cuda.code.Geometry;
import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.KernelFamily;
import fathom.cuda.gpu.Launch;
import fathom.cuda.gpu.Work;
import fathom.primitive.Computed;
import fathom.primitive.Operand;
import fathom.primitive.neural.Attention;
import fathom.primitive.neural.AttentionGrad;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Attention by online softmax (Milakov and Gimelshein, 2018) in tiles (Dao, FlashAttention-2, 2023). The gradients of
 * queries, and those of keys and values, are computed by two kernels, each of which recomputes the weights, so that no
 * sum is shared between blocks and results are the same in each run.
 */
public final class AttentionKernels implements KernelFamily {
    // the matrices of struct Arguments, in its order
    private static final int SIGHT = 3;
    private static final int KEEP = 4;
    private static final int Y = 5;
    private static final int LSE = 6;
    private static final int G = 7;
    private static final int DELTA = 8;
    private static final int DQ = 9;
    private static final int DK = 10;
    private static final int DV = 11;
    private static final int MATRICES = 12;

    private static final int TILE = 64;

    /** The widest rows for tensor cores, whose sums stay in registers. */
    private static final int TENSOR_WIDTH = 128;

    /** The most columns of a result in a block. */
    private static final int MOST_COLUMNS = 128;

    /** For the list of families. */
    public AttentionKernels() {}

    @Override
    public Set<Class<? extends Computed>> primitives() {
        return Set.of(Attention.class, AttentionGrad.class);
    }

    @Override
    public @Nullable Work prepare(Gpu gpu, Computed primitive, Operand[] in, Operand[] out) {
        DType type = in[0].dtype();
        if (type == DType.FLOAT64 || !type.isFloating() || in[1].dtype() != type || in[2].dtype() != type) {
            return null;
        }
        boolean isForward = primitive instanceof Attention;
        Attention p = isForward ? (Attention) primitive : ((AttentionGrad) primitive).forward();
        var m = new @Nullable Operand[MATRICES];
        m[0] = in[0];
        m[1] = in[1];
        m[2] = in[2];
        int next = 3;
        if (p.masked()) {
            m[SIGHT] = in[next++];
        }
        if (p.drops()) {
            m[KEEP] = in[next++];
        }
        if (p.masked() && !in[3].dtype().isFloating() && in[3].dtype() != DType.BOOL) {
            return null;
        }
        if (isForward) {
            m[Y] = out[0];
            m[LSE] = out[1].unsqueeze(out[1].rank());
            return out[0].numel() == 0 ? () -> {} : new Problem(gpu, p, m, type).forward();
        }
        var grad = (AttentionGrad) primitive;
        m[Y] = in[next];
        m[LSE] = in[next + 1].unsqueeze(in[next + 1].rank());
        m[G] = in[next + 2];
        Operand[] parts = grad.separate(out);
        System.arraycopy(parts, 0, m, DQ, 3);
        return new Problem(gpu, p, m, grad.type()).backward();
    }

    /** One call: its sizes and arguments. */
    private static final class Problem {
        private final Gpu gpu;
        private final Attention p;
        private final DType type;
        private final DType gradient;
        private final @Nullable DType mask;
        private final long queries;
        private final long keys;
        private final int width;
        private final int valueWidth;
        private final Geometry batch;
        private final long[] arguments;
        private final boolean isDense;

        Problem(Gpu gpu, Attention p, @Nullable Operand[] m, DType gradient) {
            this.gpu = gpu;
            this.p = p;
            this.gradient = gradient;
            Operand q = needed(m[0]);
            Operand v = needed(m[2]);
            type = q.dtype();
            Operand sight = m[SIGHT];
            mask = sight == null ? null : sight.dtype();
            int r = q.rank();
            queries = q.shape()[r - 2];
            keys = v.shape()[r - 2];
            width = Math.toIntExact(q.shape()[r - 1]);
            valueWidth = Math.toIntExact(v.shape()[r - 1]);
            long[] shape = Arrays.copyOf(q.shape(), r - 2);
            var strides = new long[MATRICES][];
            for (int i = 0; i < MATRICES; i++) {
                Operand o = m[i];
                strides[i] = o == null ? new long[r - 2] : Arrays.copyOf(o.strides(), r - 2);
            }
            long step = queries;
            for (int d = r - 3; d >= 0; d--) {
                strides[DELTA][d] = step;
                step *= shape[d];
            }
            batch = Geometry.of(shape, strides, DELTA);
            int rank = batch.rank();
            int perMatrix = 3 + rank;
            arguments = new long[MATRICES * perMatrix + 7 + rank];
            boolean dense = true;
            for (int i = 0; i < MATRICES; i++) {
                Operand o = m[i];
                int at = i * perMatrix;
                if (o != null) {
                    arguments[at] = o.address();
                    arguments[at + 1] = o.strides()[r - 2];
                    arguments[at + 2] = o.strides()[r - 1];
                    if (i < 3 || i == G) {
                        long eight = 8;
                        dense &=
                                o.strides()[r - 1] == 1
                                        && o.address() % 16 == 0
                                        && o.strides()[r - 2] % eight == 0
                                        && o.shape()[r - 1] % eight == 0;
                        for (long s : batch.strides()[i]) {
                            dense &= s % eight == 0;
                        }
                    }
                }
                System.arraycopy(batch.strides()[i], 0, arguments, at + 3, rank);
            }
            arguments[DELTA * perMatrix + 1] = 1;
            isDense = dense;
            long[] last = {
                Double.doubleToRawLongBits(p.scale()),
                Double.doubleToRawLongBits(p.factor()),
                queries,
                keys,
                width,
                valueWidth,
                batch.numel()
            };
            System.arraycopy(last, 0, arguments, MATRICES * perMatrix, last.length);
            System.arraycopy(batch.sizes(), 0, arguments, MATRICES * perMatrix + last.length, rank);
        }

        private static Operand needed(@Nullable Operand o) {
            if (o == null) {
                throw new IllegalArgumentException("attention needs queries, keys and values");
            }
            return o;
        }

        private boolean usesTensorCores() {
            return type != DType.FLOAT32 && Math.max(width, valueWidth) <= TENSOR_WIDTH;
        }

        private int columns(int wide) {
            int columns = 32;
            while (columns < wide && columns < MOST_COLUMNS) {
                columns *= 2;
            }
            return columns;
        }

        private Launch launch(Kind kind, long rows, int perBlock, int wide, int threads) {
            int columns = columns(wide);
            var source =
                    new AttentionSource(
                            kind,
                            type,
                            gradient,
                            mask,
                            p.causal(),
                            p.drops(),
                            batch.rank(),
                            columns,
                            kind.isTensor() && isDense);
            int[] grid = {
                Math.toIntExact((rows + perBlock - 1) / perBlock),
                kind == Kind.DELTA ? 1 : (wide + columns - 1) / columns,
                (int) Math.min(batch.numel(), 65535)
            };
            return new Launch(gpu.function(source, source::make), grid, new int[] {threads, 1, 1}, 0, arguments);
        }

        Work forward() {
            Launch launch =
                    usesTensorCores()
                            ? launch(Kind.TENSOR_FORWARD, queries, TILE, Math.max(width, valueWidth), 128)
                            : launch(Kind.PLAIN_FORWARD, queries, TILE, valueWidth, 256);
            return () -> gpu.launch(launch);
        }

        Work backward() {
            boolean tensor = usesTensorCores();
            int wide = Math.max(width, valueWidth);
            int threads = tensor ? 128 : 256;
            Launch delta = launch(Kind.DELTA, queries, 8, wide, 256);
            Launch byQuery =
                    launch(
                            tensor ? Kind.TENSOR_QUERIES : Kind.PLAIN_QUERIES,
                            queries,
                            TILE,
                            tensor ? wide : width,
                            threads);
            Launch byKey = launch(tensor ? Kind.TENSOR_KEYS : Kind.PLAIN_KEYS, keys, TILE, wide, threads);
            int at = DELTA * (3 + batch.rank());
            long bytes = batch.numel() * queries * Float.BYTES;
            return () -> {
                synchronized (gpu.lock()) {
                    arguments[at] = gpu.scratch(bytes);
                    gpu.launch(delta);
                    gpu.launch(byQuery);
                    gpu.launch(byKey);
                }
            };
        }
    }
}
