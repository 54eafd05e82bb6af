/** Data sets of the course that are tables, each with a generated stand-in for machines without a network. */
package fathom.data.datasets;
