/** The presentation of results: the table, the JSON file, the description of the machine. */
@NullMarked
package fathom.bench.report;

import org.jspecify.annotations.NullMarked;
