package fathom.bench.server;

import fathom.Autograd;
import fathom.Fathom;
import fathom.Tensor;
import fathom.Tensors;
import fathom.bench.protocol.ResidentMemory;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Predictor;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.function.UnaryOperator;

/**
 * A process that serves its own clients with an MLP of 1024-1024-1024-10, and prints a {@link Served} line. Requests
 * and answers are arrays of numbers, as they would arrive over a network.
 */
public final class ServerProcess {
    private static final int WIDTH = 1024;
    private static final int CLASSES = 10;

    private final Load load;
    private final UnaryOperator<Tensor> model;

    /** The start of the measurement and the ends of its phases, as {@link System#nanoTime} values. */
    private final long start;

    private final long firstEnd;
    private final long warmStart;
    private final long end;

    private ServerProcess(Load load, double first, double pause, double warm) {
        this.load = load;
        Tensors.manualSeed(0);
        Layer net =
                new Sequential(
                        new Linear(WIDTH, WIDTH),
                        new ReLU(),
                        new Linear(WIDTH, WIDTH),
                        new ReLU(),
                        new Linear(WIDTH, CLASSES));
        net.eval();
        model =
                switch (load.entry()) {
                    case FORWARD -> net::forward;
                    case PREDICTOR -> Predictor.of(net)::predict;
                };
        start = System.nanoTime();
        firstEnd = start + (long) (first * 1e9);
        warmStart = firstEnd + (long) (pause * 1e9);
        end = warmStart + (long) (warm * 1e9);
    }

    /**
     * Runs the server.
     *
     * @param args those of {@link Load}, then the seconds of the first part, of a pause during which requests continue,
     *     and of the warm part
     */
    public static void main(String[] args) throws InterruptedException {
        var server =
                new ServerProcess(
                        Load.parse(args),
                        Double.parseDouble(args[4]),
                        Double.parseDouble(args[5]),
                        Double.parseDouble(args[6]));
        IO.println(server.serve().line());
    }

    /** The requests of one client: how many were answered in the first part, and the latencies of the warm part. */
    private static final class Client {
        private long first;
        private final List<Long> nanos = new ArrayList<>();
    }

    private Served serve() throws InterruptedException {
        var clients = new ArrayList<Client>();
        var done = new CountDownLatch(load.clients());
        ThreadFactory threads = load.virtual() ? Thread.ofVirtual().factory() : Thread.ofPlatform().factory();
        for (int i = 0; i < load.clients(); i++) {
            var client = new Client();
            clients.add(client);
            var random = new Random(i);
            threads.newThread(
                            () -> {
                                try {
                                    ask(client, random);
                                } finally {
                                    done.countDown();
                                }
                            })
                    .start();
        }
        done.await();
        long first = clients.stream().mapToLong(c -> c.first).sum();
        long[] nanos = clients.stream().flatMap(c -> c.nanos.stream()).mapToLong(Long::longValue).sorted().toArray();
        return new Served(
                first / ((firstEnd - start) * 1e-9),
                nanos.length / ((end - warmStart) * 1e-9),
                percentile(nanos, 0.5),
                percentile(nanos, 0.99),
                percentile(nanos, 0.999),
                ResidentMemory.read().peak(),
                Fathom.memory().peak());
    }

    private void ask(Client client, Random random) {
        var request = new float[load.batch() * WIDTH];
        for (int i = 0; i < request.length; i++) {
            request[i] = random.nextFloat() - 0.5f;
        }
        while (true) {
            long asked = System.nanoTime();
            if (asked >= end) {
                return;
            }
            float[] answer;
            try (var off = Autograd.noGrad()) {
                answer = model.apply(Tensors.tensor(request).reshape(load.batch(), WIDTH)).toFloatArray();
            }
            if (answer.length != load.batch() * CLASSES) {
                throw new AssertionError("expected " + load.batch() * CLASSES + " numbers, got " + answer.length);
            }
            long now = System.nanoTime();
            if (now <= firstEnd) {
                client.first++;
            } else if (asked >= warmStart) {
                client.nanos.add(now - asked);
            }
            if (load.virtual()) {
                Thread.yield();
            }
        }
    }

    private static double percentile(long[] sorted, double share) {
        return sorted.length == 0 ? Double.NaN : sorted[(int) (share * (sorted.length - 1))] * 1e-9;
    }
}
