/**
 * Decoder-only language models in the layouts of Hugging Face: Llama, Mistral, Qwen and GPT-2, with a cache of keys and
 * values.
 */
@NullMarked
package fathom.text.decoder;

import org.jspecify.annotations.NullMarked;
