/** Pretraining of vision transformers without labels: the masked autoencoder, and the linear probe that judges it. */
@NullMarked
package fathom.vision.pretraining;

import org.jspecify.annotations.NullMarked;
