/** Image data sets of the course, each with a generated stand-in for machines without a network. */
package fathom.vision.datasets;
