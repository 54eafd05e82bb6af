package fathom.dispatch;

import fathom.Autograd;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A thread-local value with nested, temporary changes: each lasts until it is closed, on its thread and in reverse
 * order of opening.
 *
 * @param <T> the type of the value
 */
public final class ThreadSetting<T extends @Nullable Object> {
    /** The value on one thread, with the innermost open change. */
    private final class Cell {
        T value;
        @Nullable Change innermost;

        public Cell(T value) {
            this.value = value;
        }
    }

    private final String name;
    private final ThreadLocal<Cell> cells;

    /**
     * @param name the operation that opens a change, for messages
     * @param initial the initial value on each thread
     */
    public ThreadSetting(String name, Supplier<T> initial) {
        this.name = name;
        cells = ThreadLocal.withInitial(() -> new Cell(initial.get()));
    }

    /** {@return the value on this thread} */
    public T get() {
        return cells.get().value;
    }

    /** Changes the value on this thread until the result is closed. */
    public Autograd.Setting set(T value) {
        Cell cell = cells.get();
        var change = new Change(cell, cell.value, cell.innermost);
        cell.innermost = change;
        cell.value = value;
        return change;
    }

    private final class Change implements Autograd.Setting {
        private final Cell cell;
        private final T before;
        private final @Nullable Change outer;
        private boolean closed;

        public Change(Cell cell, T before, @Nullable Change outer) {
            this.cell = cell;
            this.before = before;
            this.outer = outer;
        }

        /**
         * Restores the previous value. Changes opened later and still open are closed too, and an exception is thrown:
         * a mistake must not persist for the rest of the thread's life.
         */
        @Override
        public void close() {
            if (cells.get() != cell) {
                throw new IllegalStateException(name + ": a setting must be closed once, on the thread that opened it");
            }
            if (closed) {
                return;
            }
            int inner = 0;
            Change c = cell.innermost;
            for (; c != null && c != this; c = c.outer) {
                c.closed = true;
                inner++;
            }
            closed = true;
            cell.innermost = outer;
            cell.value = before;
            if (inner > 0) {
                throw new IllegalStateException(
                        String.format(
                                Locale.ROOT,
                                "%s: settings must be closed in reverse order of opening; %d opened after this one %s still open and %s now closed",
                                name,
                                inner,
                                inner == 1 ? "was" : "were",
                                inner == 1 ? "is" : "are"));
            }
        }
    }
}
