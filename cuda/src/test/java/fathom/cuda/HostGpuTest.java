package fathom.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.KernelSource;
import fathom.cuda.gpu.Launch;
import fathom.cuda.host.HostGpu;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The GPU that the processor plays: blocks, threads, shared memory, barriers and shuffles. */
class HostGpuTest {
    @TempDir Path folder;

    private Gpu gpu;

    @BeforeEach
    void open() {
        Assumptions.assumeTrue(HostCompilers.isHere(), "LEFT OUT: no C++ compiler");
        gpu = new HostGpu(folder, "c++");
    }

    private float[] run(KernelSource source, int grid, int block, int sharedBytes, int outputs, long... more) {
        var function = gpu.function(source, () -> source);
        long out = gpu.allocate(4L * outputs);
        long[] arguments = new long[1 + more.length];
        arguments[0] = out;
        System.arraycopy(more, 0, arguments, 1, more.length);
        gpu.launch(new Launch(function, new int[] {grid, 1, 1}, new int[] {block, 1, 1}, sharedBytes, arguments));
        try (var arena = Arena.ofConfined()) {
            var host = arena.allocate(ValueLayout.JAVA_FLOAT, outputs);
            gpu.copyToHost(out, host);
            gpu.synchronize();
            return host.toArray(ValueLayout.JAVA_FLOAT);
        } finally {
            gpu.free(out);
        }
    }

    private static KernelSource kernel(String body) {
        return new KernelSource(
                "test",
                "struct Arguments { float* out; i64 n; };\nextern \"C\" __global__ void kernel(const Arguments a) {\n"
                        + body
                        + "}\n");
    }

    @Test
    void blocksAndThreadsAreNumbered() {
        float[] out =
                run(
                        kernel("    int i = blockIdx.x * blockDim.x + threadIdx.x;\n    a.out[i] = i;\n"),
                        3,
                        40,
                        0,
                        120,
                        0);
        assertThat(out).hasSize(120);
        for (int i = 0; i < out.length; i++) {
            assertThat(out[i]).isEqualTo(i);
        }
    }

    @Test
    void threadsOfABlockShareMemoryAndWait() {
        String body =
                """
                DYNAMIC_SHARED(float, s);
                int t = threadIdx.x;
                s[t] = t;
                for (int half = blockDim.x / 2; half > 0; half /= 2) {
                    __syncthreads();
                    if (t < half) s[t] += s[t + half];
                }
                if (t == 0) a.out[blockIdx.x] = s[0];
                """;
        assertThat(run(kernel(body), 2, 256, 1024, 2, 0)).containsExactly(32640, 32640);
    }

    @Test
    void lanesOfAWarpExchangeValues() {
        String body =
                """
                float x = threadIdx.x;
                for (int d = 16; d > 0; d /= 2) x += __shfl_xor_sync(0xffffffffu, x, d);
                unsigned int votes = __ballot_sync(0xffffffffu, threadIdx.x % 2);
                if (threadIdx.x % 32 == 0) a.out[threadIdx.x / 32] = x + (votes == 0xaaaaaaaau ? 0 : 1e6f);
                """;
        assertThat(run(kernel(body), 1, 64, 0, 2, 0)).containsExactly(496, 496 + 1024);
    }

    @Test
    void aBarrierThatNotAllThreadsReachIsAnError() {
        String body =
                """
                if (threadIdx.x == 0) __syncwarp(); else __syncthreads();
                a.out[0] = 1;
                """;
        assertThatThrownBy(() -> run(kernel(body), 1, 32, 0, 1, 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("test: block (0, 0, 0): 31 of 32 threads wait at a barrier");
    }

    @Test
    void narrowTypesAreRoundedToTheNearestEven() {
        String body =
                """
                const float xs[] = {1.00390625f, 1.01171875f, 3.3895314e38f, 1e-40f, 65519.f, 65520.f, 6e-8f, 2e-8f};
                a.out[threadIdx.x] = round_bf16(xs[threadIdx.x]);
                a.out[8 + threadIdx.x] = round_f16(xs[threadIdx.x]);
                """;
        float[] out = run(kernel(body), 1, 8, 0, 16, 0);
        assertThat(Arrays.copyOf(out, 4)).containsExactly(1f, 1.015625f, 3.3895314e38f, 9.1835e-41f);
        assertThat(Arrays.copyOfRange(out, 8, 16))
                .containsExactly(
                        1.00390625f,
                        1.01171875f,
                        Float.POSITIVE_INFINITY,
                        0,
                        65504,
                        Float.POSITIVE_INFINITY,
                        5.9604645e-8f,
                        0);
    }
}
