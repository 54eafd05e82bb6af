package fathom.distributed;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The job of several processes that this one belongs to, started by {@code mpirun}, {@code srun} or {@code mpiexec}:
 *
 * <pre>{@code
 * mpirun -np 4 ./fathom train resnet18 --distributed
 * }</pre>
 *
 * or, where there is no MPI, one by one, with the environment variables of PyTorch's launcher, {@code RANK}, {@code
 * WORLD_SIZE}, {@code MASTER_ADDR} and {@code MASTER_PORT}: they then form a {@link SocketProcessGroup}.
 *
 * <p>System properties: {@code fathom.mpi}, the MPI library; {@code fathom.distributed.heartbeat}, the seconds without
 * a sign of life after which a process counts as lost (20, and 0 for never); {@code fathom.distributed.timeout}, the
 * seconds that an operation waits for the other processes (1800).
 */
public final class Distributed {
    /** Seconds without a sign of life after which a process counts as lost; 0: none is expected. */
    static final long HEARTBEAT_SECONDS = Long.getLong("fathom.distributed.heartbeat", 20);

    /** How long processes that no launcher of MPI started wait for each other. */
    private static final Duration JOINING = Duration.ofMinutes(5);

    private static @Nullable ProcessGroup world;

    private Distributed() {}

    /** {@return whether a launcher started this process} */
    public static boolean isLaunched() {
        return launchedSize().isPresent();
    }

    /** {@return the number of processes of the job, as the launcher says it; empty if there was none} */
    public static Optional<Integer> launchedSize() {
        return number("OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_SIZE", "SLURM_NTASKS", "WORLD_SIZE");
    }

    /** {@return the number of processes on this machine, as the launcher says it; empty if it does not} */
    public static Optional<Integer> localSize() {
        return number("OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS", "SLURM_NTASKS_PER_NODE", "LOCAL_WORLD_SIZE");
    }

    private static Optional<Integer> number(String... variables) {
        for (String name : variables) {
            String value = System.getenv(name);
            if (value != null && value.matches("[0-9]{1,9}")) {
                return Optional.of(Integer.valueOf(value));
            }
        }
        return Optional.empty();
    }

    /**
     * Joins the job; called once per process, by all. Without a launcher this is a job of one process.
     *
     * @return the group of all processes
     * @throws UnsupportedOperationException if there is no MPI library, naming what was tried
     * @throws IllegalStateException if MPI found another number of processes than the launcher started, since the
     *     library belongs to another MPI
     */
    public static synchronized ProcessGroup init() {
        if (world != null) {
            throw new IllegalStateException("Distributed.init: this process has joined the job already");
        }
        world = isByHand() ? joined() : underMpi();
        return world;
    }

    /** Whether this process is told its rank, and no launcher of MPI is there. */
    private static boolean isByHand() {
        return number("OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_SIZE", "PMIX_RANK").isEmpty()
                && number("RANK").isPresent()
                && number("WORLD_SIZE").isPresent();
    }

    private static ProcessGroup joined() {
        int rank = number("RANK").orElseThrow();
        int size = number("WORLD_SIZE").orElseThrow();
        String host = System.getenv("MASTER_ADDR");
        int port =
                number("MASTER_PORT")
                        .filter(p -> host != null && p > 0 && p < 65536)
                        .orElseThrow(() ->
                                new IllegalStateException(
                                        String.format(
                                                Locale.ROOT,
                                                "Distributed.init: RANK=%d and WORLD_SIZE=%d need MASTER_ADDR, the host of rank 0 (it is %s), and MASTER_PORT, a free port there (it is %s)",
                                                rank,
                                                size,
                                                host,
                                                System.getenv("MASTER_PORT"))));
        var master = new InetSocketAddress(host, port);
        if (master.isUnresolved()) {
            throw new IllegalStateException("Distributed.init: there is no host " + host + " (MASTER_ADDR)");
        }
        return SocketProcessGroup.join(rank, size, master, JOINING);
    }

    private static ProcessGroup underMpi() {
        var group = new MpiProcessGroup();
        int launched = number("OMPI_COMM_WORLD_SIZE", "PMI_SIZE").orElse(group.size());
        if (launched != group.size()) {
            group.close();
            throw new IllegalStateException(
                    String.format(
                            Locale.ROOT,
                            "Distributed.init: the launcher started %d processes, and %s knows of %d: it belongs to another MPI than the launcher; name the right library by -Dfathom.mpi=PATH",
                            launched,
                            group.engine(),
                            group.size()));
        }
        return group;
    }

    /**
     * Joins the job, runs {@code body} and leaves. If it throws an exception, the job ends on all processes, with the
     * exception and the rank of this process printed: others would wait for it for ever.
     *
     * @throws DistributedException if {@code body} failed and this process goes on, which it does not under MPI
     * @throws UnsupportedOperationException if there is no MPI library
     */
    public static void run(Consumer<ProcessGroup> body) {
        ProcessGroup group = init();
        try {
            body.accept(group);
        } catch (Throwable e) {
            e.printStackTrace();
            group.abort(e);
            group.close();
            throw new DistributedException(
                    String.format(Locale.ROOT, "rank %d of %d failed: %s", group.rank(), group.size(), e), e);
        }
        group.close();
    }

    /**
     * {@return the group of all processes}
     *
     * @throws IllegalStateException before {@link #init}
     */
    public static synchronized ProcessGroup group() {
        if (world == null) {
            throw new IllegalStateException("Distributed.group: Distributed.init() was not called");
        }
        return world;
    }
}
