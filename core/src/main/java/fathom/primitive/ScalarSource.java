package fathom.primitive;

/**
 * The scalars of an update, requested once per step that runs it: a learning rate, or anything that depends on the step
 * count. A captured step requests them at each replay.
 */
@FunctionalInterface
public interface ScalarSource {
    /** {@return the numbers for the kernel's scalar slots in the next step} */
    Number[] next();

    /** Scalars that are the same at each step. */
    record Fixed(Number... numbers) implements ScalarSource {
        @Override
        public Number[] next() {
            return numbers;
        }
    }
}
