/** What tests share: the naive scalar backend that is the oracle of the others, and golden files. */
package fathom.testkit;
