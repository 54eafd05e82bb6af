package fathom.vision.models;

import fathom.Tensor;

/** A network with auxiliary classifiers of inner layers, which only help to train it. */
public interface AuxiliaryClassifiers {
    /**
     * {@return the logits, in training with those of the auxiliary classifiers, if the network has them: what
     * torchvision's network returns in training}
     */
    AuxiliaryOutputs forwardWithAuxiliary(Tensor x);
}
