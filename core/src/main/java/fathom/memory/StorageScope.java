package fathom.memory;

import java.util.ArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The storages made while a scope is open on a thread, released together when it closes. */
public final class StorageScope {
    private static final ThreadLocal<@Nullable StorageScope> CURRENT = new ThreadLocal<>();

    private final @Nullable StorageScope outer;
    private final long thread = Thread.currentThread().threadId();

    /** Weak references: unreachable storages need not wait for the scope's end. */
    private final ArrayList<Block> blocks = new ArrayList<>();

    private StorageScope(@Nullable StorageScope outer) {
        this.outer = outer;
    }

    /** {@return a scope, opened on this thread inside the one open now} */
    public static StorageScope open() {
        var s = new StorageScope(CURRENT.get());
        CURRENT.set(s);
        return s;
    }

    /** {@return the scope that is open on this thread} */
    static @Nullable StorageScope current() {
        return CURRENT.get();
    }

    /** {@return the id of the thread on which it is open} */
    long thread() {
        return thread;
    }

    void add(Block block) {
        blocks.add(block);
    }

    /**
     * Runs {@code body} as if no scope were open on this thread.
     *
     * @return the result of {@code body}
     */
    public static <T> T outside(Supplier<T> body) {
        StorageScope inner = CURRENT.get();
        CURRENT.remove();
        try {
            return body.get();
        } finally {
            CURRENT.set(inner);
        }
    }

    /** Moves a storage of this scope to the enclosing one, or out of all scopes if there is none. */
    public void pass(Storage storage) {
        var block = storage.block;
        if (storage.scope == this && block != null) {
            storage.scope = outer;
            if (outer != null) {
                outer.blocks.add(block);
            } else {
                Allocator.survived(storage);
            }
        }
    }

    /** {@return whether {@code storage} was made in this scope} */
    public boolean owns(Storage storage) {
        return storage.scope == this;
    }

    /**
     * Releases a storage of this scope before the scope closes, unless it is kept.
     *
     * @param why completes "this memory was released when ..."
     */
    public void release(Storage storage, String why) {
        if (storage.scope == this) {
            storage.releaseUnlessKept(why);
        }
    }

    /**
     * Closes the scope and releases its storages, except those that are kept.
     *
     * @param why completes "this memory was released when ..."
     */
    public void close(String why) {
        if (CURRENT.get() != this) {
            throw new IllegalStateException("scopes must be closed in reverse order of opening, on their thread");
        }
        CURRENT.set(outer);
        if (!blocks.isEmpty()) {
            Allocator.LOCK.lock();
            try {
                for (Block block : blocks) {
                    close(block, why);
                }
            } finally {
                Allocator.LOCK.unlock();
            }
            blocks.clear();
        }
    }

    private void close(Block block, String why) {
        Storage s = (Storage) block.get();
        if (s == null) {
            Allocator.returnBlock(block, 0);
        } else if (s.scope == this && !s.releaseUnlessKept(why)) {
            s.scope = null;
            Allocator.survived(s);
        }
    }
}
