/** The device {@code cuda}: its memory and its backend. */
@NullMarked
package fathom.cuda;

import org.jspecify.annotations.NullMarked;
