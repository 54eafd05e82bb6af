/**
 * Classification of texts and of pairs of texts: sentiment by recurrent networks and by convolutions, natural language
 * inference by decomposable attention, and a bag of words to compare them with.
 */
@NullMarked
package fathom.text.classification;

import org.jspecify.annotations.NullMarked;
