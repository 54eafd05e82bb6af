/**
 * Capturing a step: what a run of it did to memory, as a list of instructions ({@link fathom.capture.Trace}), made
 * shorter, given one block of memory for all that does not outlive it, and replayed ({@link fathom.capture.Plan}).
 */
package fathom.capture;
