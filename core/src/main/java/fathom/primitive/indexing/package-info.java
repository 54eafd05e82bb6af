/** Primitives that pick, place and order elements by index. */
@NullMarked
package fathom.primitive.indexing;

import org.jspecify.annotations.NullMarked;
