package fathom.jupyter;

import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.rapaio.jupyter.kernel.MainApp;
import org.rapaio.jupyter.kernel.display.DisplayData;

/** An output of the running cell, which can be replaced: also later, from another cell. */
class CellOutput {
    private @Nullable String id;

    /** Shows an output, in place of the one before. */
    synchronized void show(DisplayData data) {
        String now = id;
        if (now == null) {
            now = UUID.randomUUID().toString();
            id = now;
            data.setDisplayId(now);
            display(data);
        } else {
            data.setDisplayId(now);
            update(data);
        }
    }

    void display(DisplayData data) {
        MainApp.kernel.display(data);
    }

    void update(DisplayData data) {
        MainApp.kernel.updateDisplay(data);
    }
}
