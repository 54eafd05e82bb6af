/** The workloads of the table's rows: shapes and modes, known to both sides. */
@NullMarked
package fathom.bench.work;

import org.jspecify.annotations.NullMarked;
