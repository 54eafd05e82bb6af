/** How services are found. */
package fathom.services;
