package fathom.primitive.window;

import fathom.Autograd;
import fathom.DType;
import fathom.Tensor;
import fathom.options.GridSampleOptions.Mode;
import fathom.options.GridSampleOptions.PaddingMode;
import fathom.primitive.Computed;
import fathom.primitive.Layouts;
import fathom.primitive.Ops;
import fathom.primitive.Spec;
import fathom.primitive.Tape;
import org.jspecify.annotations.Nullable;

/**
 * Images or volumes sampled at coordinates. Inputs: {@code x: [N, C, (D,) H, W]} and {@code grid: [N, ..., 2 or 3]}, of
 * one type, float32 or float64; the coordinates of a point are those along W, H (and D). Output: {@code [N, C, ...]},
 * channels-last if x is.
 *
 * @param mode the interpolation between pixels
 * @param padding the values outside
 * @param alignCorners whether -1 and 1 are the centres of the first and last pixels
 */
public record GridSample(Mode mode, PaddingMode padding, boolean alignCorners) implements Computed {
    @Override
    public Spec[] infer(Spec... in) {
        long[] shape = in[0].shape().clone();
        for (int d = 2; d < shape.length; d++) {
            shape[d] = in[1].size(d - 1);
        }
        return new Spec[] {Layouts.withChannelsAs(in[0].shape(), in[0].strides(), in[0].dtype(), shape)};
    }

    /** {@return the axes of an image, in the order of a point's coordinates: the last dimension first} */
    public GridAxis[] axes(long[] image, DType type) {
        var axes = new GridAxis[image.length - 2];
        for (int a = 0; a < axes.length; a++) {
            axes[a] = new GridAxis(mode, padding, alignCorners, image[image.length - 1 - a], type == DType.FLOAT32);
        }
        return axes;
    }

    @Override
    public boolean savesInput(int i, NeedsGrad needsGrad) {
        return i == 1 || needsGrad.needsGrad(1);
    }

    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        Tensor g = gradOutputs[0];
        Tensor grid = tape.input(1);
        if (Autograd.isGradEnabled()) {
            var formula = new GridSampleFormula(this, tape.inputShape(0), grid);
            return new @Nullable Tensor[] {
                tape.needsGrad(0) ? formula.byImage(g) : null,
                tape.needsGrad(1) ? formula.byGrid(g, tape.input(0)) : null
            };
        }
        return new @Nullable Tensor[] {
            tape.needsGrad(0) ? Ops.apply(new GridSampleInputGrad(this, tape.inputShape(0)), g, grid) : null,
            tape.needsGrad(1) ? Ops.apply(new GridSampleGridGrad(this), g, tape.input(0), grid) : null
        };
    }
}
