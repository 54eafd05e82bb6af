package fathom.distributed;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The connection to one other process. A thread reads what it sends into the memory that waits for it, or, if none does
 * yet, into memory of its own: so writing never waits for what the other process does not yet expect.
 */
final class SocketPeer {
    /** Bytes of one read or write, so that lengths fit into a buffer's. */
    private static final long PIECE = 1L << 26;

    private static final int COLLECTIVES = -1;
    private static final long ENDING_MILLIS = 1000;

    final int rank;
    private final SocketChannel channel;
    private final Consumer<DistributedException> fail;
    private final ReentrantLock writing = new ReentrantLock();
    private final ByteBuffer headerOut = ByteBuffer.allocateDirect(SocketFrame.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final Map<Integer, Box> boxes = new HashMap<>();
    private final Thread reader;
    private @Nullable DistributedException failure;
    private volatile long heard = System.nanoTime();
    private volatile boolean hasLeft;

    /** What arrives under a tag, or for collective operations, in order; one of the queues is empty. */
    private static final class Box {
        final Queue<Expected> expected = new ArrayDeque<>();
        final Queue<Arrived> arrived = new ArrayDeque<>();
    }

    private record Expected(MemorySegment memory, Collective operation, long number, CompletableFuture<Void> done) {}

    private record Arrived(SocketFrame frame, MemorySegment memory) {}

    /**
     * @param fail is told why the connection ended, if the other process did not leave
     */
    SocketPeer(int rank, SocketChannel channel, Consumer<DistributedException> fail) {
        this.rank = rank;
        this.channel = channel;
        this.fail = fail;
        this.reader =
                Thread.ofPlatform()
                        .daemon()
                        .name(String.format(Locale.ROOT, "reads from rank %d", rank))
                        .unstarted(this::readAll);
    }

    void start() {
        reader.start();
    }

    /** {@return when the last byte of the other process arrived, by {@link System#nanoTime}} */
    long heard() {
        return heard;
    }

    boolean hasLeft() {
        return hasLeft;
    }

    /** Writes a frame; waits until it is written. */
    void send(SocketFrame frame, MemorySegment memory) {
        writing.lock();
        try {
            frame.write(headerOut);
            while (headerOut.hasRemaining()) {
                channel.write(headerOut);
            }
            for (long at = 0; at < frame.length(); at += PIECE) {
                ByteBuffer piece = memory.asSlice(at, Math.min(PIECE, frame.length() - at)).asByteBuffer();
                while (piece.hasRemaining()) {
                    channel.write(piece);
                }
            }
        } catch (IOException e) {
            throw lost(e);
        } finally {
            writing.unlock();
        }
    }

    /** Writes a frame if no other is being written for so long; {@return whether it could} */
    boolean trySend(SocketFrame frame, byte[] bytes, long millis) {
        try {
            if (!writing.tryLock(millis, TimeUnit.MILLISECONDS)) {
                return false;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        try {
            send(frame, MemorySegment.ofArray(bytes));
            return true;
        } catch (DistributedException e) {
            return false; // the reader reports it
        } finally {
            writing.unlock();
        }
    }

    private synchronized DistributedException lost(IOException e) {
        if (failure != null) {
            return failure;
        }
        return new DistributedException(
                String.format(
                        Locale.ROOT,
                        "rank %d cannot be reached any more (%s): it ended, or its machine did",
                        rank,
                        e instanceof EOFException ? "end of its data" : e),
                e);
    }

    /** Expects the part of a collective operation that this process sends; {@return its arrival} */
    CompletableFuture<Void> receive(Collective operation, long number, MemorySegment memory) {
        return expect(COLLECTIVES, new Expected(memory, operation, number, new CompletableFuture<>()));
    }

    /** Expects a message; {@return its arrival} */
    CompletableFuture<Void> receiveMessage(Collective operation) {
        return expect(operation.tag(), new Expected(operation.out(), operation, 0, new CompletableFuture<>()));
    }

    private CompletableFuture<Void> expect(int tag, Expected expected) {
        Arrived arrived;
        synchronized (this) {
            Box box = box(tag);
            arrived = box.arrived.poll();
            if (arrived == null) {
                if (failure != null) {
                    expected.done.completeExceptionally(failure);
                } else if (hasLeft) {
                    expected.done.completeExceptionally(left(expected));
                } else {
                    box.expected.add(expected);
                }
                return expected.done;
            }
        }
        deliver(arrived, expected);
        return expected.done;
    }

    private Box box(int tag) {
        return boxes.computeIfAbsent(tag, t -> new Box());
    }

    private DistributedException left(Expected expected) {
        return new DistributedException(
                String.format(
                        Locale.ROOT, "rank %d closed its group before it took part in %s", rank, expected.operation));
    }

    private @Nullable DistributedException mismatch(SocketFrame frame, Expected expected) {
        Collective mine = expected.operation;
        if (frame.type() == SocketFrame.Type.MESSAGE) {
            return frame.length() == expected.memory.byteSize()
                    ? null
                    : new DistributedException(
                            String.format(Locale.ROOT, "%s received a message of %,d bytes", mine, frame.length()));
        }
        boolean agree =
                frame.operation().equals(SocketFrame.Called.of(mine))
                        && frame.elements() == mine.elements()
                        && frame.number() == expected.number
                        && frame.length() == expected.memory.byteSize();
        return agree
                ? null
                : new DistributedException(
                        String.format(
                                Locale.ROOT,
                                "the processes do not agree: this one calls %s, rank %d %s",
                                mine,
                                rank,
                                frame.description()));
    }

    // ---- reading ----------------------------------------------------------------------------------------------------

    private void readAll() {
        ByteBuffer header = ByteBuffer.allocateDirect(SocketFrame.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        try {
            while (true) {
                header.clear();
                if (!read(header, true)) {
                    break;
                }
                take(SocketFrame.read(header, rank));
            }
            if (!hasLeft) {
                throw new EOFException();
            }
            leave();
        } catch (IOException e) {
            if (hasLeft) {
                leave();
            } else {
                fail.accept(lost(e));
            }
        } catch (DistributedException e) {
            fail.accept(e);
        } catch (OutOfMemoryError e) {
            fail.accept(new DistributedException("no memory for what rank " + rank + " sends", e));
        }
    }

    /** Fills a buffer; {@return false at the end of the data} */
    private boolean read(ByteBuffer to, boolean mayEnd) throws IOException {
        while (to.hasRemaining()) {
            if (channel.read(to) < 0) {
                if (mayEnd && to.position() == 0) {
                    return false;
                }
                throw new EOFException();
            }
            heard = System.nanoTime();
        }
        return true;
    }

    private void read(MemorySegment to) throws IOException {
        for (long at = 0; at < to.byteSize(); at += PIECE) {
            read(to.asSlice(at, Math.min(PIECE, to.byteSize() - at)).asByteBuffer(), false);
        }
    }

    /** Reads what follows a header into memory of its own. */
    private MemorySegment payload(SocketFrame frame) throws IOException {
        MemorySegment memory = Arena.ofAuto().allocate(Math.max(1, frame.length()), 64).asSlice(0, frame.length());
        read(memory);
        return memory;
    }

    private void take(SocketFrame frame) throws IOException {
        switch (frame.type()) {
            case HEARTBEAT -> {}
            case LEAVE -> {
                hasLeft = true;
                leave();
            }
            case ABORT -> {
                byte[] bytes = payload(frame).toArray(ValueLayout.JAVA_BYTE);
                throw new DistributedException(new String(bytes, StandardCharsets.UTF_8));
            }
            case COLLECTIVE -> put(COLLECTIVES, frame);
            case MESSAGE -> put(frame.tag(), frame);
        }
    }

    private void put(int tag, SocketFrame frame) throws IOException {
        Expected expected;
        synchronized (this) {
            expected = box(tag).expected.poll();
        }
        if (expected != null) {
            DistributedException wrong = mismatch(frame, expected);
            if (wrong == null) {
                try {
                    read(expected.memory);
                } catch (IOException e) {
                    expected.done.completeExceptionally(lost(e));
                    throw e;
                }
                expected.done.complete(null);
                return;
            }
            expected.done.completeExceptionally(wrong);
        }
        MemorySegment memory = payload(frame);
        if (expected == null) {
            arrived(tag, new Arrived(frame, memory));
        }
    }

    /** Gives what arrived to what began to wait meanwhile, or keeps it. */
    private void arrived(int tag, Arrived arrived) {
        Expected expected;
        synchronized (this) {
            Box box = box(tag);
            expected = box.expected.poll();
            if (expected == null) {
                box.arrived.add(arrived);
                return;
            }
        }
        deliver(arrived, expected);
    }

    private void deliver(Arrived arrived, Expected expected) {
        DistributedException wrong = mismatch(arrived.frame, expected);
        if (wrong == null) {
            expected.memory.copyFrom(arrived.memory);
            expected.done.complete(null);
        } else {
            expected.done.completeExceptionally(wrong);
        }
    }

    private synchronized void leave() {
        for (Box box : boxes.values()) {
            box.expected.forEach(e -> e.done.completeExceptionally(left(e)));
            box.expected.clear();
        }
    }

    // ---- the end ----------------------------------------------------------------------------------------------------

    /**
     * Ends what waits for this process, and, a little later, the connection: closed at once, it would take what the
     * other process has not read yet with it.
     */
    void end(DistributedException cause) {
        synchronized (this) {
            if (failure == null) {
                failure = cause;
            }
            for (Box box : boxes.values()) {
                box.expected.forEach(e -> e.done.completeExceptionally(cause));
                box.expected.clear();
            }
        }
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        reader.join(ENDING_MILLIS);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    disconnect();
                });
        try {
            finish();
        } catch (IOException e) {
            disconnect();
        }
    }

    /** Says that nothing more is sent. */
    void finish() throws IOException {
        channel.shutdownOutput();
    }

    /** Waits until the other process has left too; unread data would make the system drop what it still reads. */
    void join(long millis) throws InterruptedException {
        if (millis > 0) {
            reader.join(millis);
        }
    }

    void disconnect() {
        try {
            channel.close();
        } catch (IOException e) {
            System.getLogger(SocketPeer.class.getName())
                    .log(System.Logger.Level.DEBUG, "closing the connection to rank " + rank, e);
        }
    }
}
