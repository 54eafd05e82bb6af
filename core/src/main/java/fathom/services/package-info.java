/** Loading of services. */
package fathom.services;
