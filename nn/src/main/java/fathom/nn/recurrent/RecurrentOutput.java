package fathom.nn.recurrent;

import fathom.Tensor;

/**
 * The result of an {@link RNN} or a {@link GRU}.
 *
 * @param output the last layer's hidden states at all steps, {@code [T, B, D H]} with D directions (batch first if set)
 * @param hidden each layer's and direction's hidden state after its last step, {@code [L D, B, H]}
 */
public record RecurrentOutput(Tensor output, Tensor hidden) {}
