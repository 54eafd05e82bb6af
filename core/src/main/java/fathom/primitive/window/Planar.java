package fathom.primitive.window;

import fathom.primitive.Operand;
import fathom.primitive.Primitive;
import java.util.List;

/**
 * One-dimensional convolutions and poolings expressed as two-dimensional ones over images of one row: the same memory
 * with another shape, so that backends need kernels for images only.
 */
public final class Planar {
    /** The axis of the single row. */
    private static final Window.Axis ROW = new Window.Axis(1, 0, 0, 1);

    private static final PoolAxis POOLED_ROW = new PoolAxis.Sliding(1, 1, 0, 1, 1);

    /** The inserted dimension. */
    private static final int AT = 2;

    private Planar() {}

    /** {@return whether the primitive is a convolution or a pooling over one spatial axis, or a gradient of one} */
    public static boolean isSequence(Primitive primitive) {
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
    public static Convolution of(Convolution p) {
        return new Convolution(of(p.window()), p.groups());
    }

    /** {@return the gradient over images} */
    public static ConvolutionInputGrad of(ConvolutionInputGrad p) {
        return new ConvolutionInputGrad(of(p.window()), p.groups(), 1, p.in()[0]);
    }

    /** {@return the gradient of a kernel of one row} */
    public static ConvolutionWeightGrad of(ConvolutionWeightGrad p) {
        return new ConvolutionWeightGrad(of(p.window()), p.groups(), new long[] {1, p.kernel()[0]}, p.type());
    }

    /**
     * {@return the convolution or the gradient of one, over images}
     *
     * @throws IllegalArgumentException if it is none
     */
    public static Primitive ofConvolution(Primitive primitive) {
        return switch (primitive) {
            case Convolution p -> of(p);
            case ConvolutionInputGrad p -> of(p);
            case ConvolutionWeightGrad p -> of(p);
            default -> throw new IllegalArgumentException("no convolution: " + primitive);
        };
    }

    /** {@return the pooling over images} */
    public static Pool of(Pool p) {
        return new Pool(p.kind(), List.of(POOLED_ROW, p.columns()), p.countIncludePad(), p.divisor());
    }

    /** {@return the gradient over images} */
    public static PoolGrad of(PoolGrad p) {
        return new PoolGrad(of(p.forward()), 1, p.in()[0]);
    }

    /** {@return operands [N, C, L] as [N, C, 1, L]; a bias is unchanged} */
    public static Operand[] of(Operand... sequences) {
        var images = new Operand[sequences.length];
        for (int i = 0; i < images.length; i++) {
            images[i] = sequences[i].rank() == 3 ? sequences[i].unsqueeze(AT) : sequences[i];
        }
        return images;
    }

    private static Window of(Window window) {
        return new Window(ROW, window.columns());
    }
}
