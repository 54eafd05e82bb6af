/** Training on tables: the recipe of {@code fathom train table}, and its network. */
package fathom.train.table;
