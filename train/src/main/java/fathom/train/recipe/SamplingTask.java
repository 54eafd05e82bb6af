package fathom.train.recipe;

import fathom.nn.Layer;
import java.io.IOException;
import java.util.List;

/** A task whose network generates images. */
public interface SamplingTask extends RecipeTask {
    /**
     * {@return what was generated, in lines; the images are written to {@link SamplingOptions#page}}
     *
     * @param net a trained network in evaluation mode
     * @throws RecipeException if an option is invalid
     * @throws IOException if the page cannot be written
     */
    List<String> sample(Layer net, SamplingOptions options) throws IOException;
}
