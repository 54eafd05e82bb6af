package fathom.train.recipe;

import fathom.Tensor;
import fathom.nn.Layer;

/**
 * A network and a batch of the type and shape of those that it is trained with: for summaries and profiles, which read
 * no data.
 *
 * @param net with fresh weights
 * @param x the input
 * @param y the target
 */
public record RecipeExample(Layer net, Tensor x, Tensor y) {}
