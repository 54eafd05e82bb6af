package fathom.bench.scale;

/**
 * The links between workers, and what collective operations take on them.
 *
 * @param bytesPerSecond of one worker's link, in each direction
 * @param latency seconds from sending a message to receiving it
 */
record Network(double bytesPerSecond, double latency) {
    static Network gigabits(double gigabitsPerSecond, double latency) {
        return new Network(gigabitsPerSecond * 1e9 / 8, latency);
    }

    /** {@return seconds of an all-reduce in a ring: every byte is sent twice, but for the worker's own part} */
    double ring(double bytes, int workers) {
        return workers == 1 ? 0 : 2 * halfRing(bytes, workers);
    }

    /** {@return seconds of a reduce-scatter, or of an all-gather, in a ring} */
    double halfRing(double bytes, int workers) {
        return (workers - 1.0) / workers * bytes / bytesPerSecond + (workers - 1) * latency;
    }

    /** {@return seconds of an all-reduce by halving and doubling: the bytes of a ring, in few messages} */
    double halvingDoubling(double bytes, int workers) {
        if (workers == 1) {
            return 0;
        }
        double rounds = Math.ceil(Math.log(workers) / Math.log(2));
        return 2 * ((workers - 1.0) / workers * bytes / bytesPerSecond + rounds * latency);
    }

    /** {@return seconds of an all-reduce by the faster of both, as MPI and NCCL choose} */
    double allReduce(double bytes, int workers) {
        return Math.min(ring(bytes, workers), halvingDoubling(bytes, workers));
    }

    /** {@return seconds of a reduce-scatter or all-gather by the faster of both} */
    double half(double bytes, int workers) {
        return allReduce(bytes, workers) / 2;
    }

    /**
     * {@return seconds in which servers receive the gradients of all workers and then send the parameters to all} Each
     * server has a link as a worker has, and an equal part of the parameters.
     */
    double parameterServer(double bytes, int workers, int servers) {
        double throughServer = workers * bytes / servers / bytesPerSecond;
        double throughWorker = bytes / bytesPerSecond;
        return 2 * (Math.max(throughServer, throughWorker) + latency);
    }
}
