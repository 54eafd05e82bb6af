/** The lines that the bench and its two processes exchange, and both ends of them. */
@NullMarked
package fathom.bench.protocol;

import org.jspecify.annotations.NullMarked;
