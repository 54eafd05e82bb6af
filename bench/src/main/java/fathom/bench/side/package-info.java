/** The Fathom side of every row. */
@NullMarked
package fathom.bench.side;

import org.jspecify.annotations.NullMarked;
