/** Vectors of sentences: encoders, semantic search over passages, and losses to fine-tune encoders with. */
@NullMarked
package fathom.text.sentences;

import org.jspecify.annotations.NullMarked;
