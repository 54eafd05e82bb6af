package fathom.cpu.conv;

import fathom.cpu.matmul.Elem;

/**
 * A convolution of one element type: it selects the algorithm and iterates over the groups.
 *
 * @param groups number of channel groups
 */
record GroupedConvolution(Elem elem, Sweep sweep, int groups) {

    /** Whether each output channel depends on a single input channel. */
    private boolean isDepthwise(Images x, Images y) {
        return groups > 1 && groups == x.channels() && groups == y.channels();
    }

    /** Whether the input images must be a pixel matrix. */
    boolean needsPixelMatrix(Images x, Images y) {
        return isDepthwise(x, y);
    }

    /**
     * Computes the result.
     *
     * @param kernel [O, C/groups, kH, kW]
     * @param bias address of one number per output channel, or 0
     * @param y the result, a pixel matrix
     */
    void forward(Images x, Images kernel, long bias, Images y) {
        int outputs = y.channels() / groups;
        int channels = x.channels() / groups;
        if (isDepthwise(x, y)) {
            var weights = Weights.of(kernel, 0, y.channels());
            new Depthwise(elem, sweep, y.channels()).forward(x, weights, bias, y);
            return;
        }
        var padded = Padded.of(elem, x, sweep, groups);
        for (int g = 0; g < groups; g++) {
            var weights = Weights.of(kernel, g * outputs, outputs);
            long dense = Correlation.kernelMemory(elem, weights);
            weights.copyTo(elem, weights.tapsFirst(dense, elem.size()));
            var input = padded.images().channels(g * channels, channels);
            var patches = new Im2col(elem, input, padded.sweep(), y.height(), y.width());
            long start = bias == 0 ? 0 : bias + (long) g * outputs * elem.size();
            Correlation.run(elem, patches, dense, outputs, start, y.channels(g * outputs, outputs));
        }
    }

    /**
     * Computes the gradient with respect to the input.
     *
     * @param y the gradient of the result, a pixel matrix
     * @param x the gradient to compute, a pixel matrix
     */
    void inputGradient(Images y, Images kernel, Images x) {
        int outputs = y.channels() / groups;
        int channels = x.channels() / groups;
        if (isDepthwise(x, y)) {
            new Depthwise(elem, sweep, y.channels()).inputGradient(y, Weights.of(kernel, 0, y.channels()), x);
            return;
        }
        for (int g = 0; g < groups; g++) {
            var weights = Weights.of(kernel, g * outputs, outputs);
            inputGradient(y.channels(g * outputs, outputs), weights, x.channels(g * channels, channels));
        }
    }

    private void inputGradient(Images gradient, Weights weights, Images result) {
        long dense = Correlation.kernelMemory(elem, weights);
        var byPatches = new InputGradient(elem, sweep, gradient, result);
        if (byPatches.isCheaper()) {
            weights.copyTo(elem, weights.outputsFirst(dense, elem.size()));
            byPatches.run(dense);
        } else {
            weights.copyTo(elem, weights.reversed(dense, elem.size()));
            var patches = new Im2col(elem, gradient, sweep.backwards(), result.height(), result.width());
            Correlation.run(elem, patches, dense, result.channels(), 0, result);
        }
    }

    /**
     * Computes the gradient with respect to the kernel.
     *
     * @param y the gradient of the result, a pixel matrix
     * @param kernel the gradient to compute
     */
    void weightGradient(Images y, Images x, Images kernel) {
        int outputs = y.channels() / groups;
        int channels = x.channels() / groups;
        if (isDepthwise(x, y)) {
            new Depthwise(elem, sweep, y.channels()).weightGradient(y, x, Weights.of(kernel, 0, y.channels()));
            return;
        }
        var padded = Padded.of(elem, x, sweep, groups);
        for (int g = 0; g < groups; g++) {
            var input = padded.images().channels(g * channels, channels);
            var patches = new Im2col(elem, input, padded.sweep(), y.height(), y.width());
            var gradient = y.channels(g * outputs, outputs);
            new WeightGradient(elem, patches, gradient).run(Weights.of(kernel, g * outputs, outputs));
        }
    }
}
