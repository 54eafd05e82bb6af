/**
 * Functions of neural networks, with their options: convolution, pooling, normalisation, attention, embeddings, losses.
 */
@NullMarked
package fathom.functional;

import org.jspecify.annotations.NullMarked;
