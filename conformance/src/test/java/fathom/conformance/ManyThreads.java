package fathom.conformance;

import static fathom.Tensors.conv2d;
import static fathom.Tensors.manualSeed;
import static fathom.Tensors.maxPool2d;
import static fathom.Tensors.randn;

import fathom.Fathom;
import fathom.Scope;
import fathom.Tensor;
import fathom.memory.Allocator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/**
 * A program in which very many virtual threads each run a small convolutional network forward and backward, and stay
 * alive. Prints the memory that the process holds before and after, a name and a number per line.
 */
final class ManyThreads {
    private static final int THREADS = 1_000;

    private final Tensor x;
    private final Tensor[] weights;

    private ManyThreads() {
        manualSeed(3);
        x = randn(4, 1, 28, 28);
        weights =
                new Tensor[] {
                    randn(8, 1, 5, 5).mul(0.2),
                    randn(32, 8, 3, 3).mul(0.1),
                    randn(32, 32, 3, 3).mul(0.06),
                    randn(32 * 7 * 7, 10).mul(0.03)
                };
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        var network = new ManyThreads();
        double expected = 0;
        for (int i = 0; i < 150; i++) {
            expected = network.loss();
        }
        Map<String, Long> held = new TreeMap<>();
        measure("before", held);
        var results = ConcurrentHashMap.<Double>newKeySet();
        var done = new CountDownLatch(THREADS);
        var go = new CountDownLatch(1);
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < THREADS; i++) {
            threads.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    results.add(network.loss());
                                } catch (RuntimeException | Error e) {
                                    e.printStackTrace();
                                    results.add(Double.NaN);
                                }
                                done.countDown();
                                try {
                                    go.await();
                                } catch (InterruptedException e) {
                                    throw new IllegalStateException(e);
                                }
                            }));
        }
        done.await();
        measure("after", held);
        go.countDown();
        for (Thread t : threads) {
            t.join();
        }
        for (int i = 0; i < 200 && Fathom.memory().scratch() > 0; i++) { // a thread that warms up code may be at work
            Thread.sleep(50);
            Allocator.trim();
        }
        held.put("scratch in the end", Fathom.memory().scratch());
        held.put(
                "results that differ", results.stream().filter(r -> r.equals(network.loss())).count() - results.size());
        held.put("result is finite", Double.isFinite(expected) ? 1L : 0L);
        held.forEach((name, number) -> System.out.println(name + "\t" + number));
    }

    private double loss() {
        try (var _ = Scope.open()) {
            var w = new Tensor[weights.length];
            for (int i = 0; i < w.length; i++) {
                w[i] = weights[i].detach().requiresGrad_(true);
            }
            Tensor h = maxPool2d(conv2d(x, w[0], null, c -> c.padding(2)).relu(), 2);
            h = maxPool2d(conv2d(h, w[1], null, c -> c.padding(1)).relu(), 2);
            h = conv2d(h, w[2], null, c -> c.padding(1)).relu();
            Tensor loss = h.flatten(1).matmul(w[3]).logSoftmax(1).square().mean();
            loss.backward();
            double sum = loss.item();
            for (Tensor t : w) {
                sum += t.grad().abs().sum().item();
            }
            return sum;
        }
    }

    private static void measure(String when, Map<String, Long> held) throws IOException, InterruptedException {
        for (int i = 0; i < 3; i++) {
            System.gc();
            Thread.sleep(50);
        }
        Fathom.Memory m = Fathom.memory();
        held.put("tensors " + when, m.inUse());
        held.put("scratch " + when, m.scratch());
        // except for cached memory, which depends on how many threads computed at the same time
        held.put("resident " + when, resident() - m.cached());
    }

    private static long resident() throws IOException {
        var status = Path.of("/proc/self/status");
        if (!Files.isReadable(status)) {
            return 0;
        }
        String line = Files.readAllLines(status).stream().filter(l -> l.startsWith("VmRSS")).findFirst().orElse("0");
        return Long.parseLong(line.replaceAll("\\D+", "")) * 1024;
    }
}
