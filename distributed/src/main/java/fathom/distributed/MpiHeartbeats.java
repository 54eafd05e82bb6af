package fathom.distributed;

import fathom.distributed.mpi.MpiAbi;
import fathom.distributed.mpi.MpiLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Heartbeats: each process sends one to rank 0 each second, and rank 0 one to each. */
final class MpiHeartbeats {
    private static final long LOST = Distributed.HEARTBEAT_SECONDS;
    private static final long SECOND = 1_000_000_000L;
    private static final int TAG = 1;

    /** Added to the number of operations by a process that is about to leave. */
    private static final long LEAVING = 1L << 62;

    private final MpiLibrary mpi;
    private final long communicator;
    private final MemorySegment flag;
    private final LongSupplier begun;
    private final BooleanSupplier isClosing;
    private final Consumer<Throwable> end;
    private final List<Peer> peers = new ArrayList<>();
    private long lastSent;
    private long lastSeen;

    private final class Peer {
        final int rank;
        final MemorySegment in = Arena.global().allocate(ValueLayout.JAVA_LONG);
        final MemorySegment out = Arena.global().allocate(ValueLayout.JAVA_LONG);
        final MemorySegment receiving = mpi.request();
        final MemorySegment sending = mpi.request();
        boolean isSending;
        boolean hasLeft;
        long heard = System.nanoTime();
        long progress;

        Peer(int rank) {
            this.rank = rank;
            receive();
        }

        void receive() {
            mpi.receive(in.address(), 1, MpiAbi.Type.INT64, rank, TAG, communicator, receiving);
        }

        void send(long value) {
            if (isSending && !mpi.isDone(sending, flag)) {
                return; // the last is still under way
            }
            out.set(ValueLayout.JAVA_LONG, 0, value);
            mpi.send(out.address(), 1, MpiAbi.Type.INT64, rank, TAG, communicator, sending);
            isSending = true;
        }
    }

    /**
     * @param communicator of heartbeats alone
     * @param flag memory of an int
     * @param begun the number of collective operations that this process has begun
     * @param isClosing whether this process is about to leave
     * @param end ends the job
     */
    MpiHeartbeats(
            MpiLibrary mpi,
            long communicator,
            MemorySegment flag,
            LongSupplier begun,
            BooleanSupplier isClosing,
            Consumer<Throwable> end) {
        this.mpi = mpi;
        this.communicator = communicator;
        this.flag = flag;
        this.begun = begun;
        this.isClosing = isClosing;
        this.end = end;
        int rank = mpi.rank();
        int size = mpi.size();
        for (int r = 0; r < size; r++) {
            if (rank == 0 ? r > 0 : r == 0) {
                peers.add(new Peer(r));
            }
        }
    }

    void beat() {
        long now = System.nanoTime();
        if (now - lastSeen < SECOND / 4) {
            return;
        }
        lastSeen = now;
        // a process that was itself not running for long knows nothing of the others
        boolean wasAway = lastSent != 0 && now - lastSent > Math.max(3, LOST / 2) * SECOND;
        boolean due = now - lastSent >= SECOND;
        for (Peer p : peers) {
            if (wasAway) {
                p.heard = now;
            }
            while (!p.hasLeft && mpi.isDone(p.receiving, flag)) {
                p.heard = now;
                p.progress = p.in.get(ValueLayout.JAVA_LONG, 0);
                p.hasLeft = p.progress < 0;
                if (!p.hasLeft) {
                    p.receive();
                }
            }
            if (!p.hasLeft && now - p.heard > LOST * SECOND) {
                end.accept(
                        new DistributedException(
                                String.format(
                                        Locale.ROOT,
                                        "rank %d has not answered for %d s: it was stopped, or its machine cannot be reached",
                                        p.rank,
                                        LOST)));
            }
            if (due) {
                p.send(begun.getAsLong() | (isClosing.getAsBoolean() ? LEAVING : 0));
            }
        }
        if (due) {
            lastSent = now;
        }
    }

    /**
     * {@return the process that leaves without having taken part in operation number {@code count}; null if there is
     * none}
     */
    @Nullable String left(long count) {
        for (Peer p : peers) {
            if ((p.progress & LEAVING) != 0 && (p.progress & ~LEAVING) < count) {
                return String.format(
                        Locale.ROOT,
                        "rank %d closed its group after %d operations, this is number %d",
                        p.rank,
                        p.progress & ~LEAVING,
                        count);
            }
        }
        return null;
    }

    /** {@return the processes that have begun fewer operations than this one} */
    String behind() {
        var behind = new ArrayList<String>();
        for (Peer p : peers) {
            if ((p.progress & ~LEAVING) < begun.getAsLong()) {
                behind.add(
                        String.format(
                                Locale.ROOT,
                                "rank %d has begun %d operations, this one %d",
                                p.rank,
                                p.progress & ~LEAVING,
                                begun.getAsLong()));
            }
        }
        return behind.isEmpty() ? "" : ": " + String.join(", ", behind);
    }

    /** Says farewell, and receives that of the others, so that no request is left. */
    void end() {
        for (Peer p : peers) {
            while (p.isSending && !mpi.isDone(p.sending, flag)) {
                Thread.onSpinWait();
            }
            p.send(-1);
        }
        long begin = System.nanoTime();
        for (Peer p : peers) {
            while (!p.hasLeft && System.nanoTime() - begin < LOST * SECOND) {
                if (mpi.isDone(p.receiving, flag)) {
                    p.hasLeft = p.in.get(ValueLayout.JAVA_LONG, 0) < 0;
                    if (!p.hasLeft) {
                        p.receive();
                    }
                }
            }
            while (!mpi.isDone(p.sending, flag)) {
                Thread.onSpinWait();
            }
        }
    }
}
