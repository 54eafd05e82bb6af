/**
 * Runs the cells of pages. Each page has a JVM of its own, {@link fathom.book.run.PageJvm}, that a {@link
 * fathom.book.run.PageSession} starts, feeds and ends, so that what a cell does harms only its own page.
 */
@NullMarked
package fathom.book.run;

import org.jspecify.annotations.NullMarked;
