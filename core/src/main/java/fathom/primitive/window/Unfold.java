package fathom.primitive.window;

import fathom.Tensor;
import fathom.Tensors;
import fathom.primitive.Composed;
import fathom.primitive.Ops;
import fathom.primitive.Tape;
import org.jspecify.annotations.Nullable;

/**
 * The windows of images as columns (im2col). Input: {@code x: [N, C, H, W]}. Output: {@code [N, C kH kW, windows]},
 * windows in row-major order.
 *
 * @param window the stride, padding and dilation of the windows
 * @param kernelH rows of a window
 * @param kernelW columns of a window
 */
public record Unfold(Window window, int kernelH, int kernelW) implements Composed {
    @Override
    public Tensor[] compute(Tensor... inputs) {
        Tensor x = inputs[0];
        Window.Axis v = window.rows();
        Window.Axis u = window.columns();
        long rows = v.out(x.size(2), kernelH);
        long columns = u.out(x.size(3), kernelW);
        int h = v.low();
        int w = u.low();
        Tensor padded = h == 0 && w == 0 ? x : Tensors.pad(x, w, w, h, h);
        long[] s = Ops.strides(padded);
        long[] shape = {x.size(0), x.size(1), kernelH, kernelW, rows, columns};
        long[] strides = {s[0], s[1], s[2] * v.dilation(), s[3] * u.dilation(), s[2] * v.stride(), s[3] * u.stride()};
        Tensor copy = Tensors.empty(x.dtype(), shape);
        if (copy.numel() > 0) {
            copy.copy_(padded.asStrided(shape, strides, padded.storageOffset()));
        }
        return new Tensor[] {copy.reshape(x.size(0), x.size(1) * kernelH * kernelW, rows * columns)};
    }

    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        long[] x = tape.inputShape(0);
        return new @Nullable Tensor[] {Ops.apply(new Fold(this, x[1], x[2], x[3]), gradOutputs[0])};
    }
}
