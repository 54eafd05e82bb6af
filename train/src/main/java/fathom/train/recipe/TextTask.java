package fathom.train.recipe;

import fathom.nn.Layer;

/** A task whose network writes text. */
public interface TextTask extends RecipeTask {
    /**
     * {@return the prompt, as the model reads it, and what follows}
     *
     * @param net a trained network in evaluation mode
     * @param prompt the beginning of the text
     * @param length how many tokens to add
     * @throws RecipeException if the prompt holds no token
     */
    String generate(Layer net, String prompt, int length);
}
