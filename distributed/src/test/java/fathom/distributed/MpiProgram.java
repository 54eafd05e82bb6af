package fathom.distributed;

import static fathom.Tensors.full;
import static fathom.Tensors.randn;

import fathom.DType;
import fathom.Scope;
import fathom.Tensor;
import fathom.distributed.ProcessGroup.ReduceOp;
import fathom.distributed.parallel.FullyShardedDataParallel;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.Tanh;
import fathom.optim.Adam;
import java.util.Locale;

/** What {@code MpiTest} runs in each process, by the first argument. */
final class MpiProgram {
    private MpiProgram() {}

    public static void main(String[] args) throws InterruptedException {
        try (ProcessGroup g = Distributed.init()) {
            switch (args[0]) {
                case "collectives" -> {
                    CollectiveChecks.all(g);
                    report(g, "collectives agree, " + g.engine());
                }
                case "speed" -> speed(g);
                case "throws" -> {
                    if (g.rank() == 1) {
                        g.abort(new OutOfMemoryError("no memory for a tensor of 3 GB"));
                    }
                    g.barrier();
                }
                case "waits" -> {
                    report(g, "pid " + ProcessHandle.current().pid());
                    for (int i = 0; i < 600; i++) {
                        g.allReduce(full(1, DType.FLOAT32, 10), ReduceOp.SUM);
                        Thread.sleep(100);
                    }
                }
                case "leaves" -> {
                    if (g.rank() == 0) {
                        g.barrier();
                    }
                }
                case "timeout" -> {
                    if (g.rank() == 1) {
                        Thread.sleep(60_000);
                    }
                    g.barrier();
                }
                case "large" -> large(g);
                default -> throw new IllegalArgumentException(args[0]);
            }
        }
    }

    private static void report(ProcessGroup g, String what) {
        System.out.print(String.format(Locale.ROOT, "rank %d of %d: %s%n", g.rank(), g.size(), what));
        System.out.flush();
    }

    /**
     * Trains 12 linear layers of 1 MiB, whose parameters, gradients and two moments of Adam have 48 MiB, divided among
     * the processes.
     */
    private static void large(ProcessGroup g) {
        var net = new Sequential();
        for (int i = 0; i < 12; i++) {
            net.add(new FullyShardedDataParallel(new Sequential(new Linear(512, 512), new Tanh()), g));
        }
        var opt = new Adam(net.parameters(), 1e-3);
        Tensor x = randn(8, 512);
        double first = 0;
        double last = 0;
        for (int step = 0; step < 5; step++) {
            try (var _ = Scope.open()) {
                opt.zeroGrad();
                Tensor loss = net.call(x).sub(0.5).square().mean();
                loss.backward();
                opt.step();
                last = loss.item();
                first = step == 0 ? last : first;
            }
        }
        report(g, "the loss falls: " + (last < 0.9 * first));
    }

    private static void speed(ProcessGroup g) {
        for (long elements : new long[] {1, 1_000, 100_000, 11_000_000}) {
            Tensor x = full(1, DType.FLOAT32, elements);
            double best = Double.MAX_VALUE;
            for (int i = 0; i < 15; i++) {
                g.barrier();
                long start = System.nanoTime();
                g.allReduce(x, ReduceOp.SUM);
                best = Math.min(best, (System.nanoTime() - start) * 1e-6);
            }
            report(g, String.format(Locale.ROOT, "all-reduce of %,d float32: %.3f ms", elements, best));
        }
    }
}
