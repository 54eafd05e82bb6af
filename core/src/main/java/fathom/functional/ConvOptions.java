package fathom.functional;

/** Options of the convolution functions: {@code conv2d(x, w, b, c -> c.stride(2).padding(1))}. */
public final class ConvOptions extends AbstractConvOptions<ConvOptions> {
    public static final ConvOptions DEFAULT = new ConvOptions();

    /** PyTorch's defaults. */
    public ConvOptions() {}

    @Override
    protected ConvOptions self() {
        return this;
    }
}
