package fathom.onednn;

import fathom.DType;
import fathom.cpu.conv.ConvolutionAlgorithm.Problem;
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
 * A convolution, or one of its gradients, as a matrix product (im2col). With many weights and few positions (the last
 * layers of a network on small images), each weight is used too rarely to amortise reordering it for oneDNN's
 * convolutions. A matrix product reads the weights in place, and copying the few patches costs little.
 */
final class Im2colPlan extends Plan {
    /** Minimum number of weights; fewer stay in the L2 cache. */
    private static final long MIN_WEIGHTS = 1 << 18;

    /** Maximum number of positions; with more, the weights are used often enough. */
    private static final long MAX_POSITIONS = 512;

    /**
     * Minimum number of positions; with fewer, reading the weights dominates, and cached blocked weights are read
     * faster.
     */
    private static final long MIN_POSITIONS = 64;

    /** The calling thread's {@link Scratch} slot of the im2col matrix. */
    private static final int COLUMNS_SLOT = 6;

    private enum Direction {
        FORWARD,
        INPUT_GRADIENT,
        WEIGHT_GRADIENT
    }

    private final Direction direction;
    private final Im2col columns;
    private final Plan product;
    private final DType type;
    private final long outputs;

    private Im2colPlan(Direction direction, Im2col columns, Plan product, DType type, long outputs) {
        this.direction = direction;
        this.columns = columns;
        this.product = product;
        this.type = type;
        this.outputs = outputs;
    }

    /** {@return the shape of a problem for which it is profitable; null for others} */
    private static @Nullable ConvShape shape(Problem p) {
        Operand[] in = p.in();
        Operand[] out = p.out();
        return switch (p.primitive()) {
            case Convolution c -> shape(c.groups(), c.window(), in[0], in[1], out[0], p);
            case ConvolutionInputGrad g -> shape(g.groups(), g.window(), out[0], in[1], in[0], p);
            case ConvolutionWeightGrad g -> shape(g.groups(), g.window(), in[1], out[0], in[0], p);
            default -> null;
        };
    }

    private static @Nullable ConvShape shape(int groups, Window window, Operand x, Operand w, Operand y, Problem p) {
        var shape = groups == 1 ? ConvShape.of(x, w, y, groups, window) : null;
        DType type = p.in()[0].dtype();
        if (shape == null
                || !shape.is2d()
                || shape.weights() < MIN_WEIGHTS
                || shape.kh() * shape.kw() == 1
                || Types.of(type) < 0
                || Types.of(p.out()[0].dtype()) < 0
                || p.in()[1].dtype() != type
                || !Layouts.isContiguous(w.shape(), w.strides())
                || !Images.isChannelsLast(x)
                || !Images.isChannelsLast(y)) {
            return null;
        }
        long rows = new Im2col(shape).rows();
        return rows < MIN_POSITIONS || rows > MAX_POSITIONS ? null : shape;
    }

    /** {@return whether a matrix product is profitable} */
    static boolean fits(Problem p) {
        return shape(p) != null;
    }

    /** {@return a plan for a problem that {@link #fits}, or null if oneDNN does not support the product} */
    static @Nullable Plan of(Problem p) {
        var shape = shape(p);
        if (shape == null) {
            return null;
        }
        Direction direction =
                switch (p.primitive()) {
                    case ConvolutionInputGrad _ -> Direction.INPUT_GRADIENT;
                    case ConvolutionWeightGrad _ -> Direction.WEIGHT_GRADIENT;
                    default -> Direction.FORWARD;
                };
        DType type = p.in()[0].dtype();
        var columns = new Im2col(shape);
        var plan = new Im2colPlan(direction, columns, Plan.UNSUPPORTED, type, shape.o());
        Operand[] factors = plan.factors(p.in(), 0);
        Operand[] result = {plan.result(p.out()[0], 0)};
        DType bound = result[0].dtype() == factors[0].dtype() ? null : result[0].dtype();
        var product = MatMulPlan.of(new MatMul(factors.length > 2, bound), factors, result);
        return product == UNSUPPORTED ? null : new Im2colPlan(direction, columns, product, type, shape.o());
    }

    /** {@return the product's inputs} */
    private Operand[] factors(Operand[] in, long matrix) {
        long rows = columns.rows();
        long width = columns.width();
        return switch (direction) {
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
        return switch (direction) {
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
        if (direction != Direction.INPUT_GRADIENT) {
            columns.gather(type, in[direction == Direction.FORWARD ? 0 : 1].address(), matrix);
        }
        product.run(factors(in, matrix), new Operand[] {result(out[0], matrix)});
        if (direction == Direction.INPUT_GRADIENT) {
            columns.scatter(matrix, out[0].dtype(), out[0].address());
        }
    }

    @Override
    void dispose() {
        product.release();
    }
}
