package fathom.cuda.products;

import fathom.DType;
import fathom.cuda.code.Geometry;
import fathom.primitive.Operand;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A batch of matrix products {@code c[m, n] = a[m, k] b[k, n] + bias}, by addresses and strides in elements.
 *
 * @param in the type of a and b
 * @param biasType the bias's type; null if there is none
 * @param out the type of c
 * @param biasM the bias's stride along the rows: 0 unless the operands were exchanged
 * @param biasN the bias's stride along the columns
 * @param batch the dimensions of the batch, with the strides of a, b and c
 */
public record Product(
        DType in,
        @Nullable DType biasType,
        DType out,
        long a,
        long b,
        long bias,
        long c,
        long m,
        long n,
        long k,
        long am,
        long ak,
        long bk,
        long bn,
        long cm,
        long cn,
        long biasM,
        long biasN,
        Geometry batch) {

    /** {@return the product of a primitive's operands} */
    public static Product of(Operand[] in, Operand[] out) {
        Operand a = in[0];
        Operand b = in[1];
        Operand c = out[0];
        int r = a.rank();
        Operand bias = in.length > 2 ? in[2] : null;
        var batch =
                Geometry.of(
                        Arrays.copyOf(c.shape(), r - 2),
                        new long[][] {
                            Arrays.copyOf(a.strides(), r - 2),
                            Arrays.copyOf(b.strides(), r - 2),
                            Arrays.copyOf(c.strides(), r - 2)
                        },
                        2);
        return new Product(
                a.dtype(),
                bias == null ? null : bias.dtype(),
                c.dtype(),
                a.address(),
                b.address(),
                bias == null ? 0 : bias.address(),
                c.address(),
                c.shape()[r - 2],
                c.shape()[r - 1],
                a.shape()[r - 1],
                a.strides()[r - 2],
                a.strides()[r - 1],
                b.strides()[r - 2],
                b.strides()[r - 1],
                c.strides()[r - 2],
                c.strides()[r - 1],
                0,
                bias == null ? 0 : bias.strides()[0],
                batch);
    }

    /** {@return the same product as that of the transposed matrices} */
    public Product transposed() {
        long[][] s = batch.strides();
        return new Product(
                in,
                biasType,
                out,
                b,
                a,
                bias,
                c,
                n,
                m,
                k,
                bn,
                bk,
                ak,
                am,
                cn,
                cm,
                biasN,
                biasM,
                new Geometry(batch.sizes(), new long[][] {s[1], s[0], s[2]}));
    }

    /** {@return the number of products} */
    public long batches() {
        return batch.numel();
    }

    /**
     * {@return how many neighbouring elements can be loaded at once}
     *
     * @param operand 0, 1 or 2: a, b or c
     * @param address its address
     * @param type its type
     * @param inner the stride of the dimension that they are neighbours in
     * @param size its size, which the width divides
     * @param outer the stride of the other dimension
     * @param most the greatest width
     */
    int width(int operand, long address, DType type, long inner, long size, long outer, int most) {
        if (inner != 1) {
            return 1;
        }
        for (int width = most; width > 1; width /= 2) {
            boolean fits = size % width == 0 && outer % width == 0 && address % ((long) width * type.size()) == 0;
            for (long s : batch.strides()[operand]) {
                fits &= s % width == 0;
            }
            if (fits) {
                return width;
            }
        }
        return 1;
    }
}
