package fathom.vision.layers;

import fathom.Tensor;
import fathom.nn.Layer;
import fathom.nn.activation.ReLU;
import fathom.nn.activation.Sigmoid;
import fathom.nn.conv.Conv2d;
import fathom.nn.pool.AdaptiveAvgPool2d;

/**
 * Squeeze and excitation (Hu, Shen and Sun, 2018): scales each channel by a number from 0 to 1 that two 1 x 1
 * convolutions compute from the means of all channels. {@code [N, C, H, W]} keeps its shape.
 */
public final class SqueezeExcitation extends Layer {
    private final AdaptiveAvgPool2d avgpool = new AdaptiveAvgPool2d(1, 1);
    private final Conv2d fc1;
    private final Conv2d fc2;
    private final Layer activation;
    private final Layer scaleActivation;

    /** With ReLU between the convolutions, and the sigmoid function at the end. */
    public SqueezeExcitation(int inputChannels, int squeezeChannels) {
        this(inputChannels, squeezeChannels, new ReLU(), new Sigmoid());
    }

    /**
     * With given activations.
     *
     * @param inputChannels the number of channels of the input
     * @param squeezeChannels the number of channels between the convolutions
     * @param activation the activation between the convolutions
     * @param scaleActivation the activation that computes the scales
     */
    public SqueezeExcitation(int inputChannels, int squeezeChannels, Layer activation, Layer scaleActivation) {
        fc1 = new Conv2d(inputChannels, squeezeChannels, 1);
        fc2 = new Conv2d(squeezeChannels, inputChannels, 1);
        this.activation = activation;
        this.scaleActivation = scaleActivation;
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor scale = fc2.forward(activation.call(fc1.forward(avgpool.forward(x))));
        return scaleActivation.call(scale).mul(x);
    }
}
