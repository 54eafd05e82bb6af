/** The recurrences of RNN, GRU and LSTM over whole sequences, each under one gradient rule. */
package fathom.recurrent;
