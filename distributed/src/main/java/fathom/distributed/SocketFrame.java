package fathom.distributed;

import fathom.DType;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * The header of what one process sends to another; {@code length} bytes follow it.
 *
 * @param type what it is for
 * @param tag the tag of a message
 * @param number the number of a collective operation, from 0; of a process that leaves, how many it took part in
 * @param operation what the sender calls, without its memory; {@link Called#NONE} where it is no collective operation
 * @param elements the number of its elements
 * @param length of what follows, in bytes
 */
record SocketFrame(Type type, int tag, long number, Called operation, long elements, long length) {
    static final int BYTES = 48;

    enum Type {
        COLLECTIVE,
        MESSAGE,
        HEARTBEAT,
        ABORT,
        LEAVE
    }

    /** A collective operation without its memory; processes that call different ones do not agree. */
    record Called(Collective.Kind kind, DType dtype, ProcessGroup.ReduceOp op, int peer) {
        static final Called NONE = new Called(Collective.Kind.BARRIER, DType.UINT8, ProcessGroup.ReduceOp.SUM, 0);

        static Called of(Collective c) {
            return new Called(c.kind(), c.dtype(), c.op(), c.kind() == Collective.Kind.BROADCAST ? c.peer() : 0);
        }
    }

    private static final Type[] TYPES = Type.values();
    private static final Collective.Kind[] KINDS = Collective.Kind.values();
    private static final DType[] DTYPES = DType.values();
    private static final ProcessGroup.ReduceOp[] OPS = ProcessGroup.ReduceOp.values();

    static SocketFrame of(Collective c, long number, long length) {
        return new SocketFrame(Type.COLLECTIVE, 0, number, Called.of(c), c.elements(), length);
    }

    static SocketFrame message(int tag, long length) {
        return new SocketFrame(Type.MESSAGE, tag, 0, Called.NONE, 0, length);
    }

    static SocketFrame control(Type type, long number, long length) {
        return new SocketFrame(type, 0, number, Called.NONE, 0, length);
    }

    void write(ByteBuffer to) {
        to.clear();
        to.putInt(type.ordinal()).putInt(tag).putLong(number);
        to.putInt(operation.kind.ordinal()).putInt(operation.dtype.ordinal());
        to.putInt(operation.op.ordinal()).putInt(operation.peer);
        to.putLong(elements).putLong(length).flip();
    }

    /**
     * {@return the header in a full buffer}
     *
     * @throws DistributedException if it is none
     */
    static SocketFrame read(ByteBuffer from, int rank) {
        from.flip();
        try {
            Type type = TYPES[from.getInt()];
            int tag = from.getInt();
            long number = from.getLong();
            var called = new Called(KINDS[from.getInt()], DTYPES[from.getInt()], OPS[from.getInt()], from.getInt());
            var frame = new SocketFrame(type, tag, number, called, from.getLong(), from.getLong());
            if (frame.length < 0 || frame.elements < 0) {
                throw new IndexOutOfBoundsException("a negative length");
            }
            return frame;
        } catch (IndexOutOfBoundsException e) {
            throw new DistributedException("rank " + rank + " sent what is no part of this protocol", e);
        }
    }

    /** {@return the sender's operation, for messages} */
    String description() {
        MemorySegment size = MemorySegment.NULL;
        var c = new Collective(operation.kind, size, size, operation.dtype, operation.op, operation.peer, tag);
        return c.describe(elements);
    }
}
