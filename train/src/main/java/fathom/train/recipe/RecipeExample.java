package fathom.train.recipe;

import fathom.Tensor;
import fathom.nn.Layer;

/**
 * A network and a batch of the types and shapes used in training: for summaries and profiles, which load no data.
 *
 * @param net the network, newly initialised
 * @param x the input
 * @param y the target
 */
public record RecipeExample(Layer net, Tensor x, Tensor y) {}
