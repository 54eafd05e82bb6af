/** Fathom's side of every row. */
@NullMarked
package fathom.bench.side;

import org.jspecify.annotations.NullMarked;
