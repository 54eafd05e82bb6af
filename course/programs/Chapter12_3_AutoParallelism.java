import module fathom;
import static fathom.Tensors.*;

/** The course's section 12.3, Automatic Parallelism: two devices at once, and copies while one computes. */
List<Tensor> run(Tensor x) {
    return IntStream.range(0, 20).mapToObj(i -> x.matmul(x)).toList();
}

double seconds(Runnable body) {
    long start = System.nanoTime();
    body.run();
    return (System.nanoTime() - start) * 1e-9;
}

void main() throws Exception {
    // cpu:0 and cpu:1 are devices with threads and memory of their own on the same processors
    var first = Device.cpu(0).setThreads(1);
    var second = Device.cpu(1).setThreads(1);
    var x1 = rand(400, 400).to(first);
    var x2 = rand(400, 400).to(second);
    run(x1);                                                                    // warm up
    run(x2);

    IO.println("cpu:0 %.4f s".formatted(seconds(() -> run(x1))));
    IO.println("cpu:1 %.4f s".formatted(seconds(() -> run(x2))));
    try (var threads = Executors.newFixedThreadPool(2)) {
        double both = seconds(() -> {
            var one = threads.submit(() -> run(x1));
            var other = threads.submit(() -> run(x2));
            try {
                IO.println(one.get().size() + other.get().size());              //> 40
            } catch (InterruptedException | ExecutionException e) {
                throw new IllegalStateException(e);
            }
        });
        IO.println("both %.4f s".formatted(both));

        // results are copied to the other device while more are computed
        IO.println("run, then copy %.4f s".formatted(seconds(() -> run(x1).forEach(y -> y.to(second)))));
        IO.println("run and copy %.4f s".formatted(seconds(() -> {
            var copies = new ArrayList<Future<Tensor>>();
            for (int i = 0; i < 20; i++) {
                var y = x1.matmul(x1);
                copies.add(threads.submit(() -> y.to(second, true)));
            }
            copies.forEach(c -> {
                try {
                    c.get();
                } catch (InterruptedException | ExecutionException e) {
                    throw new IllegalStateException(e);
                }
            });
            second.synchronize();
        })));
    }
    IO.println(x1.matmul(x1).to(second).device());                              //> cpu:1
}
