package fathom.primitive;

/** A primitive that a {@link Backend} computes into newly allocated memory, or in place into existing memory. */
public non-sealed interface Computed extends Primitive {

    /**
     * {@return the specs of the outputs, determined by those of the inputs alone}
     *
     * @param inputs not to be modified, nor are their arrays; outputs may share them
     * @throws IllegalArgumentException if the inputs do not match, naming operation and shapes
     */
    Spec[] infer(Spec... inputs);
}
