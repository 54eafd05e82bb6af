package fathom.vision.models;

import fathom.Tensor;
import fathom.Tensors;
import java.util.List;

/**
 * The logits of a network with auxiliary classifiers.
 *
 * @param logits the logits, {@code [N, classes]}
 * @param auxiliary those of the auxiliary classifiers, from the input on; empty in evaluation
 */
public record AuxiliaryOutputs(Tensor logits, List<Tensor> auxiliary) {
    /** Copies the list. */
    public AuxiliaryOutputs {
        auxiliary = List.copyOf(auxiliary);
    }

    /**
     * {@return the cross-entropy of the logits, plus that of each auxiliary classifier times a weight}
     *
     * @param target the classes, {@code [N]}
     * @param weight 0.3 for GoogLeNet (Szegedy et al., 2015), 0.4 for Inception-v3
     */
    public Tensor loss(Tensor target, double weight) {
        Tensor loss = Tensors.crossEntropy(logits, target);
        for (Tensor a : auxiliary) {
            loss = loss.add(Tensors.crossEntropy(a, target).mul(weight));
        }
        return loss;
    }
}
