/** The book: its contents and its pages, {@link fathom.book.Book}; how they are run, checked and written, beside it. */
@NullMarked
package fathom.book;

import org.jspecify.annotations.NullMarked;
