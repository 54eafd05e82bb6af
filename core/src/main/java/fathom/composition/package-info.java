/** Operations composed of others, which implement the families of methods and functions. */
@NullMarked
package fathom.composition;

import org.jspecify.annotations.NullMarked;
