package fathom.cli;

import fathom.distributed.Distributed;
import fathom.distributed.ProcessGroup;
import fathom.train.recipe.RecipeException;
import java.util.Locale;
import java.util.function.IntConsumer;
import java.util.function.ToIntFunction;
import picocli.CommandLine.ParameterException;

/** Runs a command as one process of a job. */
final class Processes {
    /** Milliseconds that the first process has to report wrong arguments, which all processes find. */
    private static final int FIRST = 2000;

    private Processes() {}

    /**
     * Joins the job, runs {@code command} and leaves. An exception of any process ends the job on all.
     *
     * @param onThisMachine receives the number of processes on this machine, if the launcher tells it
     * @return the exit code
     */
    static int run(IntConsumer onThisMachine, ToIntFunction<ProcessGroup> command) {
        ProcessGroup group = Distributed.init();
        int code;
        try {
            Distributed.localSize().ifPresent(onThisMachine::accept);
            code = command.applyAsInt(group);
        } catch (ParameterException | RecipeException e) {
            if (group.rank() > 0) {
                pause();
            }
            return failed(group, e, 2);
        } catch (Throwable e) {
            return failed(group, e, 1);
        }
        group.close();
        return code;
    }

    /** Ends the job: under MPI here, with the message; elsewhere this process ends by itself. */
    private static int failed(ProcessGroup group, Throwable e, int code) {
        group.abort(e);
        System.err.printf(Locale.ROOT, "rank %d of %d ends the job: %s%n", group.rank(), group.size(), e.getMessage());
        if (code == 1) {
            e.printStackTrace();
        }
        group.close();
        return code;
    }

    private static void pause() {
        try {
            Thread.sleep(FIRST);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
