package fathom.distributed;

import fathom.distributed.mpi.MpiLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** An operation under way as calls of MPI: its parts are started one after the other, by the thread that calls MPI. */
final class MpiOperation {
    final Collective operation;
    final CompletableFuture<Void> done;
    final MemorySegment request;
    final long since = System.nanoTime();
    private final ArrayDeque<Runnable> parts = new ArrayDeque<>();
    private boolean isStarted;

    /** Memory of intermediate results. */
    private @Nullable Arena arena;

    /**
     * @param request memory for a request of MPI
     */
    MpiOperation(Collective operation, CompletableFuture<Void> done, MemorySegment request) {
        this.operation = operation;
        this.done = done;
        this.request = request;
    }

    /** Adds a call of MPI that starts something with {@link #request}. */
    void add(Runnable call) {
        parts.add(call);
    }

    /** Adds an action after the last call of MPI, when it is complete. */
    void after(Runnable action) {
        parts.add(() -> {
            action.run();
            isStarted = false; // there is nothing to wait for
        });
    }

    /** {@return memory that is freed when the operation is complete} */
    @SuppressWarnings("MustBeClosed") // closed by release
    MemorySegment scratch(long bytes) {
        Arena arena = this.arena;
        if (arena == null) {
            arena = Arena.ofConfined();
            this.arena = arena;
        }
        return arena.allocate(Math.max(64, bytes), 64).asSlice(0, bytes);
    }

    /** {@return whether it is complete} */
    boolean advance(MpiLibrary mpi, MemorySegment flag) {
        while (true) {
            if (isStarted && !mpi.isDone(request, flag)) {
                return false;
            }
            Runnable next = parts.poll();
            if (next == null) {
                return true;
            }
            isStarted = true;
            next.run();
        }
    }

    void release() {
        if (arena != null) {
            arena.close();
        }
    }
}
