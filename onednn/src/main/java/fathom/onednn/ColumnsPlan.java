package fathom.onednn;

import fathom.DType;
import fathom.cpu.parallel.Scratch;
import fathom.primitive.Layouts;
import fathom.primitive.MatMul;
import fathom.primitive.Operand;
import fathom.primitive.window.Convolution;
import fathom.primitive.window.ConvolutionInputGrad;
import fathom.primitive.window.ConvolutionWeightGrad;
import fathom.primitive.window.Window;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A convolution, or one of its gradients, as a product of matrices: where there are many weights and few positions (the
 * last layers of a network on small images), each weight is hardly used by the time it has been read and brought into
 * the order of oneDNN's convolutions. A product takes weights as they lie, and the copy of the few patches costs
 * little.
 */
final class ColumnsPlan extends Plan {
    /** Fewer weights stay in the second-level cache. */
    private static final long LEAST_WEIGHTS = 1 << 18;

    /** With more positions the weights are used often enough. */
    private static final long MOST_POSITIONS = 512;

    /** With fewer, reading the weights is all that counts, and weights that are kept in blocks are read faster. */
    private static final long LEAST_POSITIONS = 64;

    /** The calling thread's slot of {@link Scratch} for the matrix of patches. */
    private static final int COLUMNS_SLOT = 6;

    private enum Way {
        FORWARD,
        INPUT_GRADIENT,
        WEIGHT_GRADIENT
    }

    private final Way way;
    private final Columns columns;
    private final Plan product;
    private final DType type;
    private final long outputs;

    private ColumnsPlan(Way way, Columns columns, Plan product, DType type, long outputs) {
        this.way = way;
        this.columns = columns;
        this.product = product;
        this.type = type;
        this.outputs = outputs;
    }

    /** Returns a plan, or null where this is not the way to do it. */
    static @Nullable Plan of(Convolution p, Operand[] in, Operand[] out) {
        return of(Way.FORWARD, p.groups(), p.window(), in[0], in[1], out[0], in, out);
    }

    /** Returns a plan, or null where this is not the way to do it. */
    static @Nullable Plan of(ConvolutionInputGrad p, Operand[] in, Operand[] out) {
        return of(Way.INPUT_GRADIENT, p.groups(), p.window(), out[0], in[1], in[0], in, out);
    }

    /** Returns a plan, or null where this is not the way to do it. */
    static @Nullable Plan of(ConvolutionWeightGrad p, Operand[] in, Operand[] out) {
        return of(Way.WEIGHT_GRADIENT, p.groups(), p.window(), in[1], out[0], in[0], in, out);
    }

    private static @Nullable Plan of(
            Way way, int groups, Window window, Operand x, Operand w, Operand y, Operand[] in, Operand[] out) {
        var shape = groups == 1 ? ConvShape.of(x, w, y, groups, window) : null;
        if (shape == null
                || !shape.isOfImages()
                || shape.weights() < LEAST_WEIGHTS
                || shape.kh() * shape.kw() == 1
                || Types.of(in[0].dtype()) < 0
                || Types.of(out[0].dtype()) < 0
                || in[1].dtype() != in[0].dtype()
                || !Layouts.isContiguous(w.shape(), w.strides())
                || !Images.isChannelsLast(x)
                || !Images.isChannelsLast(y)) {
            return null;
        }
        var columns = new Columns(shape);
        if (columns.rows() < LEAST_POSITIONS || columns.rows() > MOST_POSITIONS) {
            return null;
        }
        var plan = new ColumnsPlan(way, columns, Plan.UNSUPPORTED, in[0].dtype(), shape.o());
        Operand[] factors = plan.factors(in, 0);
        Operand[] result = {plan.result(out[0], 0)};
        DType bound = result[0].dtype() == factors[0].dtype() ? null : result[0].dtype();
        var product = MatMulPlan.of(new MatMul(factors.length > 2, bound), factors, result);
        return product == UNSUPPORTED ? null : new ColumnsPlan(way, columns, product, in[0].dtype(), shape.o());
    }

    /** {@return the product's inputs} */
    private Operand[] factors(Operand[] in, long matrix) {
        long rows = columns.rows();
        long width = columns.width();
        return switch (way) {
            case FORWARD -> {
                var both = Arrays.copyOf(in, in.length);
                both[0] = matrix(type, matrix, rows, width, width, 1);
                both[1] = matrix(type, in[1].address(), width, outputs, 1, width);
                yield both;
            }
            case INPUT_GRADIENT ->
                    new Operand[] {
                        matrix(type, in[0].address(), rows, outputs, outputs, 1),
                        matrix(type, in[1].address(), outputs, width, width, 1)
                    };
            case WEIGHT_GRADIENT ->
                    new Operand[] {
                        matrix(type, in[0].address(), outputs, rows, 1, outputs),
                        matrix(type, matrix, rows, width, width, 1)
                    };
        };
    }

    private Operand result(Operand out, long matrix) {
        return switch (way) {
            case FORWARD -> matrix(out.dtype(), out.address(), columns.rows(), outputs, outputs, 1);
            case INPUT_GRADIENT -> matrix(DType.FLOAT32, matrix, columns.rows(), columns.width(), columns.width(), 1);
            case WEIGHT_GRADIENT -> matrix(out.dtype(), out.address(), outputs, columns.width(), columns.width(), 1);
        };
    }

    private static Operand matrix(DType type, long address, long rows, long columns, long rowStep, long columnStep) {
        return new Operand(type, address, new long[] {rows, columns}, new long[] {rowStep, columnStep});
    }

    @Override
    void run(Operand[] in, Operand[] out) {
        long bytes = columns.rows() * columns.width() * Float.BYTES;
        long matrix = Scratch.address(COLUMNS_SLOT, bytes);
        if (way != Way.INPUT_GRADIENT) {
            columns.gather(type, in[way == Way.FORWARD ? 0 : 1].address(), matrix);
        }
        product.run(factors(in, matrix), new Operand[] {result(out[0], matrix)});
        if (way == Way.INPUT_GRADIENT) {
            columns.scatter(matrix, out[0].dtype(), out[0].address());
        }
    }

    @Override
    void dispose() {
        product.release();
    }
}
