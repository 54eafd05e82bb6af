package fathom.jupyter;

import fathom.Tensor;
import fathom.data.Table;
import fathom.nn.Block;
import fathom.nn.Summary;
import fathom.plot.Plot;
import fathom.train.Run;
import java.awt.image.RenderedImage;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.dflib.DataFrame;
import org.jspecify.annotations.Nullable;
import org.rapaio.jupyter.kernel.display.DisplayData;
import org.rapaio.jupyter.kernel.display.DisplayRenderer;
import org.rapaio.jupyter.kernel.display.DisplayTransformer;
import org.rapaio.jupyter.kernel.display.spi.DisplayProvider;

/** What the kernel shows for the values of cells. By itself it would take any object's text for HTML. */
public final class FathomDisplays implements DisplayProvider {
    /** An object that is shown by its text. */
    record Text(Object object) {}

    private record Renderer<T>(Class<T> rendererClass, Function<T, DisplayData> rendering) implements DisplayRenderer {
        @Override
        public boolean canRender(@Nullable String mime) {
            // each rendering has HTML and text, of which the notebook takes what it can show
            return true;
        }

        @Override
        public DisplayData render(@Nullable String mime, Object object) {
            return rendering.apply(rendererClass.cast(object));
        }
    }

    @Override
    public List<DisplayRenderer> getDisplayRenderers() {
        return List.of(
                new Renderer<>(Tensor.class, Rendering::tensor),
                new Renderer<>(Block.class, Rendering::block),
                new Renderer<>(Summary.class, Rendering::summary),
                new Renderer<>(Plot.class, Rendering::plot),
                new Renderer<>(Run.class, Rendering::run),
                new Renderer<>(Table.class, Rendering::table),
                new Renderer<>(DataFrame.class, frame -> Rendering.frame(frame, String.valueOf(frame))),
                new Renderer<>(Text.class, text -> Rendering.text(text.object())));
    }

    @Override
    public List<DisplayTransformer> getDisplayTransformers() {
        return List.of(
                new DisplayTransformer() {
                    @Override
                    public boolean canTransform(Object object) {
                        // the kernel has displays of its own for these
                        return !(object instanceof Map
                                || object instanceof Collection
                                || object instanceof RenderedImage
                                || object.getClass().getName().startsWith("org.rapaio."));
                    }

                    @Override
                    public Class<?> transformedClass() {
                        return Text.class;
                    }

                    @Override
                    public Object transform(Object object) {
                        return new Text(object);
                    }
                });
    }
}
