package fathom.primitive.window;

import fathom.primitive.Operand;
import fathom.primitive.Primitive;
import java.util.List;

/**
 * One-dimensional convolutions and poolings as two-dimensional ones over images of one row, in the same memory, so that
 * backends need two-dimensional kernels only.
 */
public final class OneDimensional {
    /** The axis of the single row. */
    private static final Window.Axis ROW = new Window.Axis(1, 0, 0, 1);

    private static final PoolAxis POOLED_ROW = new PoolAxis.Sliding(1, 1, 0, 1, 1);

    /** The inserted dimension. */
    private static final int ROW_DIM = 2;

    private OneDimensional() {}

    /** {@return whether the primitive is a convolution or a pooling over one spatial axis, or a gradient of one} */
    public static boolean matches(Primitive primitive) {
        return switch (primitive) {
            case Convolution p -> p.window().rank() == 1;
            case ConvolutionInputGrad p -> p.window().rank() == 1;
            case ConvolutionWeightGrad p -> p.window().rank() == 1;
            case Pool p -> p.rank() == 1;
            case PoolGrad p -> p.forward().rank() == 1;
            default -> false;
        };
    }

    /** {@return the convolution over images} */
    public static Convolution as2d(Convolution p) {
        return new Convolution(as2d(p.window()), p.groups());
    }

    /** {@return the gradient over images} */
    public static ConvolutionInputGrad as2d(ConvolutionInputGrad p) {
        return new ConvolutionInputGrad(as2d(p.window()), p.groups(), 1, p.in()[0]);
    }

    /** {@return the gradient of a kernel of one row} */
    public static ConvolutionWeightGrad as2d(ConvolutionWeightGrad p) {
        return new ConvolutionWeightGrad(as2d(p.window()), p.groups(), new long[] {1, p.kernel()[0]}, p.type());
    }

    /**
     * {@return the convolution or the gradient of one, over images}
     *
     * @throws IllegalArgumentException if it is neither
     */
    public static Primitive convolutionAs2d(Primitive primitive) {
        return switch (primitive) {
            case Convolution p -> as2d(p);
            case ConvolutionInputGrad p -> as2d(p);
            case ConvolutionWeightGrad p -> as2d(p);
            default -> throw new IllegalArgumentException("expected a convolution, got " + primitive);
        };
    }

    /** {@return the pooling over images} */
    public static Pool as2d(Pool p) {
        return new Pool(p.kind(), List.of(POOLED_ROW, p.columns()), p.countIncludePad(), p.divisor());
    }

    /** {@return the gradient over images} */
    public static PoolGrad as2d(PoolGrad p) {
        return new PoolGrad(as2d(p.forward()), 1, p.in()[0]);
    }

    /** {@return operands [N, C, L] as [N, C, 1, L]; a bias is unchanged} */
    public static Operand[] as2d(Operand... sequences) {
        var images = new Operand[sequences.length];
        for (int i = 0; i < images.length; i++) {
            images[i] = sequences[i].rank() == 3 ? sequences[i].unsqueeze(ROW_DIM) : sequences[i];
        }
        return images;
    }

    private static Window as2d(Window window) {
        return new Window(ROW, window.columns());
    }
}
