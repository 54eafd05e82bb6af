package fathom.nn.conv;

import fathom.Tensor;
import fathom.Tensors;
import fathom.functional.AbstractConvOptions;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Cross-correlation along a sequence: {@code [N, C, L]} becomes {@code [N, O, oL]}.
 *
 * @see <a href="https://d2l.ai/chapter_natural-language-processing-applications/sentiment-analysis-cnn.html">Dive into
 *     Deep Learning, Sentiment Analysis: Using Convolutional Neural Networks</a>
 */
public final class Conv1d extends ConvLayer {
    /** With a kernel of {@code kernelSize} elements. */
    public Conv1d(int inChannels, int outChannels, int kernelSize) {
        this(inChannels, outChannels, kernelSize, c -> {});
    }

    /** With a kernel of {@code kernelSize} elements, with options: {@code c -> c.stride(2).padding(1)}. */
    public Conv1d(int inChannels, int outChannels, int kernelSize, Consumer<ConvLayerOptions> options) {
        super(1, inChannels, outChannels, new int[] {kernelSize}, false, options);
    }

    @Override
    Tensor convolved(Tensor x, Tensor weight, @Nullable Tensor bias, AbstractConvOptions<?> settings) {
        return Tensors.conv1d(x, weight, bias, settings);
    }
}
