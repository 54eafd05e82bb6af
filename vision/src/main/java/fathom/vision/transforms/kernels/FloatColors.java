package fathom.vision.transforms.kernels;

import fathom.KeepDim;
import fathom.Tensor;
import fathom.Tensors;
import java.util.List;

/**
 * Changes of colours of floating-point images in [0, 1], {@code [..., C, H, W]} with 1 or 3 channels, as operations on
 * tensors: differentiable, with torchvision's results.
 */
public final class FloatColors {
    private static final double RED_WEIGHT = 0.2989;
    private static final double GREEN_WEIGHT = 0.587;
    private static final double BLUE_WEIGHT = 0.114;

    private FloatColors() {}

    /** {@return the grey values, {@code [..., 1, H, W]}} */
    private static Tensor grey(Tensor x) {
        return x.size(-3) == 1
                ? x
                : x.narrow(-3, 0, 1)
                        .mul(RED_WEIGHT)
                        .add(x.narrow(-3, 1, 1).mul(GREEN_WEIGHT))
                        .add(x.narrow(-3, 2, 1).mul(BLUE_WEIGHT));
    }

    private static Tensor blend(Tensor x, Tensor with, double factor) {
        return x.mul(factor).add(with.mul(1 - factor)).clamp(0, 1);
    }

    /** {@return the image multiplied by a factor} */
    public static Tensor brightness(Tensor x, double factor) {
        return x.mul(factor).clamp(0, 1);
    }

    /** {@return the image blended with its mean grey} */
    public static Tensor contrast(Tensor x, double factor) {
        return blend(x, grey(x).mean(new int[] {-3, -2, -1}, KeepDim.KEEP_DIM), factor);
    }

    /** {@return the image blended with its greyscale version} */
    public static Tensor saturation(Tensor x, double factor) {
        return x.size(-3) == 1 ? x : blend(x, grey(x), factor);
    }

    /** {@return the image with the colour circle turned: hue, saturation and value, and back} */
    public static Tensor hue(Tensor x, double turns) {
        if (x.size(-3) == 1) {
            return x;
        }
        Tensor r = x.narrow(-3, 0, 1);
        Tensor g = x.narrow(-3, 1, 1);
        Tensor b = x.narrow(-3, 2, 1);
        Tensor value = r.maximum(g).maximum(b);
        Tensor range = value.sub(r.minimum(g).minimum(b));
        Tensor isGrey = range.eq(0);
        Tensor divisor = range.maskedFill(isGrey, 1);
        Tensor saturation = range.div(value.maskedFill(isGrey, 1));
        // the position on the circle, in sixths
        Tensor ofBlue = r.sub(g).div(divisor).add(4);
        Tensor ofGreen = b.sub(r).div(divisor).add(2);
        Tensor ofRed = g.sub(b).div(divisor);
        Tensor sixths = ofRed.where(value.eq(r), ofGreen.where(value.eq(g), ofBlue));
        Tensor at = sixths.div(6).add(1 + turns);
        at = at.sub(at.floor()).mul(6);
        Tensor chroma = value.mul(saturation);
        // each channel rises, stays, falls and stays along the circle, a third of it apart
        return Tensors.cat(
                List.of(channel(value, chroma, at, 5), channel(value, chroma, at, 3), channel(value, chroma, at, 1)),
                -3);
    }

    private static Tensor channel(Tensor value, Tensor chroma, Tensor at, int offset) {
        Tensor k = at.add(offset);
        k = k.sub(k.div(6).floor().mul(6));
        Tensor lack = k.minimum(k.rsub(4)).clamp(0, 1);
        return value.sub(chroma.mul(lack)).clamp(0, 1);
    }

    /** {@return the image blended with a smoothed one; the border is not smoothed} */
    public static Tensor sharpness(Tensor x, double factor) {
        long h = x.size(-2);
        long w = x.size(-1);
        if (h <= 2 || w <= 2) {
            return x;
        }
        Tensor middle = x.narrow(-2, 1, h - 2).narrow(-1, 1, w - 2);
        Tensor sum = middle.mul(4);
        for (int row = 0; row < 3; row++) {
            for (int column = 0; column < 3; column++) {
                sum = sum.add(x.narrow(-2, row, h - 2).narrow(-1, column, w - 2));
            }
        }
        // weights 1 and, in the middle, 5, of a sum of 13
        Tensor smooth = sum.div(13);
        Tensor rows =
                Tensors.cat(
                        List.of(
                                x.narrow(-2, 1, h - 2).narrow(-1, 0, 1),
                                smooth,
                                x.narrow(-2, 1, h - 2).narrow(-1, w - 1, 1)),
                        -1);
        return blend(x, Tensors.cat(List.of(x.narrow(-2, 0, 1), rows, x.narrow(-2, h - 1, 1)), -2), factor);
    }

    /** {@return the image with each channel stretched to [0, 1]; constant channels are not changed} */
    public static Tensor autocontrast(Tensor x) {
        Tensor least = x.amin(new int[] {-2, -1}, KeepDim.KEEP_DIM);
        Tensor range = x.amax(new int[] {-2, -1}, KeepDim.KEEP_DIM).sub(least);
        Tensor isConstant = range.eq(0);
        return x.sub(least.maskedFill(isConstant, 0)).div(range.maskedFill(isConstant, 1)).clamp(0, 1);
    }
}
