/**
 * Capture of a step: the trace of one run as a list of instructions ({@link fathom.capture.Trace}), optimised, with one
 * memory block for all temporaries, and replayed ({@link fathom.capture.Plan}).
 */
package fathom.capture;
