/** Loading of services, and suggestions for mistyped names. */
package fathom.services;
