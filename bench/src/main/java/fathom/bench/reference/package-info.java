/** A side in plain C, for what C programs of their own are known for: word vectors. */
@NullMarked
package fathom.bench.reference;

import org.jspecify.annotations.NullMarked;
