/** Options of functions and layers, passed as configuring lambdas. */
@NullMarked
package fathom.options;

import org.jspecify.annotations.NullMarked;
