package fathom.cpu.matmul;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The generated kernel of every shape has the bits of the scalar loops. */
class MicroKernelTest {
    private static final int DEPTH = 9;

    static List<TileShape> shapes() {
        var shapes = new ArrayList<TileShape>();
        for (var elem : Elem.values()) {
            for (int rows = 1; rows <= elem.tileRows(); rows++) {
                for (int vectors = 1; vectors <= Elem.TILE_VECTORS; vectors++) {
                    shapes.add(new TileShape(elem, rows, vectors, true));
                    shapes.add(new TileShape(elem, rows, vectors, false));
                }
            }
        }
        return shapes;
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void hasTheBitsOfTheScalarKernel(TileShape shape) {
        var generated = MicroKernelGenerator.generate(shape);
        var plain = new PlainMicroKernel(shape);
        var elem = shape.elem();
        long size = elem.size();
        int columns = shape.vectors() * elem.lanes();
        var random = new Random(shape.hashCode());
        try (var arena = Arena.ofConfined()) {
            var a = new Left(elem);
            for (int i = 0; i < shape.rows(); i++) {
                for (int p = 0; p < DEPTH; p++) {
                    set(a.array(), 5 + i * shape.rowStep() + p * shape.columnStep(), random.nextGaussian());
                }
            }
            long bStep = (columns + 3) * size;
            long cStep = (columns + 5) * size;
            var b = arena.allocate(DEPTH * bStep);
            var init = arena.allocate(shape.rows() * cStep);
            fill(elem, b, random);
            fill(elem, init, random);
            for (int depth : new int[] {0, 1, DEPTH}) {
                for (long start : new long[] {0, init.address()}) {
                    for (long startStep : new long[] {0, cStep}) {
                        var c = arena.allocate(shape.rows() * cStep);
                        var expected = arena.allocate(shape.rows() * cStep);
                        generated.run(a.array(), 5, b.address(), bStep, start, startStep, c.address(), cStep, depth);
                        plain.run(a.array(), 5, b.address(), bStep, start, startStep, expected.address(), cStep, depth);
                        assertThat(c.mismatch(expected)).isEqualTo(-1);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void accumulatesInOrder(TileShape shape) {
        var elem = shape.elem();
        long size = elem.size();
        long step = shape.vectors() * elem.lanes() * size;
        try (var arena = Arena.ofConfined()) {
            var a = new Left(elem);
            var b = arena.allocate(DEPTH * step);
            var c = arena.allocate(shape.rows() * step);
            for (int p = 0; p < DEPTH; p++) {
                for (int i = 0; i < shape.rows(); i++) {
                    set(a.array(), i * shape.rowStep() + p * shape.columnStep(), 1 + i);
                }
                for (long x = 0; x < step; x += size) {
                    elem.set(b.address() + p * step + x, p + x);
                }
            }
            new PlainMicroKernel(shape).run(a.array(), 0, b.address(), step, 0, 0, c.address(), step, DEPTH);
            for (int i = 0; i < shape.rows(); i++) {
                for (long x = 0; x < step; x += size) {
                    double sum = (1 + i) * (DEPTH * (DEPTH - 1) / 2.0 + DEPTH * x);
                    assertThat(elem.get(c.address() + i * step + x)).isEqualTo(sum);
                }
            }
        }
    }

    private static void set(Object array, int index, double value) {
        if (array instanceof float[] floats) {
            floats[index] = (float) value;
        } else {
            ((double[]) array)[index] = value;
        }
    }

    private static void fill(Elem elem, MemorySegment segment, Random random) {
        for (long x = 0; x + elem.size() <= segment.byteSize(); x += elem.size()) {
            elem.set(segment.address() + x, random.nextGaussian());
        }
    }
}
