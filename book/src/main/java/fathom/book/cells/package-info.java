/** What the cells of pages can call without a name before it. */
@NullMarked
package fathom.book.cells;

import org.jspecify.annotations.NullMarked;
