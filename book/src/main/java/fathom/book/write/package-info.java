/** What becomes of pages: {@link fathom.book.write.SiteWriter}, notebooks and programs. */
@NullMarked
package fathom.book.write;

import org.jspecify.annotations.NullMarked;
