package fathom.capture;

import fathom.ir.Kernel;
import fathom.primitive.Computed;
import fathom.primitive.ScalarSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;

/** One thing that a step does to memory. */
sealed interface Instruction {

    /** {@return what is read} */
    List<Place> reads();

    /** {@return what is written} */
    List<Place> writes();

    /**
     * A primitive on a backend.
     *
     * @param primitive what is computed
     * @param in its inputs
     * @param out its outputs
     * @param draw for random bits: which number drawn in this step is their key; else -1
     * @param fused the names of the operations that were made one
     */
    record Compute(Computed primitive, Place[] in, Place[] out, int draw, List<String> fused) implements Instruction {
        @Override
        public List<Place> reads() {
            return Arrays.asList(in);
        }

        @Override
        public List<Place> writes() {
            return Arrays.asList(out);
        }
    }

    /** One kernel over many sets of operands, with numbers that are asked for at each step. */
    record Update(Kernel kernel, ScalarSource scalars, Place[][] in, Place[][] out) implements Instruction {
        @Override
        public List<Place> reads() {
            return flat(in);
        }

        @Override
        public List<Place> writes() {
            return flat(out);
        }

        private static List<Place> flat(Place[][] sets) {
            var all = new ArrayList<Place>();
            for (Place[] set : sets) {
                all.addAll(Arrays.asList(set));
            }
            return all;
        }
    }

    /** A look at a number, at the address given to it, which throws where that is not as it should be. */
    record Check(Place value, LongConsumer look) implements Instruction {
        @Override
        public List<Place> reads() {
            return List.of(value);
        }

        @Override
        public List<Place> writes() {
            return List.of();
        }
    }

    /** A number from Java, written to the address given to it. */
    record Feed(Place value, LongConsumer write) implements Instruction {
        @Override
        public List<Place> reads() {
            return List.of();
        }

        @Override
        public List<Place> writes() {
            return List.of(value);
        }
    }
}
