package fathom.train.recipe;

import fathom.nn.Layer;

/** A task whose network generates text. */
public interface TextTask extends RecipeTask {
    /**
     * {@return the prompt, as tokenised by the model, and its continuation}
     *
     * @param net a trained network in evaluation mode
     * @param prompt the beginning of the text
     * @param length the number of tokens to generate
     * @throws RecipeException if the prompt holds no token
     */
    String generate(Layer net, String prompt, int length);
}
