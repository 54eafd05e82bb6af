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
import java.util.stream.Stream;
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

    private record Renderer(Class<?> rendererClass) implements DisplayRenderer {
        @Override
        public boolean canRender(@Nullable String mime) {
            // each rendering has HTML and text, of which the notebook takes what it can show
            return true;
        }

        @Override
        public DisplayData render(@Nullable String mime, Object object) {
            return Rendering.of(object instanceof Text text ? text.object() : object);
        }
    }

    @Override
    public List<DisplayRenderer> getDisplayRenderers() {
        return Stream.of(
                        Tensor.class,
                        Block.class,
                        Summary.class,
                        Plot.class,
                        Run.class,
                        Table.class,
                        DataFrame.class,
                        Text.class,
                        // the kernel would show a list's implementation, and take the text of elements for HTML
                        Collection.class)
                .<DisplayRenderer>map(Renderer::new)
                .toList();
    }

    @Override
    public List<DisplayTransformer> getDisplayTransformers() {
        return List.of(
                new DisplayTransformer() {
                    @Override
                    public boolean canTransform(Object object) {
                        // the kernel has displays of its own for these
                        return !(object instanceof Map
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
