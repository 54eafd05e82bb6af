package fathom.primitive;

/** A primitive that a {@link Backend} computes into fresh memory (or, for those that update, into memory given). */
public non-sealed interface Computed extends Primitive {

    /**
     * {@return the shapes, types and strides of the outputs, which follow from those of the inputs alone}
     *
     * @param inputs not to be modified, nor are their arrays; outputs may share them
     * @throws IllegalArgumentException where the inputs do not fit, naming operation and shapes
     */
    Spec[] infer(Spec... inputs);
}
