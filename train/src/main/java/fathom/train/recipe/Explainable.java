package fathom.train.recipe;

import fathom.nn.Layer;
import java.io.IOException;
import java.util.List;

/**
 * What shows which parts of an input a prediction depends on: a {@link RecipeTask}, or a {@link Recipe} for its own
 * network. {@code fathom explain} calls it.
 */
public interface Explainable {
    /**
     * {@return the explanations, in lines; pictures of them are written to {@link ExplanationOptions#page}}
     *
     * @param net a trained network in evaluation mode
     * @throws RecipeException if an option is invalid, or there is nothing to explain
     * @throws IOException if an input cannot be read or the page cannot be written
     */
    List<String> explain(Layer net, ExplanationOptions options) throws IOException;
}
