package fathom.primitive;

import fathom.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The view operations, with their gradients. */
public final class Views {
    private Views() {}

    /**
     * A permutation of dimensions.
     *
     * @param order for each dimension of the result, that of the input
     */
    public record Permute(int[] order) implements View {
        @Override
        public Geometry apply(Geometry in) {
            var shape = new long[order.length];
            var strides = new long[order.length];
            for (int d = 0; d < order.length; d++) {
                shape[d] = in.shape()[order[d]];
                strides[d] = in.strides()[order[d]];
            }
            return new Geometry(shape, strides, in.offset());
        }

        @Override
        public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
            var inverse = new int[order.length];
            for (int d = 0; d < order.length; d++) {
                inverse[order[d]] = d;
            }
            return new @Nullable Tensor[] {Ops.apply(new Permute(inverse), gradOutputs[0])};
        }
    }

    /**
     * Expansion of dimensions of size 1, and new leading dimensions.
     *
     * @param shape the result's shape
     */
    public record Expand(long[] shape) implements View {
        @Override
        public Geometry apply(Geometry in) {
            return new Geometry(shape, Broadcasting.strides(in.shape(), in.strides(), shape), in.offset());
        }

        @Override
        public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
            return new @Nullable Tensor[] {gradOutputs[0].sumTo(tape.inputShape(0))};
        }
    }

    /**
     * Another shape over the same elements in the same order.
     *
     * @param shape the result's shape
     * @param strides the result's strides
     */
    public record Reshape(long[] shape, long[] strides) implements View {
        @Override
        public Geometry apply(Geometry in) {
            return new Geometry(shape, strides, in.offset());
        }

        @Override
        public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
            return new @Nullable Tensor[] {gradOutputs[0].reshape(tape.inputShape(0))};
        }

        /** {@return the strides of a view of shape {@code to}, or null if the memory layout permits none} */
        public static long @Nullable [] strides(long[] shape, long[] strides, long[] to) {
            if (Layouts.isContiguous(shape, strides)) {
                return Layouts.contiguous(to);
            }
            var out = new long[to.length];
            int t = to.length - 1;
            long stride = strides[shape.length - 1]; // of the innermost dimension of the current run
            long run = 1;
            for (int d = shape.length - 1; d >= 0; d--) {
                run *= shape[d];
                if (d > 0 && (shape[d - 1] == 1 || strides[d - 1] == run * stride)) {
                    continue; // the next dimension continues this run
                }
                long filled = 1;
                while (t >= 0 && (filled < run || to[t] == 1)) {
                    out[t] = filled * stride;
                    filled *= to[t--];
                }
                if (filled != run) {
                    return null;
                }
                if (d > 0) {
                    stride = strides[d - 1];
                    run = 1;
                }
            }
            return t < 0 ? out : null;
        }
    }

    /**
     * Every {@code step}-th index of a dimension.
     *
     * @param dim the dimension
     * @param start the first index
     * @param step the step, not zero
     * @param count the number of indices
     */
    public record Slice(int dim, long start, long step, long count) implements View {
        @Override
        public Geometry apply(Geometry in) {
            long[] shape = in.shape().clone();
            long[] strides = in.strides().clone();
            shape[dim] = count;
            strides[dim] *= step;
            long offset = count == 0 ? in.offset() : in.offset() + start * in.strides()[dim];
            return new Geometry(shape, strides, offset);
        }

        @Override
        public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
            return ViewGrad.of(this, tape, gradOutputs);
        }
    }

    /**
     * One index of a dimension, which is removed.
     *
     * @param dim the dimension
     * @param index the index
     */
    public record Select(int dim, long index) implements View {
        @Override
        public Geometry apply(Geometry in) {
            return new Geometry(
                    without(in.shape(), dim), without(in.strides(), dim), in.offset() + index * in.strides()[dim]);
        }

        @Override
        public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
            return ViewGrad.of(this, tape, gradOutputs);
        }

        private static long[] without(long[] a, int d) {
            var out = new long[a.length - 1];
            System.arraycopy(a, 0, out, 0, d);
            System.arraycopy(a, d + 1, out, d, out.length - d);
            return out;
        }
    }

    /**
     * The diagonals of two dimensions, which are removed; the diagonal's is appended as the last.
     *
     * @param offset above (positive) or below the main diagonal
     * @param dim1 the rows
     * @param dim2 the columns
     */
    public record Diagonal(long offset, int dim1, int dim2) implements View {
        @Override
        public Geometry apply(Geometry in) {
            long rows = in.shape()[dim1];
            long columns = in.shape()[dim2];
            long n = Math.max(0, offset >= 0 ? Math.min(rows, columns - offset) : Math.min(rows + offset, columns));
            int rank = in.shape().length;
            var shape = new long[rank - 1];
            var strides = new long[rank - 1];
            int k = 0;
            for (int d = 0; d < rank; d++) {
                if (d != dim1 && d != dim2) {
                    shape[k] = in.shape()[d];
                    strides[k++] = in.strides()[d];
                }
            }
            shape[k] = n;
            strides[k] = in.strides()[dim1] + in.strides()[dim2];
            long shift = n == 0 ? 0 : offset >= 0 ? offset * in.strides()[dim2] : -offset * in.strides()[dim1];
            return new Geometry(shape, strides, in.offset() + shift);
        }

        @Override
        public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
            return ViewGrad.of(this, tape, gradOutputs);
        }
    }

    /**
     * Overlapping windows along a dimension, as a new last dimension.
     *
     * @param dim the dimension
     * @param size elements per window
     * @param step elements from one window to the next
     */
    public record Unfold(int dim, long size, long step) implements View {
        @Override
        public Geometry apply(Geometry in) {
            int rank = in.shape().length;
            long[] shape = Arrays.copyOf(in.shape(), rank + 1);
            long[] strides = Arrays.copyOf(in.strides(), rank + 1);
            shape[rank] = size;
            strides[rank] = in.strides()[dim];
            shape[dim] = (in.shape()[dim] - size) / step + 1;
            strides[dim] *= step;
            return new Geometry(shape, strides, in.offset());
        }

        @Override
        public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
            return ViewGrad.of(this, tape, gradOutputs);
        }
    }

    /**
     * An arbitrary geometry over the storage. Its gradient is correct if no two indices of the input alias an element.
     *
     * @param geometry the result's, with the offset from the start of the storage
     * @param input the input's
     */
    public record AsStrided(Geometry geometry, Geometry input) implements View {
        @Override
        public Geometry apply(Geometry in) {
            return new Geometry(geometry.shape(), geometry.strides(), geometry.offset() - input.offset() + in.offset());
        }

        @Override
        public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
            return ViewGrad.of(this, tape, gradOutputs);
        }
    }
}
