/** How results are shown: the table, the file for machines, the machine's description. */
@NullMarked
package fathom.bench.report;

import org.jspecify.annotations.NullMarked;
