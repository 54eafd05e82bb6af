/** Data sets, loaders and tables. */
package fathom.data;
