package fathom.primitive.window;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.primitive.Composed;
import fathom.primitive.Ops;
import fathom.primitive.Tape;
import org.jspecify.annotations.Nullable;

/**
 * Sums columns into the positions of their windows (col2im): the adjoint of {@link Unfold}. Input: {@code [N, C kH kW,
 * windows]}. Output: {@code [N, C, H, W]}. 16-bit types accumulate in float32.
 *
 * @param windows the windows
 * @param channels C
 * @param height H
 * @param width W
 */
public record Fold(Unfold windows, long channels, long height, long width) implements Composed {
    @Override
    public Tensor[] compute(Tensor... inputs) {
        Tensor columns = inputs[0];
        DType type = columns.dtype();
        DType wide = type.isFloating() && type.size() < 4 ? DType.FLOAT32 : type;
        Window.Axis v = windows.window().rows();
        Window.Axis u = windows.window().columns();
        int kernelH = windows.kernelH();
        int kernelW = windows.kernelW();
        long rows = v.out(height, kernelH);
        long across = u.out(width, kernelW);
        long n = columns.size(0);
        Tensor sum = Tensors.zeros(wide, n, channels, height + 2L * v.low(), width + 2L * u.low());
        Tensor parts = columns.reshape(n, channels, kernelH, kernelW, rows, across);
        for (int i = 0; i < kernelH && sum.numel() > 0; i++) {
            for (int j = 0; j < kernelW; j++) {
                Tensor to =
                        every(
                                every(sum, 2, (long) i * v.dilation(), v.stride(), rows),
                                3,
                                (long) j * u.dilation(),
                                u.stride(),
                                across);
                to.add_(parts.select(2, i).select(2, j));
            }
        }
        Tensor inner = sum.narrow(2, v.low(), height).narrow(3, u.low(), width);
        return new Tensor[] {inner.to(type).contiguous()};
    }

    private static Tensor every(Tensor x, int dim, long start, int step, long count) {
        return x.slice(dim, start, start + (count - 1) * step + 1, step);
    }

    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        return new @Nullable Tensor[] {Ops.apply(windows, gradOutputs[0])};
    }
}
