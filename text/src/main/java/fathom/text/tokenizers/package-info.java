/**
 * Subword tokenizers: WordPiece, byte-pair encoding and Unigram as Hugging Face's {@code tokenizer.json} describes
 * them, with equal ids, and their training.
 */
@NullMarked
package fathom.text.tokenizers;

import org.jspecify.annotations.NullMarked;
