package fathom.nn.attention;

import fathom.Tensor;

/**
 * The result of attention pooling.
 *
 * @param output the weighted sums of the values, {@code [N, T, V]}
 * @param weights the attention weights, before dropout, {@code [N, T, S]}
 */
public record AttentionResult(Tensor output, Tensor weights) {}
