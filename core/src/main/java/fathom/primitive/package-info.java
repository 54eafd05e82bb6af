/** Primitives: records that know the shapes of their results and their gradients; what backends compute and see. */
@NullMarked
package fathom.primitive;

import org.jspecify.annotations.NullMarked;
