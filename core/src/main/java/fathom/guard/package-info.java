/**
 * Guards of the Java state that a captured step depends on: collected when the step is recorded, compared at each call.
 */
package fathom.guard;
