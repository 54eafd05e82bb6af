/** Reads Parquet files as tables. */
package fathom.parquet;
