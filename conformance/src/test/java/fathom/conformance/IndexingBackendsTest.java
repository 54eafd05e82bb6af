package fathom.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.DType;
import fathom.primitive.Computed;
import fathom.primitive.Operand;
import fathom.primitive.Spec;
import fathom.primitive.indexing.Gather;
import fathom.primitive.indexing.IndexAdd;
import fathom.primitive.indexing.IndexSelect;
import fathom.primitive.indexing.ScatterReduce;
import fathom.testkit.Operands;
import fathom.testkit.Operands.Layout;
import fathom.testkit.Operands.Values;
import fathom.testkit.Oracle.Tolerance;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** Gather and scatter by index against the naive backend, on operands of any layout. */
class IndexingBackendsTest extends BackendProperties {
    private static Tolerance adding(DType type, boolean exact) {
        // sums of 16-bit types may be rounded after each term or once at the end
        return exact ? Tolerance.EXACT : sums(type);
    }

    /** {@return a shape with at least one dimension and, along {@code dim}, at least one element} */
    private long[] indexable(int[] dim) {
        long[] shape = shape();
        if (shape.length == 0) {
            shape = new long[] {random.nextInt(1, 9)};
        }
        dim[0] = random.nextInt(shape.length);
        shape[dim[0]] = Math.max(1, shape[dim[0]]);
        return shape;
    }

    private Operand index(long[] shape, long bound) {
        return Operands.indices(arena, shape, pick(Layout.values()), bound, random);
    }

    @Property(tries = 200, seed = "1", shrinking = ShrinkingMode.OFF)
    void slices(@ForAll DType type, @ForAll long seed) {
        seed(seed);
        var dim = new int[1];
        long[] shape = indexable(dim);
        long n = random.nextInt(12);
        long[] y = shape.clone();
        y[dim[0]] = n;
        compare(
                new IndexSelect(dim[0]),
                Tolerance.EXACT,
                operands(operand(type, shape, Values.EXTREME), index(new long[] {n}, shape[dim[0]])),
                output(type, y));
    }

    @Property(tries = 200, seed = "1", shrinking = ShrinkingMode.OFF)
    void sumsOfSlices(@ForAll DType type, @ForAll long seed) {
        seed(seed);
        var dim = new int[1];
        long[] shape = indexable(dim);
        long n = random.nextInt(12);
        long[] src = shape.clone();
        src[dim[0]] = n;
        compare(
                new IndexAdd(dim[0]),
                adding(type, false),
                operands(
                        operand(type, shape, Values.ORDINARY),
                        index(new long[] {n}, shape[dim[0]]),
                        operand(type, src, Values.ORDINARY)),
                output(type, shape));
    }

    @Property(tries = 200, seed = "1", shrinking = ShrinkingMode.OFF)
    void gathered(@ForAll DType type, @ForAll long seed) {
        seed(seed);
        var dim = new int[1];
        long[] shape = indexable(dim);
        long[] y = part(shape, dim[0]);
        compare(
                new Gather(dim[0]),
                Tolerance.EXACT,
                operands(operand(type, shape, Values.EXTREME), index(y, shape[dim[0]])),
                output(type, y));
    }

    /** {@return a shape no larger than another one, except in the dimension} */
    private long[] part(long[] shape, int dim) {
        long[] part = shape.clone();
        for (int d = 0; d < part.length; d++) {
            part[d] = d == dim ? random.nextInt(8) : random.nextInt(3) == 0 ? random.nextLong(part[d] + 1) : part[d];
        }
        return part;
    }

    @Property(tries = 200, seed = "1", shrinking = ShrinkingMode.OFF)
    void scattered(@ForAll ScatterReduce.Mode mode, @ForAll DType type, @ForAll long seed) {
        seed(seed);
        var dim = new int[1];
        long[] shape = indexable(dim);
        long[] places = part(shape, dim[0]);
        long[] src = places.clone();
        for (int d = 0; d < src.length; d++) {
            src[d] += random.nextInt(5) == 0 ? 2 : 0;
        }
        boolean exact =
                mode == ScatterReduce.Mode.SET || mode == ScatterReduce.Mode.MAX || mode == ScatterReduce.Mode.MIN;
        compare(
                new ScatterReduce(dim[0], mode),
                adding(type, exact),
                operands(
                        operand(type, shape, Values.POSITIVE),
                        index(places, shape[dim[0]]),
                        operand(type, src, Values.POSITIVE)),
                output(type, shape));
    }

    /** An index out of bounds is an exception that names it, and nothing was written to an existing output. */
    @Property(tries = 200, seed = "1", shrinking = ShrinkingMode.OFF)
    void numbersOutOfBounds(@ForAll long seed) {
        seed(seed);
        long[] shape = {random.nextInt(1, 6), random.nextInt(1, 6)};
        int dim = random.nextInt(2);
        long bad = random.nextBoolean() ? shape[dim] + random.nextInt(3) : -1 - random.nextInt(3);
        Operand x = Operands.random(arena, DType.FLOAT32, shape, pick(OUTPUTS), Values.ORDINARY, random);
        double[] before = Operands.toArray(x);
        boolean slices = random.nextBoolean();
        long[] indexShape = slices ? new long[] {random.nextInt(1, 7)} : shape;
        var numbers = new double[(int) Arrays.stream(indexShape).reduce(1, (a, b) -> a * b)];
        numbers[random.nextInt(numbers.length)] = bad;
        Operand index = Operands.of(arena, DType.INT64, indexShape, numbers);
        long[] src = shape.clone();
        src[dim] = slices ? indexShape[0] : shape[dim];
        Operand source = operand(DType.FLOAT32, src, Values.ORDINARY);
        Operand fresh = Operands.allocate(arena, Spec.of(DType.FLOAT32, src));
        boolean write = random.nextBoolean();
        Computed primitive =
                slices
                        ? write ? new IndexAdd(dim) : new IndexSelect(dim)
                        : write ? new ScatterReduce(dim, ScatterReduce.Mode.ADD) : new Gather(dim);
        Operand[] in = write ? operands(x, index, source) : operands(x, index);
        assertThatThrownBy(() -> CPU.run(primitive, in, operands(write ? x : fresh)))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining(String.valueOf(bad));
        assertThat(Operands.toArray(x)).containsExactly(before);
    }
}
