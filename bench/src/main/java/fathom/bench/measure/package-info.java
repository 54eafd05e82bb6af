/** The measurement of rows: processes, alternation, peaks, statistics. */
@NullMarked
package fathom.bench.measure;

import org.jspecify.annotations.NullMarked;
