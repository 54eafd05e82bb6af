package fathom.onednn;

import static fathom.onednn.OneDnn.run;
import static org.assertj.core.api.Assertions.assertThat;

import fathom.DType;
import fathom.primitive.MatMul;
import fathom.primitive.window.Convolution;
import fathom.primitive.window.ConvolutionInputGrad;
import fathom.primitive.window.ConvolutionWeightGrad;
import fathom.primitive.window.Window;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Native memory over many calls, and concurrent calls. */
class LifetimeTest {
    private static final DType F32 = DType.FLOAT32;
    private static final Window SAME = Window.ofImages(1, 1, 1, 1, 1, 1);

    /** Maximum growth per round of 20,000 executed primitives, 800 bytes each. */
    private static final long MAX_GROWTH = 16L << 20;

    @BeforeEach
    void present() {
        OneDnn.assumePresent();
    }

    /**
     * A leak grows in each round. Other growth (Java heap and compiled code of earlier tests) ends, so at least one of
     * several rounds must be flat, which allows a tight bound.
     */
    @Test
    void memoryStaysFlatOverManyCalls() throws Exception {
        var step = step();
        for (int i = 0; i < 500; i++) {
            step.run();
        }
        long growth = Long.MAX_VALUE;
        for (int round = 0; round < 5 && growth >= MAX_GROWTH; round++) {
            collect();
            long before = residentBytes();
            for (int i = 0; i < 5_000; i++) {
                step.run();
            }
            growth = Math.min(growth, residentBytes() - before);
        }
        assertThat(growth).isLessThan(MAX_GROWTH);
    }

    @Test
    void evictedPlansFreeTheirMemory() throws Exception {
        var plans = new PlanCache(1 << 16, 1 << 16, Prepared.live() + 256, Prepared::live);
        var backend = new OneDnnBackend(plans);
        // every product has a different shape, so there are many more plans than the cache holds
        manyShapes(backend, 0, 1_000);
        collect();
        long before = residentBytes();
        manyShapes(backend, 1_000, 3_000);
        collect();
        // without eviction they would hold more than a gigabyte
        assertThat(residentBytes() - before).isLessThan(200L << 20);
        assertThat(plans.size()).isLessThanOrEqualTo(257);
        plans.clear();
    }

    @Test
    void plansOfHundredsOfLengthsAreMadeOnce() {
        var plans = new PlanCache(1 << 16, 0, Prepared.live() + 2_000, Prepared::live);
        var backend = new OneDnnBackend(plans);
        lengths(backend);
        long made = plans.made();
        assertThat(made).isEqualTo(399); // for length 4 the two products are the same
        for (int round = 0; round < 3; round++) {
            lengths(backend);
        }
        assertThat(plans.made()).isEqualTo(made);
        plans.clear();
    }

    private static void lengths(OneDnnBackend backend) {
        for (int n = 1; n <= 200; n++) {
            run(backend, new MatMul(false), Data.dense(F32, n, 8), Data.dense(F32, n, 4), Data.dense(F32, 4, 8));
            run(backend, new MatMul(false), Data.dense(F32, 4, 8), Data.dense(F32, 4, n), Data.dense(F32, n, 8));
        }
    }

    @Test
    void manyConcurrentThreads() throws Exception {
        var a = Data.dense(F32, 200, 300).random(1);
        var b = Data.dense(F32, 300, 250).random(2);
        var x = Data.channelsLast(F32, 40, 8, 14, 14).random(3);
        var w = Data.dense(F32, 16, 8, 3, 3).random(4);
        var product = Data.dense(F32, 200, 250);
        var image = Data.channelsLast(F32, 40, 16, 14, 14);
        run(new MatMul(false), product, a, b);
        run(new Convolution(SAME, 1), image, x, w);
        float[] expectedProduct = product.values();
        float[] expectedImage = image.values();
        try (var pool = Executors.newFixedThreadPool(6)) {
            var tasks = new ArrayList<Callable<Boolean>>();
            for (int t = 0; t < 6; t++) {
                tasks.add(() -> {
                    var c = Data.dense(F32, 200, 250);
                    var y = Data.channelsLast(F32, 40, 16, 14, 14);
                    boolean same = true;
                    for (int i = 0; i < 20; i++) {
                        run(new MatMul(false), c, a, b);
                        run(new Convolution(SAME, 1), y, x, w);
                        same &= Arrays.equals(c.values(), expectedProduct);
                        same &= Arrays.equals(y.values(), expectedImage);
                    }
                    return same;
                });
            }
            for (var future : pool.invokeAll(tasks)) {
                assertThat(future.get()).isTrue();
            }
        }
    }

    private static Runnable step() {
        var x = Data.channelsLast(F32, 8, 6, 14, 14).random(1);
        var w = Data.dense(F32, 16, 6, 3, 3).random(2);
        var y = Data.channelsLast(F32, 8, 16, 14, 14);
        var gx = Data.channelsLast(F32, 8, 6, 14, 14);
        var gw = Data.dense(F32, 16, 6, 3, 3);
        var a = Data.dense(F32, 64, 100).random(3);
        var b = Data.dense(F32, 100, 50).random(4);
        var c = Data.dense(F32, 64, 50);
        return () -> {
            run(new Convolution(SAME, 1), y, x, w);
            run(new ConvolutionInputGrad(SAME, 1, 14, 14), gx, y, w);
            run(new ConvolutionWeightGrad(SAME, 1, 3, 3), gw, y, x);
            run(new MatMul(false), c, a, b);
        };
    }

    private static void manyShapes(OneDnnBackend backend, int from, int to) {
        for (int i = from; i < to; i++) {
            int m = 1 + i % 100;
            int k = 1 + i / 100;
            run(backend, new MatMul(false), Data.dense(F32, m, 8), Data.dense(F32, m, k), Data.dense(F32, k, 8));
        }
    }

    private static void collect() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            System.gc();
            Thread.sleep(100);
        }
    }

    private static long residentBytes() throws IOException {
        var fields = Files.readString(Path.of("/proc/self/statm")).split(" ", -1);
        return Long.parseLong(fields[1]) * 4096;
    }
}
