/**
 * Primitives: records that infer the specs of their results and define their gradients, and the interface of backends.
 */
@NullMarked
package fathom.primitive;

import org.jspecify.annotations.NullMarked;
