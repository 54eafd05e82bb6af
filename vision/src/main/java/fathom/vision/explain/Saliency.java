package fathom.vision.explain;

import fathom.Tensor;
import fathom.nn.Layer;

/**
 * The gradient of the class score with respect to the pixels: how much the score changes if a pixel does. {@link
 * Attribution#map} is its absolute value, summed over channels.
 *
 * @see <a href="https://arxiv.org/abs/1312.6034">Simonyan, Vedaldi and Zisserman (2013), Deep Inside Convolutional
 *     Networks</a>
 */
public final class Saliency implements Explainer {
    /** The plain gradient. */
    public Saliency() {}

    @Override
    public Attribution explain(Layer net, Tensor images, Tensor classes) {
        try (var f = new ClassScores("Saliency", net, images, classes)) {
            return f.attribution(f.inBatches(f::gradient));
        }
    }
}
