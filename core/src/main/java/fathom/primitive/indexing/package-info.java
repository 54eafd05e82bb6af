/** Primitives that gather, scatter, search and sort by index. */
@NullMarked
package fathom.primitive.indexing;

import org.jspecify.annotations.NullMarked;
