/** Loss functions as blocks. */
@NullMarked
package fathom.nn.loss;

import org.jspecify.annotations.NullMarked;
