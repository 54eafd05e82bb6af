/** libtorch's side of every row, through the classes that JavaCPP generates. */
@NullMarked
package fathom.bench.libtorch;

import org.jspecify.annotations.NullMarked;
