package fathom.jupyter;

import org.rapaio.jupyter.kernel.display.DisplaySystem;

/** What cells can call without a name before it. */
public final class Notebook {
    private Notebook() {}

    /** Shows values in the cell's output, one below the other: also within loops and methods. */
    public static void show(Object... values) {
        for (Object value : values) {
            new CellOutput().show(DisplaySystem.inst().render(value));
        }
    }
}
