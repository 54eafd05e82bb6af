package fathom.jupyter;

import fathom.train.display.RenderedValue;
import fathom.train.display.ValueRenderer;
import org.jspecify.annotations.Nullable;
import org.rapaio.jupyter.kernel.display.DisplayData;

/** What objects look like in a cell: HTML for the notebook, and text for other readers of it. */
final class Rendering {
    private Rendering() {}

    static DisplayData of(@Nullable Object value) {
        return data(ValueRenderer.render(value));
    }

    static DisplayData data(RenderedValue value) {
        DisplayData data = DisplayData.fromHtml(value.html());
        data.putText(value.text());
        return data;
    }
}
