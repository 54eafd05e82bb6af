/** Getting vector code compiled beside the program's work. */
@NullMarked
package fathom.cpu.warmup;

import org.jspecify.annotations.NullMarked;
