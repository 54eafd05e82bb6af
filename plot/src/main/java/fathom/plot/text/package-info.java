/** What text measures. */
package fathom.plot.text;
