/** Folders of pretrained models, as Hugging Face's libraries lay them out: configuration, weights, tokenizer. */
@NullMarked
package fathom.text.pretrained;

import org.jspecify.annotations.NullMarked;
