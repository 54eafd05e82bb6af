package fathom.jupyter;

import fathom.plot.LiveDisplay;
import fathom.plot.Plot;
import java.util.function.Supplier;

/** A live figure in a cell: an output of its own for each figure. */
final class FigureOutput implements LiveDisplay {
    private final Supplier<CellOutput> outputs;
    private final CellOutput output;

    FigureOutput(Supplier<CellOutput> outputs) {
        this.outputs = outputs;
        this.output = outputs.get();
    }

    @Override
    public void show(Plot plot) {
        output.show(Rendering.of(plot));
    }

    @Override
    public LiveDisplay newFigure() {
        return new FigureOutput(outputs);
    }
}
