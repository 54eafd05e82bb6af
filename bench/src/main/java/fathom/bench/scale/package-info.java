/** A model of the time of a training step on many workers. */
@NullMarked
package fathom.bench.scale;

import org.jspecify.annotations.NullMarked;
