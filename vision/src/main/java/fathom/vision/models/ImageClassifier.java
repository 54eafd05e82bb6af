package fathom.vision.models;

import fathom.nn.Layer;

/**
 * A network from images {@code [N, C, H, W]} to logits {@code [N, classes]}, whose head can be replaced.
 *
 * @param <S> the class of the network
 */
public abstract class ImageClassifier<S extends ImageClassifier<S>> extends Layer {
    private final transient String[] heads;

    /**
     * A classifier.
     *
     * @param heads the paths of the blocks that end with a layer to logits; the first is required, others (auxiliary
     *     classifiers) may be missing
     */
    ImageClassifier(String... heads) {
        this.heads = heads;
    }

    /**
     * Replaces the head's last layer by a newly initialised one, for other classes: for fine-tuning. All other layers
     * and their weights stay; optimisers made before keep the old parameters.
     *
     * {@snippet :
     * var net = ResNet.resnet18();
     * net.loadStateDict(StateDict.load(Path.of("resnet18.pth")));
     * net.withHead(3);
     * }
     *
     * @param classes the number of classes
     * @return this
     * @throws IllegalArgumentException if the head was replaced by one without a linear layer
     */
    @SuppressWarnings("unchecked") // S is the class itself
    public final S withHead(long classes) {
        for (int i = 0; i < heads.length; i++) {
            if (i == 0 || Heads.exists(this, heads[i])) {
                Heads.replace(this, heads[i], classes);
            }
        }
        return (S) this;
    }
}
