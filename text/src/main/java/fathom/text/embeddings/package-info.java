/**
 * Word embeddings: skip-gram, CBOW, hierarchical softmax, fastText and GloVe, their data sets, and pictures of vectors.
 */
@NullMarked
package fathom.text.embeddings;

import org.jspecify.annotations.NullMarked;
