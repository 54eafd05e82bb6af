package fathom.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.DType;
import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.KernelFunction;
import fathom.cuda.gpu.KernelSource;
import fathom.cuda.gpu.Launch;
import fathom.cuda.host.HostGpu;
import fathom.cuda.libraries.CublasLtProducts;
import fathom.cuda.libraries.CudnnConvolutions;
import fathom.primitive.Backend;
import fathom.primitive.Computed;
import fathom.primitive.MatMul;
import fathom.primitive.Operand;
import fathom.primitive.Spec;
import fathom.primitive.window.Convolution;
import fathom.primitive.window.ConvolutionInputGrad;
import fathom.primitive.window.ConvolutionWeightGrad;
import fathom.primitive.window.Window;
import fathom.testkit.Operands;
import fathom.testkit.Operands.Layout;
import fathom.testkit.Operands.Values;
import fathom.testkit.Oracle;
import fathom.testkit.Oracle.Tolerance;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The calls of cuBLASLt and cuDNN, against stand-ins for the libraries that compute on the host what the documentation
 * says: layouts, transpositions, batches, copies into other layouts.
 */
class LibrariesTest {
    private static final SplittableRandom RANDOM = new SplittableRandom(1);

    private static Gpu gpu;

    /** The GPU that the processor plays, with libraries. */
    private record WithLibraries(HostGpu host) implements Gpu {
        @Override
        public Properties properties() {
            return host.properties();
        }

        @Override
        public long allocate(long bytes) {
            return host.allocate(Math.min(bytes, 1 << 20));
        }

        @Override
        public void free(long address) {
            host.free(address);
        }

        @Override
        public void copyFromHost(MemorySegment from, long to) {
            host.copyFromHost(from, to);
        }

        @Override
        public void copyToHost(long from, MemorySegment to) {
            host.copyToHost(from, to);
        }

        @Override
        public void copy(long from, long to, long bytes) {
            host.copy(from, to, bytes);
        }

        @Override
        public void fill(long address, int value, long bytes) {
            host.fill(address, value, bytes);
        }

        @Override
        public void synchronize() {
            host.synchronize();
        }

        @Override
        public KernelFunction function(Object key, Supplier<KernelSource> source) {
            return host.function(key, source);
        }

        @Override
        public void launch(Launch launch) {
            host.launch(launch);
        }

        @Override
        public long scratch(long bytes) {
            return host.scratch(bytes);
        }

        @Override
        public Object lock() {
            return host.lock();
        }

        @Override
        public boolean hasLibraries() {
            return true;
        }
    }

    @BeforeAll
    static void open() throws Exception {
        Assumptions.assumeTrue(HostCompilers.isHere(), "LEFT OUT: no C++ compiler");
        Assumptions.assumeTrue(
                System.getProperty("os.name").startsWith("Linux"), "LEFT OUT: libraries are found on Linux");
        Path folder = Files.createTempDirectory("fathom-libraries");
        Path source = folder.resolve("libraries.cpp");
        try (var in = LibrariesTest.class.getResourceAsStream("/fathom/cuda/libraries.cpp")) {
            Files.copy(in, source);
        }
        Path library = folder.resolve("libcublasLt.so.13");
        var compiler =
                new ProcessBuilder(
                                "c++",
                                "-std=c++17",
                                "-O2",
                                "-w",
                                "-shared",
                                "-fPIC",
                                "-o",
                                library.toString(),
                                source.toString())
                        .inheritIO()
                        .start();
        assertThat(compiler.waitFor()).isZero();
        Files.copy(library, folder.resolve("libcudnn.so.9"));
        System.setProperty("fathom.cuda.libraries", folder.toString());
        gpu = new WithLibraries(new HostGpu(Path.of(System.getProperty("java.io.tmpdir"), "fathom-cuda-host"), "c++"));
    }

    private static Tolerance sums(DType type) {
        return switch (type) {
            case FLOAT64 -> new Tolerance(1e-12, 1e-11);
            case FLOAT32 -> new Tolerance(1e-5, 1e-4);
            case BFLOAT16 -> new Tolerance(1e-2, 0.1);
            default -> new Tolerance(2e-3, 0.02);
        };
    }

    private static Operand operand(Arena arena, DType type, Layout layout, long... shape) {
        return Operands.random(arena, type, shape, layout, Values.ORDINARY, RANDOM);
    }

    private static void product(DType type, DType out, DType bias, Layout a, Layout b, Layout c, long[] x, long[] y) {
        try (var arena = Arena.ofConfined()) {
            int r = x.length;
            long[] z = x.clone();
            z[r - 1] = y[r - 1];
            Operand[] in = bias == null ? new Operand[2] : new Operand[3];
            in[0] = operand(arena, type, a, x);
            in[1] = operand(arena, type, b, y);
            if (bias != null) {
                in[2] = operand(arena, bias, Layout.CONTIGUOUS, y[r - 1]);
            }
            Spec[] spec = {new Spec(out, z, Operands.strides(z, c))};
            Backend backend = new FamilyBackend(gpu, new CublasLtProducts());
            assertThat(
                            Oracle.compare(
                                    backend, new MatMul(bias != null, out == type ? null : out), in, spec, sums(type)))
                    .isTrue();
        }
    }

    private static long[] shape(long... sizes) {
        return sizes;
    }

