package fathom.capture;

import fathom.ir.Kernel;
import fathom.primitive.Computed;
import fathom.primitive.ScalarSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;

/** One operation of a step on memory. */
sealed interface Instruction {

    /** {@return the operands read} */
    List<BufferOperand> reads();

    /** {@return the operands written} */
    List<BufferOperand> writes();

    /**
     * A primitive run by a backend.
     *
     * @param primitive the primitive
     * @param in its inputs
     * @param out its outputs
     * @param draw for random bits, the index of the number drawn in this step that is their key; else -1
     * @param fused the names of the operations fused into it
     */
    record Compute(Computed primitive, BufferOperand[] in, BufferOperand[] out, int draw, List<String> fused)
            implements Instruction {
        @Override
        public List<BufferOperand> reads() {
            return Arrays.asList(in);
        }

        @Override
        public List<BufferOperand> writes() {
            return Arrays.asList(out);
        }
    }

    /** One kernel over many sets of operands, with scalars supplied at each step. */
    record Update(Kernel kernel, ScalarSource scalars, BufferOperand[][] in, BufferOperand[][] out)
            implements Instruction {
        @Override
        public List<BufferOperand> reads() {
            return flat(in);
        }

        @Override
        public List<BufferOperand> writes() {
            return flat(out);
        }

        private static List<BufferOperand> flat(BufferOperand[][] sets) {
            var all = new ArrayList<BufferOperand>();
            for (BufferOperand[] set : sets) {
                all.addAll(Arrays.asList(set));
            }
            return all;
        }
    }

    /** A check of a number, given its address; it throws if the number is invalid. */
    record Check(BufferOperand value, LongConsumer check) implements Instruction {
        @Override
        public List<BufferOperand> reads() {
            return List.of(value);
        }

        @Override
        public List<BufferOperand> writes() {
            return List.of();
        }
    }

    /** A number supplied by Java, written to the address given to it. */
    record Feed(BufferOperand value, LongConsumer write) implements Instruction {
        @Override
        public List<BufferOperand> reads() {
            return List.of();
        }

        @Override
        public List<BufferOperand> writes() {
            return List.of(value);
        }
    }
}
