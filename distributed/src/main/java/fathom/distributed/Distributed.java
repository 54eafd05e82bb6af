package fathom.distributed;

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
 * <p>System properties: {@code fathom.mpi}, the MPI library; {@code fathom.distributed.heartbeat}, the seconds without
 * a sign of life after which a process counts as lost (20, and 0 for never); {@code fathom.distributed.timeout}, the
 * seconds that an operation waits for the other processes (1800).
 */
public final class Distributed {
    private static @Nullable MpiProcessGroup world;

    private Distributed() {}

    /** {@return whether a launcher of MPI started this process} */
    public static boolean isLaunched() {
        return launchedSize().isPresent();
    }

    /** {@return the number of processes of the job, as the launcher says it; empty if there was none} */
    public static Optional<Integer> launchedSize() {
        return number("OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_SIZE", "SLURM_NTASKS");
    }

    /** {@return the number of processes on this machine, as the launcher says it; empty if it does not} */
    public static Optional<Integer> localSize() {
        return number("OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS", "SLURM_NTASKS_PER_NODE");
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
        world = group;
        return group;
    }

    /**
     * Joins the job, runs {@code body} and leaves. If it throws an exception, the job ends on all processes, with the
     * exception and the rank of this process printed: others would wait for it for ever.
     *
     * @throws UnsupportedOperationException if there is no MPI library
     */
    public static void run(Consumer<ProcessGroup> body) {
        ProcessGroup group = init();
        try {
            body.accept(group);
        } catch (Throwable e) {
            e.printStackTrace();
            group.abort(e);
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
