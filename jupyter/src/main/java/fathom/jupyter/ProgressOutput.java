package fathom.jupyter;

import fathom.train.ProgressView;
import fathom.train.display.ValueRenderer;
import org.rapaio.jupyter.kernel.display.DisplayData;

/** The progress of a training in a cell. */
final class ProgressOutput implements ProgressView {
    private final CellOutput output;

    ProgressOutput(CellOutput output) {
        this.output = output;
    }

    @Override
    public void show(State state) {
        output.show(data(state));
    }

    static DisplayData data(State state) {
        return Rendering.data(ValueRenderer.progress(state));
    }
}
