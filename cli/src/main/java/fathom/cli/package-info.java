/** The command line. */
package fathom.cli;
