/** TODO */
@NullMarked
package fathom.primitive;

import org.jspecify.annotations.NullMarked;
