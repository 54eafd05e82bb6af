/** The book in a browser: {@link fathom.book.serve.BookServer}. */
@NullMarked
package fathom.book.serve;

import org.jspecify.annotations.NullMarked;
