package fathom.bench.work;

import java.util.List;

/** Single operations on float32 tensors. */
public sealed interface KernelWork extends Work {

    /** Operations from as many numbers to as many, or to one. */
    enum Flat {
        /** {@code y.copy_(x)}: the yardstick of memory. */
        COPY(2),
        /** {@code x + y}: on few elements, the overhead of any operation. */
        ADD(3),
        /** {@code relu(tanh(x * 1.5 + y) - x)}: five operations. */
        CHAIN(3),
        /** The sum of all. */
        SUM(1),
        /** With the error function. */
        GELU(2),
        /** With probability one half, in training. */
        DROPOUT(2),
        /** Ascending, with indices. */
        SORT(4);

        private final int passes;

        Flat(int passes) {
            this.passes = passes;
        }
    }

    /** Operations along the rows of a matrix. */
    enum RowWise {
        /** Over each row. */
        SOFTMAX(2),
        /** Over each row, with weight and bias. */
        LAYER_NORM(2),
        /** One element of the row for each element. */
        GATHER(4);

        private final int passes;

        RowWise(int passes) {
            this.passes = passes;
        }
    }

    /**
     * An operation on a vector.
     *
     * @param kernel what
     * @param elements on how many
     * @param backward whether the gradient by the input follows
     */
    record OnVector(Flat kernel, int elements, boolean backward) implements KernelWork {
        @Override
        public double bytes() {
            return backward ? 0 : 4.0 * kernel.passes * elements;
        }
    }

    /**
     * An operation on a matrix.
     *
     * @param kernel what
     * @param rows of the matrix
     * @param columns of the matrix
     * @param backward whether the gradient by the input follows
     */
    record OnMatrix(RowWise kernel, int rows, int columns, boolean backward) implements KernelWork {
        @Override
        public double bytes() {
            return backward ? 0 : 4.0 * kernel.passes * rows * columns;
        }
    }

    /**
     * Rows of a table by int64 indices.
     *
     * @param vocabulary rows of the table
     * @param width columns of the table
     * @param tokens how many indices
     * @param backward whether the gradient by the table follows
     */
    record Embedding(int vocabulary, int width, int tokens, boolean backward) implements KernelWork {
        @Override
        public double bytes() {
            return backward ? 0 : tokens * (8.0 + 8.0 * width);
        }
    }

    /**
     * A matrix product, {@code [batch, m, k] x [batch, k, n]}.
     *
     * @param batch how many products; plain matrices if it is 1
     * @param m rows of the result
     * @param k what is summed over
     * @param n columns of the result
     * @param left whether the left factor is a transposed view
     * @param right whether the right factor is a transposed view
     */
    record MatrixProduct(int batch, int m, int k, int n, boolean left, boolean right) implements KernelWork {
        @Override
        public double flops() {
            return 2.0 * batch * m * k * n;
        }
    }

    /**
     * Attention of queries, keys and values {@code [batch, heads, tokens, width]}.
     *
     * @param batch sequences
     * @param heads of each
     * @param tokens of a sequence
     * @param width of a head
     * @param causal whether a token sees those before it only
     * @param backward whether the gradients by all three follow
     */
    record Attention(int batch, int heads, int tokens, int width, boolean causal, boolean backward)
            implements KernelWork {
        @Override
        public double flops() {
            // two products; backward has for each the gradients by its two factors, what is computed anew does not
            // count
            double forward = 4.0 * batch * heads * tokens * tokens * width;
            return forward * (backward ? 3 : 1) / (causal ? 2 : 1);
        }
    }

    /**
     * One step of Adam.
     *
     * @param sizes elements of each parameter
     */
    record AdamStep(List<Integer> sizes) implements KernelWork {
        @Override
        public double bytes() {
            // the parameter and both moments are read and written, the gradient is read
            return 7 * 4.0 * sizes.stream().mapToLong(Integer::longValue).sum();
        }
    }
}
