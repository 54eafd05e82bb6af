package fathom.capture;

import fathom.memory.Storage;
import org.jspecify.annotations.Nullable;

/** A piece of memory that instructions read and write. */
public final class Buffer {
    /** Where the memory is. */
    enum Kind {
        /** Given with each call: an argument, or the gradient that a leaf has when the step begins. */
        INPUT,
        /** Memory that lives outside of the step: parameters, state, constants, gradients that stay. */
        EXTERNAL,
        /** A place in the plan's block of memory. */
        TEMPORARY
    }

    final Kind kind;
    final long bytes;

    /** Of a piece outside, or that was traced: what holds it. */
    final @Nullable Storage storage;

    /** Of an input: its number. */
    final int input;

    /** Whether Java wrote the contents, which no instruction makes anew. */
    boolean constant;

    /** Whether it was made in the step and stays after it. */
    boolean escaped;

    /** Of an input: where its first element is in this call. Of a temporary: its distance from the block's begin. */
    long position;

    private final @Nullable Arena arena;

    /** Whether the plan writes it. */
    boolean isWritten;

    private Buffer(Kind kind, long bytes, @Nullable Storage storage, int input, @Nullable Arena arena) {
        this.kind = kind;
        this.bytes = bytes;
        this.storage = storage;
        this.input = input;
        this.arena = arena;
    }

    static Buffer input(int number, Storage storage) {
        return new Buffer(Kind.INPUT, storage.bytes(), null, number, null);
    }

    /** Memory that is allocated before each run, for a result. */
    static Buffer result(int number, long bytes) {
        return new Buffer(Kind.INPUT, bytes, null, number, null);
    }

    static Buffer external(Storage storage) {
        return new Buffer(Kind.EXTERNAL, storage.bytes(), storage, -1, null);
    }

    /** Memory that was made in the step and stays after it; null where only the fact is of interest. */
    static Buffer escaped(long bytes, @Nullable Storage storage) {
        var b = new Buffer(Kind.EXTERNAL, bytes, storage, -1, null);
        b.escaped = true;
        return b;
    }

    static Buffer temporary(long bytes, Arena arena) {
        return new Buffer(Kind.TEMPORARY, bytes, null, -1, arena);
    }

    boolean isTemporary() {
        return kind == Kind.TEMPORARY;
    }

    /** {@return the address now} */
    long address() {
        if (arena != null) {
            return arena.address() + position;
        }
        return kind == Kind.INPUT || storage == null ? position : storage.address();
    }

    /**
     * {@return memory that lasts and that only others write, between replays; else null. What backends derive from such
     * is valid for a whole replay, for only then are versions counted.}
     */
    @Nullable Storage lasting() {
        return kind == Kind.EXTERNAL && storage != null && storage.isKept() && !isWritten ? storage : null;
    }
}
