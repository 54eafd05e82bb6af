package fathom;

/** Losses as functions. Part of {@link Tensors}. */
public abstract class LossFunctions extends NeuralFunctions {
    LossFunctions() {}
}
