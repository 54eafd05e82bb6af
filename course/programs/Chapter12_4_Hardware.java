import module fathom;
import static fathom.Tensors.*;

/** The course's section 12.4, Hardware: what this machine's memory, processors and calls cost. */
double best(int times, Runnable body) {
    double best = Double.POSITIVE_INFINITY;
    for (int i = 0; i < times; i++) {
        long start = System.nanoTime();
        body.run();
        best = Math.min(best, (System.nanoTime() - start) * 1e-9);
    }
    return best;
}

void main() {
    // memory: a copy reads and writes each byte. What fits into a cache is many times as fast
    for (long elements : new long[] {4_000, 100_000, 8_000_000}) {
        var from = rand(elements);
        var to = empty(elements);
        int repeat = (int) Math.max(1, 2_000_000 / elements);
        double seconds = best(30, () -> {
            for (int i = 0; i < repeat; i++) {
                to.copy_(from);
            }
        });
        IO.println("copy of %8d kB: %6.1f GB/s".formatted(elements * 4 / 1000, 8.0 * elements * repeat / seconds * 1e-9));
    }
    // arithmetic: a product of matrices has 2 n^3 operations on 3 n^2 numbers
    for (long n : new long[] {32, 128, 512}) {
        var a = rand(n, n);
        double seconds = best(50, () -> a.matmul(a));
        IO.println("product of %3d x %3d: %7.1f GFLOP/s".formatted(n, n, 2.0 * n * n * n / seconds * 1e-9));
    }
    // latency: what a call costs that computes nearly nothing, and a message between two threads
    var one = ones(1);
    IO.println("an addition of one number: %.2f us".formatted(best(50, () -> {
        for (int i = 0; i < 1000; i++) {
            one.add(1);
        }
    }) * 1e3));
    LocalProcessGroup.run(2, group -> {
        double seconds = best(200, group::barrier);
        if (group.rank() == 0) {
            IO.println("a barrier of two threads: %.1f us".formatted(seconds * 1e6));
        }
    });
}
