package fathom.vision.explain;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Layer;

/**
 * A method that attributes the class scores of an image classifier, any layer from {@code [N, C, H, W]} to logits
 * {@code [N, classes]}, to the pixels of its input.
 *
 * {@snippet :
 * Attribution a = new GradCam().explain(net, images);               // for the predicted classes
 * Attribution b = new IntegratedGradients(o -> o.steps(100)).explain(net, images, 3);
 * Plot.image(HeatOverlay.of(images.select(0, 0), a.map().select(0, 0))).save("cat.png");
 * }
 *
 * <p>The network is explained in evaluation mode, in which the images of a batch do not influence one another; its mode
 * is restored, and the gradients of its parameters are not changed.
 */
@FunctionalInterface
public interface Explainer {
    /**
     * {@return the attribution of one class score per image}
     *
     * @param net the classifier
     * @param images floating, [N, C, H, W], preprocessed as for the network
     * @param classes the classes to explain, int64 [N]
     * @throws IllegalArgumentException if the images, the classes or the network's output have the wrong shape
     */
    Attribution explain(Layer net, Tensor images, Tensor classes);

    /** {@return the attribution of the score of the same class for each image} */
    default Attribution explain(Layer net, Tensor images, int label) {
        return explain(net, images, Tensors.full(label, DType.INT64, images.size(0)));
    }

    /** {@return the attribution of the score of each image's predicted class} */
    default Attribution explain(Layer net, Tensor images) {
        return explain(net, images, ClassScores.predicted(net, images));
    }
}
