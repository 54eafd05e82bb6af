/** What a captured step depends on in Java: reading it when the step is recorded, and comparing it at each call. */
package fathom.guard;
