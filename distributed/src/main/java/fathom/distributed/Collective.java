package fathom.distributed;

import fathom.DType;
import java.lang.foreign.MemorySegment;
import java.util.Locale;

/**
 * A collective operation on memory, to be performed by all processes of a group in the same order.
 *
 * @param kind what is done
 * @param in the elements given; those of {@code out} where an operation works in place
 * @param out the elements received
 * @param dtype the element type
 * @param op how elements are combined, where they are
 * @param peer the root of a broadcast, or the other process of a message
 * @param tag the tag of a message
 */
record Collective(
        Kind kind, MemorySegment in, MemorySegment out, DType dtype, ProcessGroup.ReduceOp op, int peer, int tag) {
    /** The operations. */
    enum Kind {
        BROADCAST("broadcast"),
        ALL_REDUCE("allReduce"),
        ALL_GATHER("allGather"),
        REDUCE_SCATTER("reduceScatter"),
        ALL_TO_ALL("allToAll"),
        BARRIER("barrier"),
        SEND("send"),
        RECEIVE("recv");

        final String method;

        Kind(String method) {
            this.method = method;
        }

        boolean isMessage() {
            return this == SEND || this == RECEIVE;
        }

        boolean reduces() {
            return this == ALL_REDUCE || this == REDUCE_SCATTER;
        }
    }

    long elements() {
        return Math.max(in.byteSize(), out.byteSize()) / dtype.size();
    }

    /** {@return the part of the elements received that one of {@code size} processes reduces; parts are about equal} */
    MemorySegment outPart(int rank, int size) {
        long bytes = dtype.size();
        long n = out.byteSize() / bytes;
        long from = n * rank / size;
        long to = n * (rank + 1) / size;
        return out.asSlice(from * bytes, (to - from) * bytes);
    }

    @Override
    public String toString() {
        return describe(elements());
    }

    /** {@return the operation on so many elements, for messages} */
    String describe(long elements) {
        if (kind == Kind.BARRIER) {
            return "barrier";
        }
        String how =
                kind.reduces()
                        ? ", " + op
                        : kind == Kind.BROADCAST
                                ? ", from rank " + peer
                                : kind.isMessage() ? String.format(Locale.ROOT, ", rank %d, tag %d", peer, tag) : "";
        return String.format(Locale.ROOT, "%s(%,d x %s%s)", kind.method, elements, dtype, how);
    }
}
