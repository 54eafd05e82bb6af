/** How rows are measured: processes, turns, ceilings, statistics. */
@NullMarked
package fathom.bench.measure;

import org.jspecify.annotations.NullMarked;
