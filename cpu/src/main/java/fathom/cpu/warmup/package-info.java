/** Warm-up of vector code in the background. */
@NullMarked
package fathom.cpu.warmup;

import org.jspecify.annotations.NullMarked;
