/**
 * Pages of the book as they are written: {@link fathom.book.page.PageParser} makes a {@link fathom.book.page.Page} of a
 * source.
 */
@NullMarked
package fathom.book.page;

import org.jspecify.annotations.NullMarked;
