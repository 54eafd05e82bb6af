package fathom.book.cells;

import fathom.book.run.CellSink;
import org.jspecify.annotations.Nullable;

/** What cells can call without a name before it. */
public final class Cells {
    private Cells() {}

    /** Shows values in the cell's output, one below the other: also within loops and methods. */
    public static void show(@Nullable Object... values) {
        for (Object value : values) {
            CellSink.show(value);
        }
    }
}
