/** What is wrong with pages: {@link fathom.book.check.BookCheck}. */
@NullMarked
package fathom.book.check;

import org.jspecify.annotations.NullMarked;
