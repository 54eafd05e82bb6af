/**
 * What values look like to a reader: tensors, layers, tables, figures, the progress of trainings, as HTML and as text.
 * Used by notebooks and by the book.
 */
@NullMarked
package fathom.train.display;

import org.jspecify.annotations.NullMarked;
