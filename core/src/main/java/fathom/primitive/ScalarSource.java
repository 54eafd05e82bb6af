package fathom.primitive;

/**
 * The numbers of an update, asked for once in each step that runs it: a learning rate, or what depends on the number of
 * steps. A captured step asks at each replay.
 */
@FunctionalInterface
public interface ScalarSource {
    /** {@return the numbers of the next step, for the kernel's scalar slots} */
    Number[] next();

    /** Numbers that are the same at each step. */
    record Fixed(Number... numbers) implements ScalarSource {
        @Override
        public Number[] next() {
            return numbers;
        }
    }
}
