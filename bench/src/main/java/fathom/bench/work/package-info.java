/** What the rows of the table ask for: shapes and settings, known to both sides. */
@NullMarked
package fathom.bench.work;

import org.jspecify.annotations.NullMarked;
