/** Operations that are composed of others, behind the families of methods and functions. */
@NullMarked
package fathom.composition;

import org.jspecify.annotations.NullMarked;
