package fathom.bench.work;

import java.util.List;

/** Single operations on float32 tensors. */
public sealed interface KernelWork extends Work {

    /** Element-wise operations and full reductions on vectors. */
    enum Flat {
        /** {@code y.copy_(x)}: the reference for memory bandwidth. */
        COPY(2),
        /** {@code x + y}: with few elements, the overhead of an operation. */
        ADD(3),
        /** {@code relu(tanh(x * 1.5 + y) - x)}: five operations. */
        CHAIN(3),
        /** The sum of all elements. */
        SUM(1),
        /** GELU, exact, with the error function. */
        GELU(2),
        /** Dropout with probability 0.5, in training mode. */
        DROPOUT(2),
        /** An ascending sort with indices. */
        SORT(4);

        private final int passes;

        Flat(int passes) {
            this.passes = passes;
        }
    }

    /** Operations along the rows of a matrix. */
    enum RowWise {
        /** Softmax over each row. */
        SOFTMAX(2),
        /** Layer norm over each row, with weight and bias. */
        LAYER_NORM(2),
        /** Gather along rows, one index per element. */
        GATHER(4);

        private final int passes;

        RowWise(int passes) {
            this.passes = passes;
        }
    }

    /**
     * An operation on a vector.
     *
     * @param kernel the operation
     * @param elements the number of elements
     * @param backward whether the gradient of the input is computed as well
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
     * @param kernel the operation
     * @param rows the number of rows
     * @param columns the number of columns
     * @param backward whether the gradient of the input is computed as well
     */
    record OnMatrix(RowWise kernel, int rows, int columns, boolean backward) implements KernelWork {
        @Override
        public double bytes() {
            return backward ? 0 : 4.0 * kernel.passes * rows * columns;
        }
    }

    /**
     * A lookup of table rows by int64 indices.
     *
     * @param vocabulary rows of the table
     * @param width columns of the table
     * @param tokens the number of indices
     * @param backward whether the gradient of the table is computed as well
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
     * @param batch the number of products; plain matrices if it is 1
     * @param m rows of the result
     * @param k the extent of the contracted dimension
     * @param n columns of the result
     * @param left whether the left operand is a transposed view
     * @param right whether the right operand is a transposed view
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
     * @param batch number of sequences
     * @param heads heads per sequence
     * @param tokens tokens per sequence
     * @param width width of a head
     * @param causal whether the causal mask is applied
     * @param backward whether the gradients of all three are computed as well
     */
    record Attention(int batch, int heads, int tokens, int width, boolean causal, boolean backward)
            implements KernelWork {
        @Override
        public double flops() {
            // two products; backward computes for each the gradients of both operands; recomputation is not counted
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
