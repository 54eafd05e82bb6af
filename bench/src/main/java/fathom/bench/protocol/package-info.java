/** The protocol between the benchmark and its processes, with its client and server. */
@NullMarked
package fathom.bench.protocol;

import org.jspecify.annotations.NullMarked;
