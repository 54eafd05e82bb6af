/**
 * Profiling hooks through which the dispatcher, the backward pass, captured plans and the allocator report their work.
 */
package fathom.probe;
