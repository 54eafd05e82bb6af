package fathom.vision.layers;

import fathom.Tensor;
import fathom.nn.BuiltInLayer;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * A view with the dimensions in another order, as a layer of a {@link fathom.nn.Sequential}: {@code new Permute(0, 2,
 * 3, 1)} takes {@code [N, C, H, W]} to {@code [N, H, W, C]}, which is contiguous after a convolution.
 */
public final class Permute extends BuiltInLayer {
    private final int[] dims;

    /** The order of the dimensions, as {@link Tensor#permute} takes it. */
    public Permute(int... dims) {
        this.dims = dims.clone();
    }

    @Override
    protected Tensor compute(Tensor x) {
        return x.permute(dims);
    }

    @Override
    protected String extraRepr() {
        return Arrays.stream(dims).mapToObj(Integer::toString).collect(Collectors.joining(", "));
    }
}
