/** Cross-validation, and the search for hyper-parameters. */
package fathom.train.search;
