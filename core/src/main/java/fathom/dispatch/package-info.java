/** Internals that package {@code fathom} hides from users and shares with the other packages of this module. */
package fathom.dispatch;