    @Test
    void products() {
        Layout rows = Layout.CONTIGUOUS;
        Layout columns = Layout.TRANSPOSED;
        for (DType type : new DType[] {DType.FLOAT32, DType.FLOAT64, DType.BFLOAT16, DType.FLOAT16}) {
            product(type, type, null, rows, rows, rows, shape(5, 7), shape(7, 3));
            product(type, type, type, columns, rows, rows, shape(5, 7), shape(7, 3));
            product(type, type, type, rows, columns, Layout.ROWS, shape(5, 7), shape(7, 3));
            product(type, type, null, columns, columns, columns, shape(5, 7), shape(7, 3));
            product(type, type, type, Layout.ROWS, Layout.ROWS, rows, shape(1, 7), shape(7, 3));
            product(type, type, type, rows, rows, rows, shape(4, 7), shape(7, 1));
        }
        product(DType.BFLOAT16, DType.FLOAT32, DType.BFLOAT16, rows, columns, rows, shape(5, 7), shape(7, 3));
        product(DType.FLOAT16, DType.FLOAT16, DType.FLOAT32, rows, columns, rows, shape(5, 7), shape(7, 3));
    }

    @Test
    void batches() {
        Layout rows = Layout.CONTIGUOUS;
        product(DType.FLOAT32, DType.FLOAT32, null, rows, rows, rows, shape(4, 5, 7), shape(4, 7, 3));
        product(DType.FLOAT32, DType.FLOAT32, null, rows, Layout.EXPANDED, rows, shape(4, 5, 7), shape(4, 7, 3));
        product(
                DType.FLOAT32,
                DType.FLOAT32,
                DType.FLOAT32,
                Layout.ROWS,
                rows,
                rows,
                shape(2, 4, 5, 7),
                shape(2, 4, 7, 3));
        product(
                DType.FLOAT32,
                DType.FLOAT32,
                null,
                Layout.CHANNELS_LAST,
                rows,
                rows,
                shape(2, 4, 5, 1),
                shape(2, 4, 1, 3));
    }

    private static void convolution(
            DType type, Layout layout, Window window, int groups, boolean bias, long[] x, long[] w) {
        try (var arena = Arena.ofConfined()) {
            long[] y = x.clone();
            y[1] = w[0];
            long[] out = window.out(x, w);
            System.arraycopy(out, 0, y, 2, out.length);
            Backend backend = new FamilyBackend(gpu, new CudnnConvolutions());
            Operand ox = operand(arena, type, layout, x);
            Operand ow = operand(arena, type, Layout.CONTIGUOUS, w);
            Operand oy = operand(arena, type, layout, y);
            Operand[] in =
                    bias
                            ? new Operand[] {ox, ow, operand(arena, DType.FLOAT32, Layout.CONTIGUOUS, w[0])}
                            : new Operand[] {ox, ow};
            check(backend, type, new Convolution(window, groups), in, new Spec(type, y, Operands.strides(y, layout)));
            var spatial = java.util.Arrays.copyOfRange(x, 2, x.length);
            var kernel = java.util.Arrays.copyOfRange(w, 2, w.length);
            check(
                    backend,
                    type,
                    new ConvolutionInputGrad(window, groups, spatial),
                    new Operand[] {oy, ow},
                    new Spec(type, x, Operands.strides(x, layout)));
            check(
                    backend,
                    type,
                    new ConvolutionWeightGrad(window, groups, kernel, type == DType.FLOAT16 ? DType.FLOAT32 : null),
                    new Operand[] {oy, ox},
                    Spec.of(type == DType.FLOAT16 ? DType.FLOAT32 : type, w));
        }
    }

    private static void check(Backend backend, DType type, Computed p, Operand[] in, Spec out) {
        assertThat(Oracle.compare(backend, p, in, new Spec[] {out}, sums(type))).isTrue();
    }

    @Test
    void convolutions() {
        Window images = Window.ofImages(2, 1, 1, 0, 1, 2);
        for (Layout layout : new Layout[] {Layout.CHANNELS_LAST, Layout.CONTIGUOUS, Layout.GAPPED}) {
            convolution(DType.FLOAT32, layout, images, 1, true, shape(2, 3, 7, 8), shape(4, 3, 3, 2));
            convolution(DType.BFLOAT16, layout, images, 2, true, shape(2, 4, 5, 8), shape(6, 2, 3, 2));
        }
        convolution(DType.FLOAT16, Layout.CHANNELS_LAST, images, 1, false, shape(1, 2, 5, 6), shape(2, 2, 1, 2));
        var line = new Window(new Window.Axis(2, 1, 1, 1));
        convolution(DType.FLOAT32, Layout.CONTIGUOUS, line, 1, true, shape(2, 3, 9), shape(4, 3, 3));
        var volume = new Window(new Window.Axis(1, 1, 1, 1), new Window.Axis(2, 0, 0, 1), new Window.Axis(1, 1, 1, 1));
        convolution(DType.FLOAT32, Layout.CHANNELS_LAST, volume, 1, false, shape(1, 2, 3, 5, 4), shape(3, 2, 2, 2, 3));
        // unequal padding whose end is never read
        var uneven = new Window(new Window.Axis(2, 1, 0, 1), new Window.Axis(2, 1, 0, 1));
        convolution(DType.FLOAT32, Layout.CHANNELS_LAST, uneven, 1, false, shape(2, 3, 8, 8), shape(4, 3, 3, 3));
    }
}
