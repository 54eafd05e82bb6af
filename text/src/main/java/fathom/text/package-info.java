/** Language: tokens, vocabularies, sequences and models of them. */
package fathom.text;
