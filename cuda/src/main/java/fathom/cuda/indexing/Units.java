package fathom.cuda.indexing;

import fathom.DType;
import fathom.cuda.code.Geometry;
import fathom.primitive.Operand;

/** Elements that are only copied: unsigned numbers of their size, or several of them as one wide number. */
final class Units {
    private Units() {}

    /** {@return the type of so many bytes: 1, 2, 4, 8, 16} */
    static String type(int bytes) {
        return switch (bytes) {
            case 1 -> "unsigned char";
            case 2 -> "unsigned short";
            case 4 -> "u32";
            case 8 -> "u64";
            default -> "uint4";
        };
    }

    /** {@return a number of this type with all bits zero} */
    static String zero(int bytes) {
        return bytes == 16 ? "uint4()" : "0";
    }

    /**
     * {@return an operand of rank 1 for a scalar, else the operand itself}
     *
     * @param o an operand
     */
    static Operand atLeast1d(Operand o) {
        return o.rank() > 0 ? o : new Operand(o.dtype(), o.address(), new long[] {1}, new long[] {0});
    }

    /** {@return the same strides with that of one dimension set to 0} */
    static long[] without(long[] strides, int dim) {
        long[] copy = strides.clone();
        copy[dim] = 0;
        return copy;
    }

    /**
     * {@return how many neighbours along the innermost dimension of a geometry are copied as one unit}
     *
     * @param type the elements
     * @param steps another stride that must keep the alignment
     * @param dense the operands that the units are in; other operands have stride 0 there
     */
    static int width(Geometry g, DType type, long[] steps, long[] addresses, int... dense) {
        int inner = g.rank() - 1;
        for (int o = 0; o < g.strides().length; o++) {
            long expected = 0;
            for (int d : dense) {
                expected = d == o ? 1 : expected;
            }
            if (g.strides()[o][inner] != expected) {
                return 1;
            }
        }
        for (int width = 16 / type.size(); width > 1; width /= 2) {
            boolean fits = g.sizes()[inner] % width == 0;
            for (long s : steps) {
                fits &= s % width == 0;
            }
            for (long a : addresses) {
                fits &= a % ((long) width * type.size()) == 0;
            }
            for (int o : dense) {
                for (int d = 0; d < inner && fits; d++) {
                    fits = g.strides()[o][d] % width == 0;
                }
            }
            if (fits) {
                return width;
            }
        }
        return 1;
    }

    /** {@return the geometry of units of {@code width} elements} */
    static Geometry widened(Geometry g, int width, int... dense) {
        if (width == 1) {
            return g;
        }
        int inner = g.rank() - 1;
        long[] sizes = g.sizes().clone();
        sizes[inner] /= width;
        long[][] strides = g.strides().clone();
        for (int o : dense) {
            strides[o] = strides[o].clone();
            for (int d = 0; d < inner; d++) {
                strides[o][d] /= width;
            }
        }
        return new Geometry(sizes, strides);
    }
}
