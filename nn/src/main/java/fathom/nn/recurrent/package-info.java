/** Recurrent networks and their cells. */
@NullMarked
package fathom.nn.recurrent;

import org.jspecify.annotations.NullMarked;
