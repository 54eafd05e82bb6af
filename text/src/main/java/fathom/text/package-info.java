/** Text: tokenisers, vocabularies, batches of subsequences and language models. */
package fathom.text;
