package fathom.bench.scale;

import java.util.Random;

/**
 * The time of a training step on several workers, each with the same part of the batch.
 *
 * @param forward seconds of the forward pass of a worker
 * @param backward seconds of the backward pass
 * @param update seconds of the update of all parameters
 * @param bytes of all gradients
 * @param buckets in which they are reduced; their gradients are computed one after the other, in equal times
 * @param variation the standard deviation of the logarithm of a worker's computing time: the slowest determines the
 *     step
 */
record StepModel(double forward, double backward, double update, double bytes, int buckets, double variation) {
    /** Draws for the mean of the slowest worker. */
    private static final int DRAWS = 200;

    /** How training is divided among workers. */
    enum Scheme {
        /** Gradients are all-reduced in buckets while backward runs. */
        DATA_PARALLEL,
        /** As data parallel, but everything is reduced after backward. */
        NO_OVERLAP,
        /**
         * Parameters are gathered before they are used in forward and backward, gradients are reduced and scattered.
         */
        ZERO_3,
        /** As many servers as workers receive gradients, and send parameters. */
        PARAMETER_SERVERS,
        /** One server does. */
        ONE_SERVER,
        /** Layers are divided among workers; four micro-batches per worker pass through them. */
        PIPELINE
    }

    /** {@return seconds of a step} */
    double seconds(Scheme scheme, int workers, Network network) {
        double slow = slowest(workers);
        double f = forward * slow;
        double b = backward * slow;
        return switch (scheme) {
            case DATA_PARALLEL -> overlapped(f, b, part -> network.allReduce(part, workers)) + update;
            case NO_OVERLAP -> f + b + network.allReduce(bytes, workers) + update;
            case PARAMETER_SERVERS ->
                    overlapped(f, b, part -> servers(network, part, workers, workers)) + update / workers;
            case ONE_SERVER -> overlapped(f, b, part -> servers(network, part, workers, 1)) + update;
            case ZERO_3 -> zero3(f, b, workers, network);
            case PIPELINE -> pipeline(f, b, workers, network);
        };
    }

    private static double servers(Network network, double part, int workers, int servers) {
        return workers == 1 ? 0 : network.parameterServer(part, workers, servers);
    }

    /** Seconds that a number of bytes takes. */
    @FunctionalInterface
    private interface Communication {
        double seconds(double bytes);
    }

    /** The reduction of a bucket starts when its gradients are there, and that of the one before is complete. */
    private double overlapped(double f, double b, Communication communication) {
        double free = 0;
        double each = communication.seconds(bytes / buckets);
        for (int i = 1; i <= buckets; i++) {
            free = Math.max(free, f + b * i / buckets) + each;
        }
        return free;
    }

    /** Each bucket of parameters is gathered one ahead, in both passes; gradients are reduced and scattered. */
    private double zero3(double f, double b, int workers, Network network) {
        double gather = network.half(bytes / buckets, workers);
        double link = 0;
        double computed = 0;
        for (int i = 0; i < 2 * buckets; i++) {
            boolean isForward = i < buckets;
            link += gather;
            computed = Math.max(computed, link) + (isForward ? f : b) / buckets;
            if (!isForward) {
                link = Math.max(link, computed) + gather;
            }
        }
        return Math.max(computed, link) + update / workers;
    }

    /** Synchronous pipeline (GPipe): m micro-batches through p stages take m + p - 1 slots of the slowest stage. */
    private double pipeline(double f, double b, int workers, Network network) {
        int micro = 4 * workers;
        double slot = (f + b) / micro;
        // activations and their gradients are a tenth of the parameters' bytes per micro-batch
        double send = workers == 1 ? 0 : bytes / 10 / micro / network.bytesPerSecond() + network.latency();
        return (micro + workers - 1) * Math.max(slot, send) + update / workers;
    }

    /** {@return the mean of the slowest worker's time, relative to the median one} */
    private double slowest(int workers) {
        if (variation == 0) {
            return 1;
        }
        var random = new Random(1);
        double sum = 0;
        for (int d = 0; d < DRAWS; d++) {
            double most = Double.NEGATIVE_INFINITY;
            for (int w = 0; w < workers; w++) {
                most = Math.max(most, random.nextGaussian());
            }
            sum += Math.exp(variation * most);
        }
        return sum / DRAWS;
    }

    /** {@return the throughput per worker, relative to one worker} */
    double efficiency(Scheme scheme, int workers, Network network) {
        return seconds(scheme, 1, network) / seconds(scheme, workers, network);
    }
}
