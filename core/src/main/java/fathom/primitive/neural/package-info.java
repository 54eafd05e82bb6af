/** Primitives of neural networks: attention, softmax, normalisation, losses. */
@NullMarked
package fathom.primitive.neural;

import org.jspecify.annotations.NullMarked;
