package fathom.capture;

import fathom.memory.Storage;
import org.jspecify.annotations.Nullable;

/** A piece of memory read and written by instructions. */
public final class Buffer {
    /** Where the memory comes from. */
    enum Kind {
        /** Passed with each call: an argument, or the gradient that a leaf has when the step begins. */
        INPUT,
        /** Outside of the step: parameters, state, constants, gradients that persist. */
        EXTERNAL,
        /** A region of the plan's memory block. */
        TEMPORARY
    }

    final Kind kind;
    final long bytes;

    /** The storage, for external or traced memory. */
    final @Nullable Storage storage;

    /** The index, for an input. */
    final int input;

    /** Whether Java code wrote the contents, which no instruction recomputes. */
    boolean constant;

    /** Whether it was created in the step and outlives it. */
    boolean escaped;

    /** For an input, the address of its first element in this call; for a temporary, its offset in the block. */
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

    /** A result's memory, allocated before each run. */
    static Buffer result(int number, long bytes) {
        return new Buffer(Kind.INPUT, bytes, null, number, null);
    }

    static Buffer external(Storage storage) {
        return new Buffer(Kind.EXTERNAL, storage.bytes(), storage, -1, null);
    }

    /** Memory created in the step that outlives it; storage null if only that fact matters. */
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

    /** {@return the current address} */
    long address() {
        if (arena != null) {
            return arena.address() + position;
        }
        return kind == Kind.INPUT || storage == null ? position : storage.address();
    }

    /**
     * {@return the storage of persistent memory written only between replays; else null. What backends derive from it
     * stays valid for a whole replay, because versions are compared only then.}
     */
    @Nullable Storage lasting() {
        return kind == Kind.EXTERNAL && storage != null && storage.isKept() && !isWritten ? storage : null;
    }
}
