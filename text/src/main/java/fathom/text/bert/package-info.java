/** BERT and its relatives: bidirectional encoders of text, their heads and their pretraining. */
@NullMarked
package fathom.text.bert;

import org.jspecify.annotations.NullMarked;
